/** The policy pack on PyBase as it lands in production, through the real engine. */
import assert from "node:assert/strict";
import { KNOWING_EVENT_LOGS, withPolicies } from "../../local/policies.ts";
import { clusterConfig, sharedCluster } from "../support/cluster.ts";
import { TestStack } from "../support/stack.ts";

describe("the policy pack", function () {
  this.timeout("10m");

  it("finds nothing against PyBase in production", async () => {
    const cluster = await sharedCluster();
    const config = {
      "landfall:profile": "production",
      "landfall:namespace": "pybase-judged",
      "landfall:cluster": { ...clusterConfig(cluster), storageClasses: { fast: "fast", shared: "shared" } },
      "landfall:edge": { kind: "ingress", host: "judged.localhost", tls: { issuer: "local" } },
    };
    const stack = await new TestStack("production", config, KNOWING_EVENT_LOGS).create();
    try {
      const judged = await withPolicies((options) => stack.run("preview", "--stack", "production", ...options));
      assert.equal(judged.code, 0, judged.output);
      assert.match(judged.output, /landfall@v/);
      assert.deepEqual(judged.violations, []);
    } finally {
      stack.remove();
    }
  });
});
