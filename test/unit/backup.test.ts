/** The scripts of backups, run by a real shell with tools that only say what they were asked for. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { copying, keeping, uploading } from "../../components/backup/scripts.ts";
import { engines } from "../../components/datastores/engines.ts";
import type { BackupPlan } from "../../config/backup.ts";

describe("A backup", () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "landfall-backup-"));
    mkdirSync(join(root, "bin"));
    mkdirSync(join(root, "backups"));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function tool(name: string, script: string): void {
    writeFileSync(join(root, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(root, "bin", name), 0o755);
  }

  function run(script: string, keep = 7, variables: NodeJS.ProcessEnv = {}): void {
    const plan = { datastore: { name: "store" }, keep } as Pick<BackupPlan, "datastore" | "keep">;
    execFileSync("sh", ["-euc", keeping(plan, script, join(root, "backups"))], {
      env: { PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}`, HOSTS: "store", HOME: root, ...variables },
      stdio: "pipe",
    });
  }

  const kept = () => readdirSync(join(root, "backups", "store")).sort();

  function at(day: number): void {
    tool("date", `echo 202611${String(day).padStart(2, "0")}T020000Z`);
  }

  it("is kept with the latest ones, the oldest goes", () => {
    for (let day = 1; day <= 5; day++) {
      at(day);
      run(`echo ${day} > unfinished/it`, 3);
    }
    assert.deepEqual(kept(), ["20261103T020000Z", "20261104T020000Z", "20261105T020000Z"]);
    assert.equal(readFileSync(join(root, "backups", "store", "20261105T020000Z", "it"), "utf8"), "5\n");
  });

  it("that fails is no backup, and costs none", () => {
    at(1);
    run("echo whole > unfinished/it", 1);
    at(2);
    assert.throws(() => run("echo half > unfinished/it; false", 1));
    assert.deepEqual(kept(), ["20261101T020000Z", "unfinished"]);
    at(3);
    run("echo whole > unfinished/it", 1);
    assert.deepEqual(kept(), ["20261103T020000Z"]);
  });

  /** rclone as far as it is asked here: `to:` is a folder, and lists have folders with a slash. */
  function rclone(broken = "nothing"): void {
    tool(
      "rclone",
      `echo "$@" >> ${root}/asked
[ "$1" != ${broken} ] || exit 1
place() { echo "$1" | sed "s,^to:,${root}/bucket/,"; }
for last; do :; done
there=$(place "$last")
case "$1" in
  copy) mkdir -p "$there" && cp -R "$2/." "$there" ;;
  rcat) cat > "$there" ;;
  lsf) cd "$there" && case "$*" in *.whole*) ls -d */.whole 2> /dev/null || true ;; *) ls -d */ ;; esac ;;
  purge) rm -r "$there" ;;
  obscure) echo "obscured $(cat)" ;;
esac`,
    );
  }

  function upload(script: string, keep = 7, encrypted = false, variables: NodeJS.ProcessEnv = {}): void {
    const plan = { datastore: { name: "store" }, keep } as Pick<BackupPlan, "datastore" | "keep">;
    const place = join(root, "backups");
    const env = {
      PATH: `${join(root, "bin")}${delimiter}${process.env.PATH}`,
      HOME: root,
      TO: "to:shop/store",
      ...variables,
    };
    execFileSync("sh", ["-euc", copying(plan, script, place)], { env, stdio: "pipe" });
    execFileSync("sh", ["-euc", uploading(plan, encrypted, place)], { env, stdio: "pipe" });
  }

  const uploaded = () => readdirSync(join(root, "bucket", "shop", "store")).sort();

  it("in a bucket is kept with the latest ones that are whole", () => {
    rclone();
    mkdirSync(join(root, "bucket", "shop", "store", "20261109T020000Z"), { recursive: true });
    for (let day = 1; day <= 4; day++) {
      at(day);
      upload(`echo ${day} > unfinished/it`, 3);
    }
    assert.deepEqual(uploaded(), ["20261102T020000Z", "20261103T020000Z", "20261104T020000Z"]);
    assert.equal(readFileSync(join(root, "bucket", "shop", "store", "20261104T020000Z", "it"), "utf8"), "4\n");
  });

  for (const step of ["copy", "rcat", "lsf"]) {
    it(`in a bucket costs none where rclone ${step} fails`, () => {
      rclone();
      at(1);
      upload("echo whole > unfinished/it", 1);
      rclone(step);
      at(2);
      assert.throws(() => upload("echo half > unfinished/it", 1));
      assert.ok(uploaded().includes("20261101T020000Z"));
    });
  }

  it("is encrypted with a key that no argument tells", () => {
    rclone();
    at(1);
    upload("echo it > unfinished/it", 1, true, { ENCRYPTION_KEY: "secret-key" });
    assert.ok(!readFileSync(join(root, "asked"), "utf8").includes("secret-key"));
  });

  it("of any engine is a script that a shell can read", () => {
    for (const [name, { backup, transfer }] of Object.entries(engines)) {
      const { script, restore, manifest } = backup ?? {};
      const { copy, verify, freeze, thaw } = transfer ?? {};
      for (const text of [script, restore, manifest, copy, verify, freeze, thaw]) {
        if (text) execFileSync("sh", ["-nc", text], { stdio: "pipe" });
      }
      assert.ok(backup || name === "chromadb", name);
    }
  });

  it("of MongoDB passes the password by a file", () => {
    const asked = join(root, "asked");
    tool("mongodump", `echo "$@" > ${asked}; echo data > unfinished/database.archive`);
    at(1);
    run(engines.mongodb.backup?.script ?? "", 7, { USERNAME: "app", PASSWORD: "secret-key" });
    assert.match(readFileSync(asked, "utf8"), /--host=store --username=app .*--archive=unfinished\/database\.archive/);
    assert.ok(!readFileSync(asked, "utf8").includes("secret-key"));
  });
});
