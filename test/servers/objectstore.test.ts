/** What object stores are copied, compared and restored by, between S3 servers that keep objects in folders. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BackupCommand, Transfer } from "../../components/datastores/engine.ts";
import { objectstore } from "../../components/datastores/objectstore.ts";
import type { Trial } from "../../components/datastores/trials/trial.ts";
import { silentProgress, terminalProgress } from "../../local/progress.ts";
import { ensureTools } from "../../local/toolchain/toolchain.ts";
import { freePort, Harbour, type Side, sideOf, stop, trialVariables, variables } from "../support/servers.ts";

const transfer = objectstore.transfer as Transfer;
const backup = objectstore.backup as Required<BackupCommand>;
const PASSWORD = "key-of-the-object-store-0123456789";

describe("An object store", function () {
  this.timeout(120_000);
  let harbour: Harbour;
  let rclone: string;
  let from: Store;
  let to: Store;
  /** What is gone stays gone here. */
  const ONE_TRY = { RCLONE_RETRIES: "1", RCLONE_LOW_LEVEL_RETRIES: "1" };
  const sides = () => ({ ...variables(from, to), ...ONE_TRY });

  class Store implements Side {
    readonly username = "app";
    readonly password = PASSWORD;
    readonly buckets: string;
    readonly folder: string;
    port = 0;
    readonly #name: string;
    #process: ChildProcess | undefined;

    constructor(name: string, buckets: readonly string[]) {
      this.#name = name;
      this.buckets = buckets.join(" ");
      this.folder = join(harbour.path, `${name}-objects`);
      for (const bucket of buckets) mkdirSync(join(this.folder, bucket), { recursive: true });
    }

    async start(): Promise<this> {
      this.port ||= await freePort();
      const ready = () => fetch(`http://127.0.0.1:${this.port}/`);
      const options = ["--addr", `127.0.0.1:${this.port}`, "--auth-key", `app,${PASSWORD}`, "--dir-cache-time", "0s"];
      this.#process = await harbour.start(this.#name, [rclone, "serve", "s3", ...options, this.folder], ready);
      return this;
    }

    get pid(): number {
      return this.#process?.pid ?? 0;
    }

    async kill(): Promise<void> {
      if (this.#process) await stop(this.#process);
    }

    put(path: string, content: string | Buffer): void {
      const file = join(this.folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }

    list(bucket: string): string[] {
      const found = readdirSync(join(this.folder, bucket), { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
        .sort();
    }
  }

  before(async function () {
    this.timeout(1_800_000); // it may have to be built
    ({ rclone } = await ensureTools(["rclone"], process.env.CI ? silentProgress : terminalProgress()));
    harbour = new Harbour();
    harbour.name("rclone", rclone);
    from = await new Store("from", ["uploads", "avatars"]).start();
    to = await new Store("to", ["shop-uploads-x7", "shop-avatars-x7"]).start();
    from.put("uploads/a/deep/file.bin", Buffer.from([0, 255, 10, 13]));
    from.put("uploads/names with spaces & ünïcode.txt", "text");
    from.put("uploads/empty", "");
    for (let index = 0; index < 20; index++) from.put(`avatars/${index}.png`, `picture ${index}`);
    from.put("avatars/large", Buffer.alloc(12_000_000, "x"));
  });
  after(() => harbour?.close());

  it("takes a value from a client, gives it back, and keeps nothing of it", async () => {
    const { script } = objectstore.trial as Trial;
    await harbour.succeed(script, trialVariables(objectstore, to));
    assert.deepEqual(to.list("shop-uploads-x7"), []);
    const said = await harbour.fail(script, trialVariables(objectstore, { ...sideOf(to), password: "wr0ng" }));
    assert.doesNotMatch(said, /wr0ng/);
    const nobody = await freePort();
    await harbour.fail(script, trialVariables(objectstore, { ...sideOf(to), port: nobody }));
  });

  it("is copied bucket by bucket, whatever buckets are called on the other side", async () => {
    await harbour.succeed(transfer.copy, sides());
    assert.equal(
      await harbour.succeed(transfer.verify, sides()),
      "uploads: 3 objects are the same\navatars: 21 objects are the same\n",
    );
    assert.deepEqual(to.list("shop-avatars-x7"), from.list("avatars"));
  });

  it("is found to differ by an object that is missing, more or another", async () => {
    rmSync(join(to.folder, "shop-uploads-x7", "empty"));
    to.put("shop-avatars-x7/stray", "x");
    to.put("shop-avatars-x7/3.png", "Picture 3");
    const said = await harbour.fail(transfer.verify, sides());
    for (const line of ["+ empty", "- stray", "* 3.png"]) assert.ok(said.includes(line), `${line}\n${said}`);
  });

  it("is the same again after another copy, whatever either side did meanwhile", async () => {
    from.put("uploads/later", "later");
    rmSync(join(from.folder, "avatars", "0.png"));
    await harbour.succeed(transfer.copy, sides());
    await harbour.succeed(transfer.verify, sides());
    assert.ok(!to.list("shop-avatars-x7").includes("0.png"));
  });

  it("is refused where buckets do not go in pairs, or are the same", async () => {
    assert.match(
      await harbour.fail(transfer.copy, { ...sides(), TO_BUCKETS: "one" }),
      /FROM has the buckets uploads avatars, TO has one/,
    );
    assert.match(
      await harbour.fail(transfer.copy, { ...sides(), ...variables(from, from) }),
      /the same bucket: uploads/,
    );
  });

  it("keeps what it has where the key is wrong or the other side is gone", async () => {
    const had = from.list("avatars");
    await harbour.fail(transfer.copy, { ...sides(), TO_PASSWORD: "wrong-password" });
    await harbour.fail(transfer.copy, { ...sides(), FROM_PASSWORD: "wrong-password" });
    await harbour.fail(transfer.verify, { ...sides(), FROM_PASSWORD: "wrong-password" });
    await to.kill();
    await harbour.fail(transfer.copy, sides());
    await harbour.fail(transfer.verify, sides());
    await to.start();
    assert.deepEqual(from.list("avatars"), had);
    await harbour.succeed(transfer.verify, sides());
  });

  it("fails where FROM is gone after the first bucket, and TO keeps the rest", async () => {
    const script = transfer.copy.replace("rclone sync", '[ "$1" = uploads ] || kill -9 "$VICTIM"\n  rclone sync');
    await harbour.fail(script, { ...sides(), VICTIM: String(from.pid) });
    assert.deepEqual(to.list("shop-avatars-x7"), from.list("avatars"));
    await from.start();
    await harbour.succeed(transfer.copy, sides());
  });

  describe("from a backup", () => {
    let copy: string;
    let empty: Store;

    before(async () => {
      copy = join(harbour.path, "copy");
      mkdirSync(copy);
      const env = backup.env?.({ ...from, host: "127.0.0.1", tls: false } as never);
      await harbour.succeed(`cd "${copy}" && mkdir unfinished\n${backup.script}`, {
        ...env,
        RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: PASSWORD,
      });
      empty = await new Store("empty", ["uploads"]).start();
    });

    const restored = (name = "unfinished") => ({ ...variables(undefined, empty), ...ONE_TRY, COPY: join(copy, name) });

    it("is what it was, with the buckets that the application made itself", async () => {
      await harbour.succeed(backup.restore, restored());
      const manifest = readFileSync(join(copy, "unfinished", "manifest"), "utf8");
      assert.match(manifest, /^[0-9a-f]{32} {2}avatars\/1\.png$/m);
      assert.equal(await harbour.succeed(backup.manifest, restored()), manifest);
    });

    it("that lost or changed an object is found out by its manifest", async () => {
      cpSync(join(copy, "unfinished"), join(copy, "changed"), { recursive: true });
      writeFileSync(join(copy, "changed", "avatars", "1.png"), "another 1");
      rmSync(join(copy, "changed", "avatars", "2.png"));
      await harbour.succeed(backup.restore, restored("changed"));
      const manifest = readFileSync(join(copy, "changed", "manifest"), "utf8");
      const found = await harbour.succeed(backup.manifest, restored("changed"));
      assert.notEqual(found, manifest);
      assert.ok(!found.includes("avatars/2.png"));
    });
  });
});
