/** What Meilisearch and Qdrant are copied, compared and restored by, against servers that answer as theirs do. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { BackupCommand, Transfer } from "../../components/datastores/engine.ts";
import { meilisearch } from "../../components/datastores/meilisearch.ts";
import { qdrant } from "../../components/datastores/qdrant.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import { FakeMeilisearch, FakeQdrant } from "../support/fake-stores.ts";
import { Harbour, sideOf, trialVariables, variables } from "../support/servers.ts";

const range = (length: number) => [...Array(length).keys()];

describe("Meilisearch", function () {
  this.timeout(60_000);
  const transfer = meilisearch.transfer as Transfer;
  const backup = meilisearch.backup as Required<BackupCommand>;
  let harbour: Harbour;
  let from: FakeMeilisearch;
  let to: FakeMeilisearch;
  const sides = () => variables(from, to);

  before(async () => {
    harbour = new Harbour();
    from = await new FakeMeilisearch().start();
    to = await new FakeMeilisearch().start();
    const documents = new Map(range(2500).map((id) => [id, { id, text: `ü "${id}"\n`, nested: { b: 1, a: [null] } }]));
    from.indexes.set("parts", { primaryKey: "id", settings: { synonyms: { a: ["b"] }, stopWords: [] }, documents });
    from.indexes.set("none", { primaryKey: "key", settings: {}, documents: new Map() });
  });
  after(async () => {
    from.close();
    to.close();
    await harbour.close();
  });

  it("takes a value from a client, gives it back, and keeps nothing of it", async () => {
    const { script } = meilisearch.trial as Trial;
    await harbour.succeed(script, trialVariables(meilisearch, to));
    assert.equal(to.indexes.size, 0);
    await harbour.fail(script, trialVariables(meilisearch, { ...sideOf(to), password: "wr0ng" }));
    to.refuses = /(documents|points)$/;
    await harbour.fail(script, trialVariables(meilisearch, to));
    to.refuses = undefined;
    assert.equal(to.indexes.size, 0);
  });

  it("is copied by index with settings and documents, found to differ, and copied again", async () => {
    await harbour.succeed(transfer.copy, sides());
    assert.match(
      await harbour.succeed(transfer.verify, sides()),
      /^parts: 2500 documents by id, checksum [0-9a-f]{16}/m,
    );
    to.indexes.get("parts")?.documents.set(7, { id: 7, text: "changed" });
    to.indexes.set("stray", { primaryKey: "id", settings: {}, documents: new Map() });
    assert.match(await harbour.fail(transfer.verify, sides()), /^\+parts: 2500[\s\S]*^\+stray/m);
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
    from.indexes.get("parts")?.documents.delete(3);
    from.indexes.get("none")?.documents.set("k", { key: "k" });
    assert.match(await harbour.fail(transfer.verify, sides()), /^-none: 1[\s\S]*^-parts: 2499/m);
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
  });

  it("fails where a key is wrong, the other side is full or gone, or FROM and TO are one", async () => {
    for (const side of ["FROM", "TO"]) {
      assert.match(await harbour.fail(transfer.copy, { ...sides(), [`${side}_PASSWORD`]: "wrong" }), /403/);
    }
    to.refuses = /POST .*documents/;
    assert.match(await harbour.fail(transfer.copy, sides()), /POST \/indexes\/\w+\/documents: 507/);
    to.refuses = undefined;
    assert.match(await harbour.fail(transfer.copy, variables(from, from)), /the same store/);
    to.close();
    assert.match(await harbour.fail(transfer.copy, sides()), /fetch failed: .*ECONNREFUSED/);
    await to.start();
    assert.equal(from.indexes.get("parts")?.documents.size, 2499);
    await harbour.succeed(transfer.copy, sides());
  });

  it("is restored from a backup to what the manifest says; a broken one is noticed", async () => {
    const copy = join(harbour.path, "meilisearch");
    mkdirSync(join(copy, "unfinished"), { recursive: true });
    const script = backup.script.replace("FROM_PORT=7700", `FROM_PORT=${from.port}`);
    await harbour.succeed(`cd "${copy}"\n${script}`, { HOSTS: "127.0.0.1", MASTER_KEY: from.password });
    to.indexes.clear();
    const restored = { ...variables(undefined, to), COPY: join(copy, "unfinished") };
    await harbour.succeed(backup.restore, restored);
    const manifest = readFileSync(join(copy, "unfinished", "manifest"), "utf8");
    assert.match(manifest, /^parts: 2499 documents by id/m);
    assert.equal(await harbour.succeed(backup.manifest, restored), manifest);
    truncateSync(join(copy, "unfinished", "parts", "documents-1000.json"), 5000);
    assert.match(await harbour.fail(backup.restore, restored), /JSON/);
  });
});

describe("Qdrant", function () {
  this.timeout(60_000);
  const transfer = qdrant.transfer as Transfer;
  const backup = qdrant.backup as Required<BackupCommand>;
  let harbour: Harbour;
  let from: FakeQdrant;
  let to: FakeQdrant;
  const sides = () => variables(from, to);

  before(async () => {
    harbour = new Harbour();
    from = await new FakeQdrant().start();
    to = await new FakeQdrant().start();
    const points = range(1200).map((id) => ({ id, payload: { text: `t${id}` }, vector: [id / 3, -1] }));
    from.collections.set("docs", { params: { vectors: { size: 2, distance: "Dot" } }, points });
    from.collections.set("code", { params: { vectors: { size: 2, distance: "Dot" } }, points: [] });
    from.aliases = [{ alias_name: "current", collection_name: "docs" }];
  });
  after(async () => {
    from.close();
    to.close();
    await harbour.close();
  });

  it("takes a value from a client, gives it back, and keeps nothing of it", async () => {
    const { script } = qdrant.trial as Trial;
    await harbour.succeed(script, trialVariables(qdrant, to));
    assert.equal(to.collections.size, 0);
    await harbour.fail(script, trialVariables(qdrant, { ...sideOf(to), password: "wr0ng" }));
    to.refuses = /(documents|points)$/;
    await harbour.fail(script, trialVariables(qdrant, to));
    to.refuses = undefined;
    assert.equal(to.collections.size, 0);
  });

  it("is copied by snapshots that are not left behind, found to differ, and copied again", async () => {
    await harbour.succeed(transfer.copy, sides());
    const printed = await harbour.succeed(transfer.verify, sides());
    assert.match(printed, /^docs: 1200 points, checksum [0-9a-f]{16}[\s\S]*^alias current: docs$/m);
    assert.equal(from.left, 0);
    to.collections.get("docs")?.points.pop();
    to.collections.set("stray", { params: {}, points: [] });
    assert.match(await harbour.fail(transfer.verify, sides()), /^\+docs: 1199[\s\S]*^\+stray: 0/m);
    from.collections.get("docs")?.points.push({ id: 5000, payload: {}, vector: [1, 2] });
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
  });

  it("fails where a key is wrong, the other side refuses or is a cluster, or FROM and TO are one", async () => {
    assert.match(await harbour.fail(transfer.copy, { ...sides(), TO_PASSWORD: "wrong" }), /403/);
    to.refuses = /upload/;
    assert.match(await harbour.fail(transfer.copy, sides()), /upload.*507/);
    to.refuses = undefined;
    from.servers = 3;
    assert.match(await harbour.fail(transfer.copy, sides()), /FROM is a cluster of 3 servers/);
    from.servers = 1;
    assert.match(await harbour.fail(transfer.copy, variables(from, from)), /the same store/);
    assert.equal(from.collections.get("docs")?.points.length, 1201);
    await harbour.succeed(transfer.copy, sides());
  });

  it("is restored from a backup to what the manifest says; a broken one is refused", async () => {
    const copy = join(harbour.path, "qdrant");
    mkdirSync(join(copy, "unfinished"), { recursive: true });
    const script = backup.script.replace("FROM_PORT=6333", `FROM_PORT=${from.port}`);
    await harbour.succeed(`cd "${copy}"\n${script}`, { HOSTS: "127.0.0.1", API_KEY: from.password });
    to.collections.clear();
    const restored = { ...variables(undefined, to), COPY: join(copy, "unfinished") };
    await harbour.succeed(backup.restore, restored);
    const manifest = readFileSync(join(copy, "unfinished", "manifest"), "utf8");
    assert.equal(manifest, "code: 0 points\ndocs: 1201 points\n");
    assert.equal(await harbour.succeed(backup.manifest, restored), manifest);
    cpSync(join(copy, "unfinished", "127.0.0.1"), join(copy, "unfinished", "another"), { recursive: true });
    assert.match(await harbour.fail(backup.restore, restored), /the copy is of 2 servers/);
    cpSync(join(copy, "unfinished", "127.0.0.1"), join(copy, "broken", "127.0.0.1"), { recursive: true });
    truncateSync(join(copy, "broken", "127.0.0.1", "docs.snapshot"), 100);
    assert.match(
      await harbour.fail(backup.restore, { ...restored, COPY: join(copy, "broken") }),
      /the snapshot is broken/,
    );
  });
});
