/** Datastores that move out of the cluster, one after the other, through the real engine. */
import assert from "node:assert/strict";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { type NamespaceContents, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase-placement";

const stores = [
  {
    name: "postgres",
    port: 5432,
    url: /^postgresql:\/\/app:from%20outside%2F@10\.9\.0\.5:5432\/pybase\?sslmode=require$/,
    variable: "DATABASE_URL",
  },
  { name: "redis", port: 6379, url: /^rediss:\/\/:from%20outside%2F@10\.9\.0\.5:6379\/0$/, variable: "REDIS_URL" },
  { name: "objects", port: 9000, url: /^https:\/\/10\.9\.0\.5:9000$/, variable: "S3_ENDPOINT_URL" },
  { name: "search", port: 7700, url: /^https:\/\/10\.9\.0\.5:7700$/, variable: "MEILISEARCH_URL" },
];

describe("a datastore moves from bundled to external", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    stack = await new TestStack("dev", {
      "landfall:profile": "dev",
      "landfall:namespace": NAMESPACE,
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "placement.localhost", tls: { issuer: "local" } },
    }).create({
      "landfall:secret": "a-stack-secret-for-tests-that-is-long-enough",
      ...Object.fromEntries(stores.map(({ name }) => [`landfall:secrets.${name}`, "from outside/"])),
    });
    await stack.up();
  });

  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  const external: Record<string, unknown> = {};
  for (const { name, port, url, variable } of stores) {
    it(`${name}: the server, its volume and its Service go, clients get the new address and a way there`, async () => {
      external[name] = { mode: "external", host: "10.9.0.5" };
      stack.configure({ "landfall:datastores": external });
      await stack.up();
      const seen = await readNamespace(cluster.clients, NAMESPACE);

      for (const kind of ["statefulSets", "claims", "services", "pods"] as const) {
        const left = seen[kind].filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === name);
        assert.deepEqual(
          left.filter(({ metadata }) => !metadata?.deletionTimestamp),
          [],
          kind,
        );
      }
      assert.match(environmentOf(seen, "api")[variable] ?? "", url);
      const egress = the(seen.networkPolicies, "api").spec?.egress ?? [];
      const way = egress.filter(({ to }) => to?.some(({ ipBlock }) => ipBlock?.cidr === "10.9.0.5/32"));
      assert.ok(way.some(({ ports }) => ports?.length === 1 && ports[0]?.port === port));
      assert.deepEqual(await stack.preview("--expect-no-changes"), await stack.up());
    });
  }
});

/** A tier's environment as its container gets it. */
function environmentOf({ deployments, configMaps, secrets }: NamespaceContents, tier: string): Record<string, string> {
  const [container] = the(deployments, tier).spec?.template.spec?.containers ?? [];
  const environment: Record<string, string> = {};
  for (const { configMapRef, secretRef } of container?.envFrom ?? []) {
    Object.assign(environment, configMaps.find(({ metadata }) => metadata?.name === configMapRef?.name)?.data);
    const secret = secrets.find(({ metadata }) => metadata?.name === secretRef?.name)?.data ?? {};
    for (const [key, value] of Object.entries(secret)) environment[key] = Buffer.from(value, "base64").toString();
  }
  return environment;
}
