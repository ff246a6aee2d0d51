import assert from "node:assert/strict";
import { find, ofType, type Registration } from "../support/mocks.ts";
import { land, planFor } from "../support/pybase.ts";

const CLUSTER = {
  nodePools: {
    memory: { labels: { purpose: "data" }, taints: [{ key: "purpose", value: "data", effect: "NoSchedule" }] },
    cheap: { labels: { market: "spot" }, taints: [{ key: "spot", effect: "NoSchedule" }], spot: true },
  },
};
const TOLERATIONS = [{ key: "purpose", operator: "Equal", value: "data", effect: "NoSchedule" }];

/** Of what `landed` has. */
function podOf(landed: readonly Registration[], type: string, name: string) {
  const { spec } = find(landed, type, name).inputs as { spec: { template: { spec: Record<string, unknown> } } };
  const { nodeSelector, tolerations, affinity } = spec.template.spec;
  return { nodeSelector, tolerations, affinity: affinity as Record<string, unknown> | undefined };
}

describe("Pods on machines of their own", function () {
  this.timeout("60s");
  it("are those of a tier and of its migration, spread as ever", async () => {
    const landed = await land(planFor("dev", { cluster: CLUSTER, tiers: { api: { pool: "memory" } } }));
    const deployment = podOf(landed, "kubernetes:apps/v1:Deployment", "pybase-api-deployment");
    assert.deepEqual(deployment.nodeSelector, { purpose: "data" });
    assert.deepEqual(deployment.tolerations, TOLERATIONS);
    assert.deepEqual(Object.keys(deployment.affinity ?? {}), ["podAntiAffinity"]);
    const job = podOf(landed, "kubernetes:batch/v1:Job", "pybase-api-migrate-job");
    assert.deepEqual([job.nodeSelector, job.tolerations, job.affinity], [{ purpose: "data" }, TOLERATIONS, undefined]);
    const others = podOf(landed, "kubernetes:apps/v1:Deployment", "pybase-frontend-deployment");
    assert.deepEqual([others.nodeSelector, others.tolerations], [undefined, undefined]);
  });

  it("are a datastore's servers, and what leads clients to them", async () => {
    const stores = { redis: { pool: "memory", servers: 3 }, search: { pool: "memory" } };
    const landed = await land(planFor("staging", { cluster: CLUSTER, datastores: stores }));
    const expected = [{ purpose: "data" }, TOLERATIONS];
    for (const [type, name] of [
      ["kubernetes:apps/v1:StatefulSet", "pybase-redis-server"],
      ["kubernetes:apps/v1:Deployment", "pybase-redis-proxy-deployment"],
      ["kubernetes:apps/v1:StatefulSet", "pybase-search-server"],
    ] as const) {
      const { nodeSelector, tolerations, affinity } = podOf(landed, type, name);
      assert.deepEqual([nodeSelector, tolerations], expected, name);
      assert.equal(affinity?.nodeAffinity, undefined);
    }
  });

  it("are an operator's too", async () => {
    const stores = { postgres: { pool: "memory", servers: 3 } };
    const landed = await land(planFor("staging", { cluster: CLUSTER, datastores: stores }));
    const [servers] = ofType(landed, "kubernetes:postgresql.cnpg.io/v1:Cluster");
    const { affinity } = (servers as Registration).inputs.spec as { affinity: Record<string, unknown> };
    assert.deepEqual([affinity.nodeSelector, affinity.tolerations], [{ purpose: "data" }, TOLERATIONS]);
  });

  it("prefer machines of the spot market, or must have them", async () => {
    const tiers = { "extraction-worker": { spot: "preferred" }, "search-worker": { spot: "required" } };
    const landed = await land(planFor("dev", { cluster: CLUSTER, tiers }));
    const terms = { matchExpressions: [{ key: "market", operator: "In", values: ["spot"] }] };
    const affinityOf = (tier: string) => {
      const pod = podOf(landed, "kubernetes:apps/v1:Deployment", `pybase-${tier}-deployment`);
      assert.deepEqual(pod.tolerations, [{ key: "spot", operator: "Exists", effect: "NoSchedule" }]);
      assert.ok(pod.affinity?.podAntiAffinity);
      return pod.affinity?.nodeAffinity;
    };
    assert.deepEqual(affinityOf("extraction-worker"), {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: terms }],
    });
    assert.deepEqual(affinityOf("search-worker"), {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [terms] },
    });
  });
});
