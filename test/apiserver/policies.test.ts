/** The policy pack on PyBase as it lands in production, through the real engine. */
import assert from "node:assert/strict";
import { KNOWING_EVENT_LOGS, withPolicies } from "../../local/policies.ts";
import { clusterConfig, sharedCluster } from "../support/cluster.ts";
import { TestStack } from "../support/stack.ts";

describe("the policy pack", function () {
  this.timeout("10m");

  it("finds nothing against PyBase in production, and says so in a few seconds more", async () => {
    const cluster = await sharedCluster();
    const config = {
      "landfall:profile": "production",
      "landfall:namespace": "pybase-judged",
      "landfall:cluster": { ...clusterConfig(cluster), storageClasses: { fast: "fast", shared: "shared" } },
      "landfall:edge": { kind: "ingress", host: "judged.localhost", tls: { issuer: "local" } },
    };
    const stack = await new TestStack("production", config, KNOWING_EVENT_LOGS).create();
    try {
      const preview = ["preview", "--stack", "production"];
      const before = performance.now();
      const alone = await stack.run(...preview);
      const between = performance.now();
      const judged = await withPolicies((options) => stack.run(...preview, ...options));
      const seconds = (performance.now() - between - (between - before)) / 1000;
      assert.deepEqual([alone.code, judged.code], [0, 0], judged.output);
      assert.deepEqual(judged.violations, []);
      assert.match(judged.output, /landfall/);
      assert.ok(seconds < 60, `the policies took ${seconds} s`);
      if (process.env.LANDFALL_TEST === "all") console.log(`policies: ${seconds.toFixed(1)} s`);
    } finally {
      stack.remove();
    }
  });
});
