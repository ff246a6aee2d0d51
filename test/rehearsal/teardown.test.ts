import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { killTree } from "../../local/system-processes.ts";
import { cacheDirectory } from "../../local/toolchain/cache.ts";
import { Rehearsed } from "../support/rehearsed.ts";

const COMMAND = fileURLToPath(new URL("../../local/destroy.ts", import.meta.url));
const STACK = "eks";

/** PyBase in production on EKS, taken down by the command that its owner types. */
describe("npm run destroy, of a stack in production", function () {
  this.timeout("25m");
  let landed: Rehearsed;
  before(async () => {
    landed = await Rehearsed.land(STACK);
  });
  after(() => landed?.clear());

  const destroy = (...args: string[]) => new Teardown(landed, args);
  const parts = ["cluster", "namespace", "cert-manager", "postgres", "redis", "objects", "search", "search-backup"];

  it("keeps its data and a true state where pulumi destroys past the protection, and comes back", async () => {
    const before = await landed.rehearsal.resources();
    await assert.rejects(landed.rehearsal.destroy(), /protected/);
    const left = await landed.rehearsal.resources();
    const { namespace } = landed.rehearsal.plan;
    const { apps, core } = landed.clients;
    const there = {
      deployments: (await apps.listNamespacedDeployment({ namespace })).items.length,
      statefulSets: (await apps.listNamespacedStatefulSet({ namespace })).items.length,
      claims: (await core.listNamespacedPersistentVolumeClaim({ namespace })).items.length,
    };
    assert.deepEqual(there, {
      deployments: left["kubernetes:apps/v1:Deployment"] ?? 0,
      statefulSets: 1,
      claims: left["kubernetes:core/v1:PersistentVolumeClaim"],
    });
    await landed.rehearsal.up();
    assert.deepEqual(await landed.rehearsal.resources(), before);
  });

  it("says what is held, and deletes nothing", async () => {
    const before = await landed.rehearsal.resources();
    const { code, output } = await destroy("--yes").end();
    assert.equal(code, 2, output);
    for (const part of parts) assert.match(output, new RegExp(`--release ${part}\\b`));
    assert.match(output, /postgres: RDS database pybase-production-postgres, \d+ GiB/);
    assert.deepEqual(await landed.rehearsal.resources(), before);
  });

  it("asks what is meant by the name of no part", async () => {
    const { code, output } = await destroy("--yes", "--release", "postgress").end();
    assert.equal(code, 1, output);
    assert.match(output, /--release postgress: nothing of the stack is called so\..*did you mean "postgres"\?/s);
  });

  it("asks for the stack's name, and takes nobody's silence for an answer", async () => {
    const { code, output } = await destroy("--release", "all").end();
    assert.equal(code, 2, output);
    assert.match(output, /Nobody can be asked here. Nothing was deleted/);
  });

  it("takes a last backup and lets go; killed in the middle, it goes on, and nothing is left", async () => {
    const killed = destroy("--yes", "--backup", "--release", "all");
    await killed.until(/✓ A last backup by pybase\/search-backup/);
    await killed.until(/ aws:\S+ .*deleting/);
    killed.kill();
    await killed.end();
    assert.ok(landed.rehearsal.ground.leftovers().length > 0, "it was killed too late");

    const { code, output } = await destroy("--yes", "--backup", "--release", "all").end();
    assert.equal(code, 0, output);
    // Of stores, too, that were gone by then.
    assert.match(output, /aws rds delete-db-snapshot --db-snapshot-identifier pybase-production-postgres-final/);
    assert.match(output, /aws elasticache delete-snapshot --snapshot-name pybase-production-redis-final/);
    assert.deepEqual(landed.rehearsal.ground.leftovers(), []);
    assert.deepEqual(await landed.rehearsal.resources(), {});
  });

  it("has nothing to do when all is gone", async () => {
    const { code, output } = await destroy("--yes").end();
    assert.equal(code, 0, output);
    assert.match(output, /Nothing of eks stands/);
  });
});

class Teardown {
  readonly #child: ChildProcess;
  readonly #closed: Promise<number | null>;
  #output = "";

  constructor({ rehearsal }: Rehearsed, args: readonly string[]) {
    const { cwd, env } = rehearsal.surroundings;
    this.#child = spawn(process.execPath, [COMMAND, STACK, ...args], {
      cwd,
      // The tools are where they are for everybody, and not built anew for the rehearsal's home.
      env: { ...env, XDG_CACHE_HOME: cacheDirectory().replace(/\/landfall$/, "") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.#closed = new Promise((resolve) => this.#child.on("close", resolve));
  }

  async until(text: RegExp): Promise<void> {
    while (!text.test(this.#output)) {
      assert.equal(this.#child.exitCode ?? this.#child.signalCode, null, this.#output);
      await sleep(50);
    }
  }

  kill(): void {
    killTree(this.#child);
  }

  async end(): Promise<{ code: number | null; output: string }> {
    return { code: await this.#closed, output: this.#output };
  }
}
