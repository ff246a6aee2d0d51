/** What MongoDB is copied, compared and restored by: MongoDB's own tools, and FerretDB, which speaks its protocol. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BackupCommand, Transfer } from "../../components/datastores/engine.ts";
import { mongodb } from "../../components/datastores/mongodb.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import { MongoServer, mongoTools } from "../support/mongodb.ts";
import { freePort, Harbour, sideOf, trialVariables, variables } from "../support/servers.ts";

const transfer = mongodb.transfer as Transfer;
const backup = mongodb.backup as Required<BackupCommand>;

/** Types that a text would lose, odd names, an empty collection; no indexes, for FerretDB refuses how mongorestore asks for them. */
const SHOP = `
const shop = client.getDB("shop");
shop.orders.insertMany([
  { _id: 1, total: 1.5, at: ISODate("2026-11-21T00:00:00Z"), big: NumberLong("9007199254740993") },
  { _id: 2, nested: { list: [1, 2.5, null, { deep: true }], bytes: BinData(0, "AAH/") } },
  { _id: "text", text: "line\\n\\"quoted\\" Ünïcode" },
]);
shop.createCollection("empty");
shop.getCollection("with.dots").insertMany([...Array(300).keys()].map((value) => ({ value })));
client.getDB("other").things.insertOne({ _id: ObjectId("6740000000000000000000aa"), kind: "x" });
`;

describe("MongoDB", function () {
  this.timeout(240_000);
  let harbour: Harbour;
  let from: MongoServer;
  let to: MongoServer;
  const sides = () => variables(from, to);

  before(async function () {
    this.timeout(1_800_000); // they may have to be built
    harbour = new Harbour();
    const ferretdb = await mongoTools(harbour);
    from = await new MongoServer(harbour, "from", ferretdb).start();
    to = await new MongoServer(harbour, "to", ferretdb).start();
    await from.evaluate(SHOP);
  });
  after(() => harbour?.close());

  it("takes a value from a client, gives it back, and keeps nothing of it", async () => {
    const { script } = mongodb.trial as Trial;
    await harbour.succeed(script, trialVariables(mongodb, to));

    const said = await harbour.fail(script, trialVariables(mongodb, { ...sideOf(to), password: "wr0ng" }));
    assert.doesNotMatch(said, /wr0ng/);
    const nobody = await freePort();
    await harbour.fail(script, trialVariables(mongodb, { ...sideOf(to), port: nobody }));
  });

  it("is copied with all databases and types", async () => {
    await harbour.succeed(transfer.copy, sides());
    const printed = await harbour.succeed(transfer.verify, sides());
    assert.match(printed, /^shop\.orders: 3 documents, checksum [0-9a-f]{16}$/m);
    assert.match(printed, /^shop\.orders: index .*_id/m);
    assert.match(printed, /^shop\.with\.dots: 300 documents/m);
    assert.match(printed, /^other\.things: 1 documents/m);
  });

  it("is found to differ by a value, a document and an index", async () => {
    await to.evaluate(`
      client.getDB("shop").orders.updateOne({ _id: 2 }, { $set: { "nested.list.1": 2.6 } });
      client.getDB("shop").orders.createIndex({ total: 1, at: -1 }, { name: "by-total" });
      client.getDB("shop").getCollection("with.dots").deleteOne({ value: 7 });
    `);
    const said = await harbour.fail(transfer.verify, sides());
    assert.match(said, /^\+shop\.orders: 3 documents/m);
    assert.match(said, /^\+shop\.orders: index .*by-total/m);
    assert.match(said, /^\+shop\.with\.dots: 299 documents/m);
    assert.doesNotMatch(said, /^[-+]other/m);
  });

  it("is the same again after another copy, whatever either side did meanwhile", async () => {
    await from.evaluate(`client.getDB("shop").orders.deleteOne({ _id: 1 }); client.getDB("other").dropDatabase();`);
    await to.evaluate(`client.getDB("stray").left.insertOne({ over: 1 })`);
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
  });

  it("keeps what it has, and tells nothing, where the password is wrong or FROM and TO are one", async () => {
    await harbour.fail(transfer.copy, { ...sides(), TO_PASSWORD: "wrong-password" });
    await harbour.fail(transfer.copy, { ...sides(), FROM_PASSWORD: "wrong-password" });
    await harbour.fail(transfer.verify, { ...sides(), FROM_PASSWORD: "wrong-password" });
    assert.match(await harbour.fail(transfer.copy, variables(from, from)), /the same store/);
    await harbour.succeed(transfer.verify, sides());
  });

  for (const side of ["from", "to"] as const) {
    it(`fails where ${side.toUpperCase()} stops halfway`, async () => {
      const server = side === "from" ? from : to;
      const script = transfer.copy.replace("from mongodump", 'kill -9 "$VICTIM"\nfrom mongodump');
      await harbour.fail(script, { ...sides(), VICTIM: String(server.pid) });
      await server.start();
      await harbour.succeed(transfer.copy, sides());
      await harbour.succeed(transfer.verify, sides());
    });
  }

  describe("from a backup", () => {
    let copy: string;

    before(async () => {
      copy = join(harbour.path, "copy");
      mkdirSync(copy);
      const env = {
        ...backup.env?.({ ...from, host: "127.0.0.1" } as never),
        HOSTS: `127.0.0.1:${from.port}`,
        PASSWORD: from.password,
      };
      await harbour.succeed(`cd "${copy}" && mkdir unfinished\n${backup.script}`, env);
    });

    const restored = (name = "unfinished") => ({ ...variables(undefined, to), COPY: join(copy, name) });

    it("is what it was, by the manifest, and has nothing of what came since", async () => {
      await to.evaluate(`client.getDB("shop").orders.drop(); client.getDB("since").things.insertOne({})`);
      await harbour.succeed(backup.restore, restored());
      const manifest = readFileSync(join(copy, "unfinished", "manifest"), "utf8");
      assert.equal(manifest, "shop.empty: 0\nshop.orders: 2\nshop.with.dots: 300\n");
      assert.equal(await harbour.succeed(backup.manifest, restored()), manifest);
    });

    it("that was cut off or changed is not restored", async () => {
      for (const name of ["short", "changed"]) cpSync(join(copy, "unfinished"), join(copy, name), { recursive: true });
      const bytes = readFileSync(join(copy, "unfinished", "database.archive"));
      truncateSync(join(copy, "short", "database.archive"), bytes.length >> 1);
      const middle = bytes.length >> 1;
      for (let place = middle; place < middle + 10; place++) bytes[place] = (bytes[place] ?? 0) ^ 0xff;
      writeFileSync(join(copy, "changed", "database.archive"), bytes);
      for (const name of ["short", "changed"]) await harbour.fail(backup.restore, restored(name));
    });
  });
});
