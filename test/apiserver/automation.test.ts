/** The example of Pulumi's Automation API, run as its first lines say. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { readNamespace, the } from "../support/read.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

const EXAMPLE = "docs/examples/automation/pull-request.ts";
const tier = {
  kind: "web",
  image: "shop/web:1.0.0",
  port: 8080,
  route: "/",
  replicas: 2,
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "100m", memory: "128Mi" } },
  terminationGracePeriodSeconds: 1,
};

describe("A program that uses Pulumi's Automation API", function () {
  this.timeout("10m");
  let cluster: TestCluster;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    stack = stackOf(
      cluster,
      { name: "kiosk", tiers: { web: tier } },
      {
        "landfall:edge": { kind: "ingress", host: "preview.localhost", tls: { secretName: "tls" } },
      },
    );
  });
  after(() => stack?.remove());

  const example = (...args: string[]) => stack.runCommand(EXAMPLE, ...args);
  const file = () => join(stack.directory, "Pulumi.pr-7.yaml");

  it("brings up a stack of its own for a pull request, twice the same", async () => {
    const first = await example("up", "7");
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /\nhttps:\/\/pr-7\.preview\.localhost\n$/);
    const made = await readNamespace(cluster.clients, "pr-7");
    assert.equal(the(made.deployments, "web").status?.readyReplicas, 2);
    assert.match(readFileSync(file(), "utf8"), /landfall:secret:\n\s+secure: /);
    const again = await example("up", "7");
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, /Resources:\n\s+\d+ unchanged\n/);
  });

  it("takes it down again, file and state included", async () => {
    const { code, output } = await example("down", "7");
    assert.equal(code, 0, output);
    const { items } = await cluster.clients.core.listNamespace();
    assert.ok(!items.some(({ metadata, status }) => metadata?.name === "pr-7" && status?.phase === "Active"));
    assert.equal(existsSync(file()), false);
    assert.doesNotMatch(await stack.succeed("stack", "ls"), /pr-7/);
  });

  it("says how it is used", async () => {
    for (const args of [[], ["up"], ["up", "x"], ["sideways", "7"]]) {
      const { code, output } = await example(...args);
      assert.equal(code, 1);
      assert.match(output, /up\|down NUMBER/);
    }
  });
});
