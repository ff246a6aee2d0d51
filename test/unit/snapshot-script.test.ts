/** The script of snapshots with an API server that only says what the test lets it; a real one is asked in test/apiserver. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { snapshotting } from "../../components/backup/snapshot-script.ts";
import { temporaryDirectory } from "../support/api-server.ts";

const TAKEN = ["data-db-0-20261101010000", "data-db-0-20261102010000", "data-db-0-20261103010000"];

describe("The script of snapshots", () => {
  let home: ReturnType<typeof temporaryDirectory>;
  beforeEach(() => {
    home = temporaryDirectory();
    mkdirSync(join(home.path, "bin"));
    home.write("token", "secret-token");
    home.write("namespace", "shop");
    home.write("ca.crt", "");
  });
  afterEach(() => home.remove());

  function tool(name: string, script: string): void {
    writeFileSync(join(home.path, "bin", name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(home.path, "bin", name), 0o755);
  }

  /** @param answers further cases of the shell's `case`, before the usual ones */
  function run(answers = "", claims = '{"items":[{"metadata":{"name":"data-db-0","labels":{}}}]}'): string[] {
    tool("date", "echo 20261104010000");
    tool(
      "curl",
      `echo "$@" >> ${home.path}/asked
for last; do :; done
case "$*" in
  ${answers}
  *DELETE*|*--data*) ;;
  *persistentvolumeclaims*) echo '${claims}' ;;
  *labelSelector*) echo '{"items":[${[...TAKEN, "data-db-0-20261104010000"].map((name) => `{"metadata":{"name":"${name}"}}`)}]}' ;;
  *) echo '{"status":{"readyToUse":true}}' ;;
esac`,
    );
    const script = snapshotting({ keep: 2, datastores: ["db"] }, {}, { server: "https://api", account: home.path });
    const env = { PATH: `${join(home.path, "bin")}${delimiter}${process.env.PATH}`, HOME: home.path };
    try {
      execFileSync("sh", ["-euc", script], { env, stdio: "pipe" });
    } finally {
      assert.ok(!asked().join().includes("secret-token"), "the token stands among the arguments");
    }
    return deleted();
  }
  const asked = () => readFileSync(join(home.path, "asked"), "utf8").trim().split("\n");
  const deleted = () =>
    asked()
      .filter((line) => line.includes("DELETE"))
      .map((line) => line.split("/").at(-1) as string);

  it("takes one of each volume and deletes the oldest that are too many", () => {
    assert.deepEqual(run(), TAKEN.slice(0, 2).reverse());
    assert.deepEqual(JSON.parse(readFileSync(join(home.path, "snapshot"), "utf8")), {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshot",
      metadata: { name: "data-db-0-20261104010000", labels: { "app.kubernetes.io/name": "db" } },
      spec: { source: { persistentVolumeClaimName: "data-db-0" } },
    });
  });

  it("deletes what an earlier run left unready", () => {
    const [unready] = TAKEN.slice(-1) as [string];
    assert.equal(run(`*/${unready}?pretty*) echo '{"status":{"readyToUse":false}}' ;;`)[0], unready);
  });

  for (const [what, answer] of [
    ["does not say what is ready", "*0000?pretty*) exit 22 ;;"],
    ["lists nothing", "*labelSelector*) exit 22 ;;"],
    ["takes no snapshot", "*--data*) exit 22 ;;"],
  ] as const) {
    it(`deletes nothing where the API server ${what}`, () => {
      assert.throws(() => run(answer));
      assert.deepEqual(deleted(), []);
    });
  }

  it("fails where a datastore has no volume, for that cannot be", () => {
    assert.throws(() => run("", '{"items":[]}'), /db has no volumes/);
  });
});
