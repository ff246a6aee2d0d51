/** Datastores that move to other servers, stage by stage, through the real engine and on a real API server. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { decoded, environmentOf } from "../support/containers.ts";
import { eventually, type NamespaceContents, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase-moves";
const STORES = ["postgres", "redis"] as const;
const HOST = "10.9.0.5";
const URLS = {
  postgres: {
    old: /^postgresql:\/\/app:[^@]+@postgres:5432\/pybase$/,
    new: /^postgresql:\/\/app:from%20outside%2F@10\.9\.0\.5:5432\/pybase\?sslmode=require$/,
  },
  redis: {
    old: /^redis:\/\/:[^@]+@redis:6379\/0$/,
    new: /^rediss:\/\/:from%20outside%2F@10\.9\.0\.5:6379\/0$/,
  },
};

describe("Datastores that move to servers elsewhere", function () {
  this.timeout("15m");
  let cluster: TestCluster;
  let stack: TestStack;
  let seen: NamespaceContents;

  before(async () => {
    cluster = await sharedCluster();
    stack = await new TestStack("dev", {
      "landfall:profile": "dev",
      "landfall:namespace": NAMESPACE,
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "moves.localhost", tls: { issuer: "local" } },
    }).create();
  });

  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  /** Lets the stack file say that of both, and lands it. */
  async function land(placement: Record<string, unknown>): Promise<void> {
    place(placement);
    await stack.up();
    seen = await readNamespace(cluster.clients, NAMESPACE);
  }
  /** The same, by an engine that is killed once `isUnderWay`, and another one. */
  async function landKilled(
    placement: Record<string, unknown>,
    isUnderWay: (seen: NamespaceContents) => boolean,
  ): Promise<void> {
    place(placement);
    await stack.kill(["up", "--yes", "--skip-preview", "--stack", "dev"], () =>
      eventually(() => readNamespace(cluster.clients, NAMESPACE), isUnderWay),
    );
    await stack.up();
    seen = await readNamespace(cluster.clients, NAMESPACE);
  }
  function place(placement: Record<string, unknown>): void {
    stack.configure({ "landfall:datastores": Object.fromEntries(STORES.map((name) => [name, placement])) });
  }
  const outside = (more: object = {}) => ({ mode: "external", host: HOST, ...more });
  const jobs = () =>
    seen.jobs.flatMap(({ metadata, status }) => (/-move-/.test(metadata?.name ?? "") ? [{ metadata, status }] : []));
  const servers = () => seen.statefulSets.map(({ metadata }) => metadata?.name).sort();
  const claimsOf = () => seen.claims.map(({ metadata }) => metadata?.uid).sort();
  const tellsTiersOf = (which: "old" | "new") => {
    const environment = environmentOfTier(seen, "api");
    assert.match(environment.DATABASE_URL ?? "", URLS.postgres[which]);
    assert.match(environment.REDIS_URL ?? "", URLS.redis[which]);
  };
  const hasNothingLeftToDo = async () => assert.deepEqual(await stack.preview("--expect-no-changes"), await stack.up());

  let claims: (string | undefined)[];

  it("are refused a bare change of mode, and nothing changes", async () => {
    await land({});
    claims = claimsOf();
    for (const name of STORES) {
      await stack.succeed("config", "set", "--secret", "--path", `landfall:secrets.${name}`, "from outside/");
    }
    place(outside());
    const { code, output } = await stack.run("up", "--yes", "--skip-preview", "--stack", "dev");
    assert.notEqual(code, 0);
    assert.match(output, /2 mistakes in the configuration; nothing was created or changed/);
    assert.match(
      output,
      /landfall:datastores\.postgres\.mode: the data is in the store bundled \("postgres", version 16\)/,
    );
    assert.match(output, /add moveFrom: bundled/);
    seen = await readNamespace(cluster.clients, NAMESPACE);
    assert.deepEqual(claimsOf(), claims);
    tellsTiersOf("old");
  });

  it("are copied and compared, while the application goes on as before, though the engine is killed meanwhile", async () => {
    await landKilled(outside({ moveFrom: "bundled" }), ({ jobs }) =>
      jobs.some(({ metadata }) => /-move-/.test(metadata?.name ?? "")),
    );
    const pods = the(seen.deployments, "api").metadata?.uid;
    assert.equal(jobs().length, 4);
    for (const { status } of jobs()) assert.equal(status?.succeeded, 1);
    tellsTiersOf("old");
    assert.deepEqual(claimsOf(), claims);
    await hasNothingLeftToDo();
    assert.equal(the(seen.deployments, "api").metadata?.uid, pods);
  });

  it("let what copies reach both servers, each by its own password", async () => {
    const ways = the(seen.networkPolicies, "postgres-move").spec?.egress ?? [];
    const peers = ways.map(
      ({ to }) => to?.[0]?.ipBlock?.cidr ?? to?.[0]?.podSelector?.matchLabels?.["app.kubernetes.io/name"],
    );
    assert.deepEqual(peers, ["postgres", `${HOST}/32`]);
    const clients = (the(seen.networkPolicies, "postgres").spec?.ingress ?? []).flatMap(({ _from = [] }) =>
      _from.map(({ podSelector }) => podSelector?.matchLabels?.["app.kubernetes.io/name"]),
    );
    assert.ok(clients.includes("postgres-move"));
    const { FROM_PASSWORD, TO_PASSWORD } = secretOf(seen, "postgres-move");
    assert.match(FROM_PASSWORD ?? "", /^[A-Za-z0-9]{32}$/);
    assert.equal(TO_PASSWORD, "from outside/");
  });

  it("stop whoever uses them for the last copy, though the engine is killed meanwhile", async () => {
    await landKilled(outside({ moveFrom: "bundled", moveStage: "freeze" }), ({ deployments }) =>
      deployments.some(({ spec }) => spec?.replicas === 0),
    );
    await hasNothingLeftToDo();
    const replicas = Object.fromEntries(
      seen.deployments.map(({ metadata, spec }) => [metadata?.labels?.["app.kubernetes.io/name"], spec?.replicas]),
    );
    assert.deepEqual(replicas, { api: 0, "extraction-worker": 0, "search-worker": 0, frontend: 2 });
    assert.deepEqual(
      seen.autoscalers.map(({ spec }) => spec?.scaleTargetRef.name),
      ["frontend"],
    );
    assert.equal(jobs().length, 4);
    for (const { status } of jobs()) assert.equal(status?.succeeded, 1);
    tellsTiersOf("old");
  });

  it("are switched, though the engine is killed meanwhile: tiers run again, with the new servers, and the old ones stay", async () => {
    await landKilled(outside({ moveFrom: "bundled", moveStage: "switch" }), ({ deployments }) =>
      deployments.every(({ spec }) => spec?.replicas !== 0),
    );
    await eventually(
      async () => (seen = await readNamespace(cluster.clients, NAMESPACE)),
      ({ deployments }) => deployments.every(({ status, spec }) => status?.readyReplicas === spec?.replicas),
    );
    tellsTiersOf("new");
    for (const { spec, status } of seen.deployments) assert.equal(status?.readyReplicas, spec?.replicas);
    assert.deepEqual(jobs(), []);
    assert.deepEqual(servers(), ["objects", "postgres", "redis", "search"]);
    assert.deepEqual(claimsOf(), claims);
    await hasNothingLeftToDo();
  });

  it("are not left without their old servers by a mistake", async () => {
    for (const [placement, problem] of [
      [outside(), /is missing: the old store .* would go with all that it has/],
      [outside({ moveFrom: "bundled", moveStage: "copy" }), /would be left behind there/],
      [{}, /what was written since .* is in the store external/],
    ] as const) {
      place(placement);
      const { code, output } = await stack.run("preview", "--stack", "dev");
      assert.notEqual(code, 0);
      assert.match(output, problem);
    }
  });

  it("come back in the same way, to the volumes that they had", async () => {
    for (const moveStage of ["copy", "freeze", "switch"]) {
      await land({ mode: "bundled", moveFrom: { mode: "external", host: HOST }, moveStage });
    }
    tellsTiersOf("old");
    assert.deepEqual(claimsOf(), claims);
  });

  it("are released, and gone with the edit that takes the move out", async () => {
    await landKilled({ mode: "bundled", moveFrom: { mode: "external", host: HOST }, moveStage: "release" }, () =>
      isAtIt(stack),
    );
    stack.configure({ "landfall:datastores": undefined });
    await stack.up();
    await hasNothingLeftToDo();
  });
});

/** Whether an engine has the stack's lock. */
function isAtIt({ directory }: TestStack): boolean {
  const locks = join(directory, ".landfall/state/.pulumi/locks");
  return readdirSync(locks, { recursive: true, encoding: "utf8" }).some((file) => file.endsWith(".json"));
}

/** A tier's environment as its container gets it. */
function environmentOfTier(seen: NamespaceContents, tier: string): Record<string, string> {
  const [container] = the(seen.deployments, tier).spec?.template.spec?.containers ?? [];
  return environmentOf(seen, container ?? {});
}

function secretOf({ secrets }: NamespaceContents, component: string): Record<string, string> {
  return decoded(the(secrets, component).data);
}
