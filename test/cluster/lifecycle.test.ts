/** The local cluster through everything that happens to one: started twice, killed, half-started, robbed of its port. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cluster, deleteCluster, ensureCluster } from "../../local/cluster/cluster.ts";
import { homeOf } from "../../local/cluster/kwokctl.ts";
import {
  COMPONENTS,
  type Component,
  endProcesses,
  launchersOf,
  missingOf,
  processesOf,
} from "../../local/cluster/processes.ts";
import { silentProgress } from "../../local/progress.ts";
import { clientsFor, eventually } from "../support/read.ts";

describe("the local cluster", function () {
  this.timeout(300_000);
  const root = mkdtempSync(join(tmpdir(), "landfall-lifecycle-"));
  const name = "lifecycle";
  const directory = join(root, "cluster");
  const home = homeOf(directory, name);
  const options = { directory, name, context: "here", kubeconfig: join(root, "kubeconfig"), progress: silentProgress };
  const ensure = () => ensureCluster(options);
  let cluster: Cluster;

  before(async () => {
    cluster = await ensure();
    await clientsFor(cluster.kubeconfig).core.createNamespace({ body: { metadata: { name: "kept" } } });
  });

  after(async () => {
    await deleteCluster({ directory, name });
    rmSync(root, { recursive: true, force: true });
  });

  afterEach("its objects are there, and it works", async () => {
    const { core } = clientsFor(cluster.kubeconfig);
    assert.equal((await core.readNamespace({ name: "kept" })).metadata?.name, "kept");
    await eventually(
      async () => (await core.listNode()).items,
      (nodes) => nodes.length > 0 && nodes.every(({ status }) => isTrue(status?.conditions, "Ready")),
    );
    assert.deepEqual(missingOf(home), []);
  });

  function kill(...components: readonly Component[]): void {
    for (const [pid, component] of processesOf(home)) if (components.includes(component)) process.kill(pid, "SIGKILL");
  }

  it("is new at first, with a kubeconfig for its owner alone", () => {
    assert.equal(cluster.outcome, "created");
    assert.equal(statSync(cluster.kubeconfig).mode & 0o777, 0o600);
    assert.equal(statSync(home).mode & 0o777, 0o700);
  });

  it("listens on 127.0.0.1 alone", function () {
    if (process.platform !== "linux") this.skip();
    const addresses = listenersOf([...processesOf(home).keys()]);
    assert.ok(addresses.length >= COMPONENTS.length);
    assert.deepEqual([...new Set(addresses)], ["127.0.0.1"]);
  });

  it("is left alone where it runs", async () => {
    const before = processesOf(home);
    assert.equal((await ensure()).outcome, "running");
    assert.deepEqual(processesOf(home), before);
  });

  it("is restarted where all of it was killed", async () => {
    kill(...COMPONENTS);
    cluster = await ensure();
    assert.equal(cluster.outcome, "restarted");
  });

  for (const component of COMPONENTS) {
    it(`is restarted where ${component} is gone`, async () => {
      kill(component);
      await eventually(
        async () => missingOf(home),
        (missing) => missing.length === 1,
      );
      assert.equal((await ensure()).outcome, "restarted");
    });
  }

  it("is repaired where a start was killed half-way", async () => {
    await endProcesses(home);
    const half = spawn(
      process.execPath,
      ["--eval", `import("${CLUSTER}").then((it) => it.ensureCluster(${ARGUMENTS}))`],
      {
        env: { ...process.env, OPTIONS: JSON.stringify(options) },
        stdio: "inherit",
      },
    );
    await eventually(
      async () => [...processesOf(home).values()],
      (running) => running.includes("kube-apiserver"),
    );
    half.kill("SIGKILL");
    await new Promise((resolve) => half.once("close", resolve));
    cluster = await ensure();
    assert.deepEqual(launchersOf(home), []);
  });

  it("is started once where two ask at once", async () => {
    kill(...COMPONENTS);
    const outcomes = await Promise.all([ensure(), ensure()]);
    assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), ["restarted", "running"]);
  });

  it("takes another port where its own is taken, and says so in the kubeconfig", async () => {
    await endProcesses(home);
    const squatter = await listen(Number(new URL(cluster.server).port));
    try {
      const moved = await ensure();
      assert.notEqual(moved.server, cluster.server);
      assert.match(readFileSync(cluster.kubeconfig, "utf8"), new RegExp(`server: ${moved.server}`));
      cluster = moved;
    } finally {
      squatter.close();
    }
  });
});

describe("a local cluster that goes", function () {
  this.timeout(300_000);

  it("leaves no process and no file, and going twice is fine", async () => {
    const root = mkdtempSync(join(tmpdir(), "landfall-lifecycle-"));
    const [directory, name, kubeconfig] = [join(root, "cluster"), "going", join(root, "kubeconfig")];
    try {
      await ensureCluster({ directory, name, context: name, kubeconfig, progress: silentProgress });
      await deleteCluster({ directory, name });
      assert.equal(processesOf(homeOf(directory, name)).size, 0);
      assert.deepEqual([existsSync(directory), existsSync(kubeconfig)], [false, false]);
      await deleteCluster({ directory, name });
    } finally {
      await deleteCluster({ directory, name });
      rmSync(root, { recursive: true, force: true });
    }
  });
});

const CLUSTER = fileURLToPath(new URL("../../local/cluster/cluster.ts", import.meta.url));
const ARGUMENTS = `{ ...JSON.parse(process.env.OPTIONS), progress: { step: () => ({ update() {}, done() {}, failed() {} }) } }`;

/** Local addresses that the processes listen at, from /proc (proc_net(5)). */
function listenersOf(pids: readonly number[]): string[] {
  const sockets = new Set(pids.flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(pid, fd))));
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(`socket:[${inode}]`))
      .map(([, local]) => {
        const [address = ""] = local?.split(":") ?? [];
        return address.length === 8
          ? (address.match(/../g) ?? [])
              .reverse()
              .map((it) => parseInt(it, 16))
              .join(".")
          : address;
      }),
  );
}

function linkOf(pid: number, fd: string): string {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return ""; // closed meanwhile
  }
}

function isTrue(conditions: readonly { type: string; status: string }[] | undefined, type: string): boolean {
  return conditions?.some((it) => it.type === type && it.status === "True") ?? false;
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
