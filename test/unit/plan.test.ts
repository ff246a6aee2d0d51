import assert from "node:assert/strict";
import type { Plan } from "../../config/plan.ts";
import { planFor, STACKS } from "../support/pybase.ts";

const plans = Object.fromEntries(STACKS.map((stack) => [stack, planFor(stack)])) as Record<
  (typeof STACKS)[number],
  Plan
>;
const everyPlan = Object.values(plans);

function tierOf(plan: Plan, name: string) {
  const tier = plan.tiers.find((it) => it.name === name);
  assert.ok(tier, `there is no tier ${name}`);
  return tier;
}

describe("PyBase's plan", () => {
  it("has the four tiers of the document, the migration before the API", () => {
    for (const { tiers } of everyPlan) {
      assert.deepEqual(
        tiers.map(({ name, kind, serviceAccount }) => [name, kind, serviceAccount]),
        [
          ["api-migrate", "job", "api"],
          ["api", "web", "api"],
          ["extraction-worker", "worker", "extraction-worker"],
          ["search-worker", "worker", "search-worker"],
          ["frontend", "web", "frontend"],
        ],
      );
    }
  });

  it("has the document's figures for every tier", () => {
    const figures: [
      name: string,
      min: number,
      max: number,
      cpu: number,
      memory: number,
      grace: number,
      request: object,
      limit: object,
    ][] = [
      ["api", 2, 10, 70, 80, 30, { cpu: "200m", memory: "256Mi" }, { cpu: "1", memory: "1Gi" }],
      ["extraction-worker", 2, 8, 75, 85, 3600, { cpu: "200m", memory: "512Mi" }, { cpu: "1", memory: "2Gi" }],
      ["search-worker", 2, 6, 70, 80, 300, { cpu: "100m", memory: "256Mi" }, { cpu: "500m", memory: "1Gi" }],
      ["frontend", 2, 6, 70, 80, 30, { cpu: "50m", memory: "64Mi" }, { cpu: "200m", memory: "128Mi" }],
    ];
    for (const [name, min, max, cpu, memory, grace, requests, limits] of figures) {
      const tier = tierOf(plans.dev, name);
      assert.equal(tier.replicas, min, name);
      assert.deepEqual([tier.autoscale?.max, tier.autoscale?.cpu, tier.autoscale?.memory], [max, cpu, memory], name);
      assert.equal(tier.terminationGracePeriodSeconds, grace, name);
      assert.deepEqual(
        tier.resources,
        {
          requests: { ...requests, "ephemeral-storage": "100Mi" },
          limits: { ...limits, "ephemeral-storage": "2Gi" },
        },
        name,
      );
      assert.equal(tier.minAvailable, 1, name);
    }
  });

  it("gives each worker the document's concurrency", () => {
    assert.deepEqual(tierOf(plans.dev, "extraction-worker").args, ["--concurrency", "2"]);
    assert.deepEqual(tierOf(plans.dev, "search-worker").args, ["--concurrency", "4"]);
  });

  it("starts nothing before what it stores its data in, and the API after its migration", () => {
    const after = Object.fromEntries(plans.dev.tiers.map((tier) => [tier.name, tier.after]));
    assert.deepEqual(after, {
      "api-migrate": ["postgres", "redis", "objects", "search"],
      api: ["postgres", "redis", "objects", "search", "api-migrate"],
      "extraction-worker": ["postgres", "redis", "objects"],
      "search-worker": ["postgres", "redis", "search"],
      frontend: [],
    });
  });

  it("gives a token for the API server to the tiers of the role only, and not to the migration", () => {
    const withToken = plans.production.tiers.filter(({ mountToken }) => mountToken).map(({ name }) => name);
    assert.deepEqual(withToken, ["api", "extraction-worker", "search-worker"]);
  });

  it("runs everything in the cluster in dev and staging, with the document's storage", () => {
    for (const plan of [plans.dev, plans.staging]) {
      assert.deepEqual(
        plan.datastores.map((store) => [store.name, store.mode, store.mode === "bundled" && store.volumes[0]?.storage]),
        [
          ["postgres", "bundled", "10Gi"],
          ["redis", "bundled", "2Gi"],
          ["objects", "bundled", "10Gi"],
          ["search", "bundled", "5Gi"],
        ],
      );
    }
  });

  it("reaches the databases of one's own in production, and bundles the others", () => {
    assert.deepEqual(
      plans.production.datastores.map((store) =>
        store.mode === "external"
          ? [store.name, store.endpoint.host, store.endpoint.port, store.endpoint.tls, store.cidrs]
          : [store.name, store.mode, store.mode === "bundled" && store.volumes[0]?.storage],
      ),
      [
        ["postgres", "postgres.example.com", 5432, true, ["10.0.12.0/24"]],
        ["redis", "redis.example.com", 6379, true, ["10.0.13.0/24"]],
        ["objects", "bundled", "10Gi"],
        ["search", "bundled", "20Gi"],
      ],
    );
  });

  it("pins every bundled server's image", () => {
    const images = plans.dev.datastores.map((store) => store.mode === "bundled" && store.image);
    for (const image of images) assert.match(String(image), /^docker\.io\/.+:v?\d+\.\d+/);
  });

  it("takes the profile's log level and debug switch into every tier", () => {
    const expected = { dev: ["debug", "true"], staging: ["info", "false"], production: ["warning", "false"] };
    for (const stack of STACKS) {
      for (const { env } of plans[stack].tiers) {
        const values = [env.LOG_LEVEL, env.DEBUG].map((variable) => variable?.kind === "value" && variable.value);
        assert.deepEqual(values, expected[stack]);
      }
    }
  });

  it("leads the application's host to the API and the frontend, and two more to the object store", () => {
    assert.deepEqual(
      plans.dev.edge.routes.map(({ host, path, service, port }) => `${host}${path} > ${service}:${port}`),
      [
        "pybase.localhost/api > api:8000",
        "pybase.localhost/ > frontend:8080",
        "objects.pybase.localhost/ > objects:9000",
        "objects-console.pybase.localhost/ > objects:9001",
      ],
    );
  });

  it("derives every password but those of external stores", () => {
    const derivable = (plan: Plan) => plan.secrets.filter((it) => it.outside === undefined).map(({ name }) => name);
    assert.deepEqual(derivable(plans.dev), ["postgres", "redis", "objects", "search", "secret-key"]);
    assert.deepEqual(derivable(plans.production), ["objects", "search", "secret-key"]);
  });

  it("raises a secret's version where the stack does, and only that one's", () => {
    const { secrets } = planFor("dev", { secretVersions: { redis: 3 } });
    assert.deepEqual(
      secrets.map(({ name, version }) => [name, version]),
      [
        ["postgres", 1],
        ["redis", 3],
        ["objects", 1],
        ["search", 1],
        ["secret-key", 1],
      ],
    );
  });

  it("redirects every image to the registry of the stack", () => {
    const { tiers, datastores } = planFor("dev", { registry: "mirror.example.com/proxy" });
    const images = [...tiers, ...datastores].map((it) => ("image" in it ? it.image : ""));
    assert.equal(images.length, 9);
    for (const image of images) assert.match(image, /^mirror\.example\.com\/proxy\/(?!docker\.io)/);
  });
});
