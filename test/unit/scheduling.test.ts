import assert from "node:assert/strict";
import type { SchedulingPlan } from "../../config/scheduling.ts";
import { onAks, onEks, onGke } from "../support/clouds.ts";
import { planOf, type Shop } from "../support/shop.ts";

const POOLS = {
  general: {},
  batch: { spot: true, min: 0 },
  memory: {
    taints: [
      { key: "purpose", value: "data", effect: "NoSchedule" },
      { key: "quiet", effect: "NoExecute" },
    ],
  },
};
const SPOT = { key: "landfall.dev/spot", operator: "Equal", value: "true", effect: "NoSchedule" };
const THEIRS = {
  provider: "kubeconfig",
  context: "test",
  nodePools: {
    ssd: { labels: { disk: "ssd" } },
    cheap: {
      labels: { "example.com/pool": "cheap" },
      taints: [{ key: "preemptible", value: "yes", effect: "NoSchedule" }],
      spot: true,
    },
  },
};

function tierOf(change: (shop: Shop) => void, name = "jobs"): SchedulingPlan | undefined {
  return planOf(change).tiers.find((tier) => tier.name === name)?.scheduling;
}

describe("Where pods run", () => {
  it("is any machine without taints, unless somebody says otherwise", () => {
    const { tiers, datastores } = planOf(onEks({ nodePools: POOLS }));
    assert.ok(tiers.every(({ scheduling }) => scheduling === undefined));
    assert.ok(datastores.every((store) => store.mode === "bundled" && store.scheduling === undefined));
  });

  it("is the pool that the stack names, whatever taints it has", () => {
    const plan = planOf(
      onGke({ nodePools: POOLS }, ({ stack }) => {
        stack.tiers = { web: { pool: "memory" } };
        stack.datastores = { db: { pool: "memory" } };
      }),
    );
    const expected = {
      nodeSelector: { "landfall.dev/pool": "memory" },
      tolerations: [
        { key: "purpose", operator: "Equal", value: "data", effect: "NoSchedule" },
        { key: "quiet", operator: "Exists", effect: "NoExecute" },
      ],
      interruptible: false,
    };
    assert.deepEqual(plan.tiers.find(({ name }) => name === "web")?.scheduling, expected);
    const db = plan.datastores.find(({ name }) => name === "db");
    assert.deepEqual(db?.mode === "bundled" && db.scheduling, expected);
  });

  it("is the spot market rather, or only, where a tier says so, and wherever else it is not", () => {
    const wanting = (spot: string) =>
      tierOf(
        onEks({ nodePools: POOLS }, ({ app }) => {
          app.tiers.jobs.spot = spot;
        }),
      );
    const pools = [{ "landfall.dev/pool": "batch" }];
    for (const rule of ["preferred", "required"]) {
      assert.deepEqual(wanting(rule), { tolerations: [SPOT], spot: { rule, pools }, interruptible: true });
    }
    assert.equal(wanting("never"), undefined);
  });

  it("is as ever for a tier that prefers what the cluster does not have", () => {
    const preferring = ({ app }: Shop) => {
      app.tiers.jobs.spot = "preferred";
    };
    assert.equal(tierOf(onEks({}, preferring)), undefined);
    assert.equal(tierOf(preferring), undefined);
  });

  it("tolerates what the cloud itself taints machines with", () => {
    const on = (land: typeof onAks, batch: object) =>
      tierOf(land({ nodePools: { general: {}, batch } }, ({ stack }) => (stack.tiers = { jobs: { pool: "batch" } })));
    assert.deepEqual(on(onAks, { spot: true })?.tolerations, [
      { key: "kubernetes.azure.com/scalesetpriority", operator: "Equal", value: "spot", effect: "NoSchedule" },
    ]);
    assert.deepEqual(on(onGke, { machine: "c4a-standard-4" })?.tolerations, [
      { key: "kubernetes.io/arch", operator: "Equal", value: "arm64", effect: "NoSchedule" },
    ]);
    assert.deepEqual(on(onGke, { machine: "g2-standard-4", spot: true })?.tolerations, [
      SPOT,
      { key: "nvidia.com/gpu", operator: "Equal", value: "present", effect: "NoSchedule" },
    ]);
  });

  it("is told of somebody else's machines by their labels and taints", () => {
    const scheduling = (change: object) =>
      tierOf(({ stack }) => {
        stack.cluster = THEIRS;
        stack.tiers = { jobs: change };
      });
    assert.deepEqual(scheduling({ pool: "ssd" }), {
      nodeSelector: { disk: "ssd" },
      tolerations: [],
      interruptible: false,
    });
    assert.deepEqual(scheduling({ spot: "required" }), {
      tolerations: [{ key: "preemptible", operator: "Equal", value: "yes", effect: "NoSchedule" }],
      spot: { rule: "required", pools: [{ "example.com/pool": "cheap" }] },
      interruptible: true,
    });
  });

  it("is no spot machine for what changes a database's schema", () => {
    const migration = (pool: string) =>
      tierOf(
        onEks({ nodePools: POOLS }, ({ app, stack }) => {
          app.tiers.web.migrate = ["migrate"];
          stack.tiers = { web: { pool } };
        }),
        "web-migrate",
      );
    assert.equal(migration("batch"), undefined);
    assert.deepEqual(migration("memory")?.nodeSelector, { "landfall.dev/pool": "memory" });
  });

  it("asks nothing more of the quota and of the disruption budget", () => {
    const { quota, tiers } = planOf(onEks({ nodePools: POOLS }));
    const moved = planOf(onEks({ nodePools: POOLS }, ({ stack }) => (stack.tiers = { web: { pool: "batch" } })));
    assert.deepEqual(moved.quota, quota);
    const budget = (all: typeof tiers) => all.find(({ name }) => name === "web")?.minAvailable;
    assert.equal(budget(moved.tiers), budget(tiers));
  });

  it("is named by the stack, or by what the application has for its profile, and not by the application", () => {
    assert.throws(
      () =>
        planOf(
          onEks({ nodePools: POOLS }, ({ app }) => {
            app.tiers.jobs.pool = "batch";
          }),
        ),
      /tiers\.jobs\.pool: unknown key/,
    );
  });
});
