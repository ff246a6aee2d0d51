/** An application on a cluster that another stack made, through the real engine. */
import assert from "node:assert/strict";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { readNamespace } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "pybase-stack";

/** Stands for a stack with a cluster of its own: all that others see of it. */
const PLATFORM = `
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
export const kubeconfig = pulumi.secret(readFileSync(new pulumi.Config("landfall").require("file"), "utf8"));
`;

describe("a cluster that another stack made", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let platform: TestStack;
  let stack: TestStack;

  before(async () => {
    cluster = await sharedCluster();
    const { path } = clusterConfig(cluster);
    platform = await new TestStack("platform", { "landfall:file": path }, {}, { "index.ts": PLATFORM }).create({});
    await platform.up();
    stack = await new TestStack(
      "dev",
      {
        "landfall:profile": "dev",
        "landfall:namespace": NAMESPACE,
        "landfall:cluster": { provider: "stack", ref: "organization/landfall/platform" },
        "landfall:edge": { kind: "ingress", host: "stack.localhost", tls: { issuer: "local" } },
      },
      {
        PULUMI_BACKEND_URL: `file://${platform.directory}/.landfall/state?metadata=skip`,
        KUBECONFIG: "/nowhere",
      },
    ).create();
  });

  after(async () => {
    await stack?.destroy();
    for (const each of [stack, platform]) each?.remove();
  });

  it("has the application, with no other kubeconfig at hand, and nothing to do the second time", async () => {
    await stack.up();
    const { deployments } = await readNamespace(cluster.clients, NAMESPACE);
    assert.ok(deployments.length >= 4);
    assert.deepEqual(await stack.preview("--expect-no-changes"), await stack.up());
  });

  it("keeps its kubeconfig out of the states of both", async () => {
    for (const each of [stack, platform]) {
      const state = await each.state();
      assert.match(state, /"ciphertext"/);
      assert.doesNotMatch(state, /client-key-data|certificate-authority-data/);
    }
  });

  it("is not found where there is no such stack, and nothing is changed", async () => {
    stack.configure({ "landfall:cluster": { provider: "stack", ref: "organization/landfall/plattform" } });
    const { code, output } = await stack.run("preview", "--stack", "dev");
    assert.notEqual(code, 0);
    assert.match(output, /plattform/);
    stack.configure({ "landfall:cluster": { provider: "stack", ref: "organization/landfall/platform" } });
  });
});
