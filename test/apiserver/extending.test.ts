/** docs/extending.md, followed to the letter. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const repository = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/extending.md", repository), "utf8");

describe("the page on extending", function () {
  this.timeout(300_000);
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    const [application, engine] = Array.from(page.matchAll(/```ts\n([\s\S]*?)```/g), ([, code]) => code as string);
    const [, before, after] = /```diff\n-(.*)\n\+(.*)\n```/.exec(page) ?? [];
    const [, line] = /with `(import .*;)` above/.exec(page) ?? [];
    const engines = readFileSync(new URL("components/datastores/engines.ts", repository), "utf8");
    assert.ok(application && engine && before && after && line);
    assert.ok(engines.includes(before), "the page shows engines.ts as it is");
    stack = await new TestStack(
      "dev",
      {
        "landfall:app": "shop",
        "landfall:profile": "dev",
        "landfall:cluster": clusterConfig(cluster),
        "landfall:edge": { kind: "ingress", host: "shop.localhost", tls: { secretName: "shop-tls" } },
      },
      {},
      {
        "apps/shop.ts": application,
        "components/datastores/memcached.ts": engine,
        "components/datastores/engines.ts": `${line}\n${engines.replace(before, after)}`,
      },
    ).create();
  });

  after(() => stack?.remove());

  it("makes an application that comes up, on an engine that nobody knew", async () => {
    await stack.up();
    const { deployments, statefulSets, secrets } = await eventually(
      () => readNamespace(cluster.clients, "shop"),
      ({ deployments }) => deployments.length === 1 && the(deployments, "web").status?.readyReplicas === 2,
    );
    assert.equal(the(statefulSets, "cache").spec?.template.spec?.securityContext?.runAsUser, 11_211);
    assert.equal(the(statefulSets, "orders").status?.readyReplicas, 1);
    assert.deepEqual(secrets.map(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"]).sort(), [
      "orders",
      "web",
    ]);
    assert.ok(deployments.length === 1);
    await stack.destroy();
  });
});
