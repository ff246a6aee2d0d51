import assert from "node:assert/strict";
import { errorOf, planOf, refuses } from "../support/shop.ts";

describe("Figures that cannot be are refused:", () => {
  refuses([
    [
      "a request above its limit",
      ({ stack }) => (stack.tiers = { web: { resources: { requests: { memory: "1Gi" } } } }),
      {
        path: "landfall:tiers.web.resources.requests.memory",
        got: "1Gi",
        problem: "the request is above the limit",
        allowed: "256Mi (resources.limits.memory) or less",
        fix: "lower the request or raise the limit",
      },
    ],
    [
      "a datastore's request above the engine's own limit",
      ({ stack }) => (stack.datastores = { queue: { resources: { requests: { cpu: "2" } } } }),
      {
        path: "landfall:datastores.queue.resources.requests.cpu",
        got: "2",
        problem: "the request is above the limit",
        allowed: "500m (resources.limits.cpu) or less",
        fix: "lower the request or raise the limit",
      },
    ],
    [
      "more replicas than the autoscaler's most",
      ({ stack }) => (stack.tiers = { web: { replicas: 5 } }),
      {
        path: "landfall:tiers.web.replicas",
        got: 5,
        problem: "the fewest replicas are more than the most",
        allowed: "1 to 4 (tiers.web.autoscale.max)",
        fix: "lower replicas or raise autoscale.max",
      },
    ],
    [
      "a budget that no eviction could satisfy",
      ({ app }) => (app.tiers.web.minAvailable = 2),
      {
        path: "apps/shop.ts: tiers.web.minAvailable",
        got: 2,
        problem: "with 2 replicas no pod could ever be evicted, so a node could not be drained",
        allowed: "less than replicas (2)",
        fix: "lower minAvailable or raise replicas",
      },
    ],
    [
      "autoscaling without a figure to scale on",
      ({ app }) => delete app.tiers.web.autoscale.cpu,
      {
        path: "apps/shop.ts: tiers.web.autoscale",
        problem: "has no figure to scale on",
        allowed: "cpu and memory, in percent of the request, and metrics",
        fix: "add cpu: 70, for example",
      },
    ],
    [
      "autoscaling that the stack turns on without a most",
      ({ stack }) => (stack.tiers = { jobs: { autoscale: { cpu: 70 } } }),
      {
        path: "apps/shop.ts: tiers.jobs.autoscale.max",
        problem: "is missing",
        allowed: "2 (replicas) or more",
        fix: "say how far the tier may grow",
      },
    ],
    [
      "replicas for a singleton",
      ({ stack }) => (stack.tiers = { clock: { replicas: 2 } }),
      {
        path: "landfall:tiers.clock.replicas",
        problem: '"clock" is a singleton, which is always one pod',
        fix: "remove it",
      },
    ],
    [
      "a quota of too few pods",
      // web: 4 at most, 1 more while updating. jobs: 2 and 1. clock: 1. db and queue: 1 each.
      ({ stack }) => (stack.quota = { pods: 10 }),
      {
        path: "landfall:quota.pods",
        got: "10",
        problem:
          "the quota is smaller than what everything needs at its largest, with one pod a tier more while updating",
        allowed: "11 or more",
        fix: "raise the quota, or lower autoscale.max or resources",
      },
    ],
    [
      "a quota of too little storage",
      ({ app }) => (app.quota = { storage: "10Gi" }),
      {
        path: "apps/shop.ts: quota.storage",
        got: "10Gi",
        problem:
          "the quota is smaller than what everything needs at its largest, with one pod a tier more while updating",
        allowed: "11Gi or more",
        fix: "raise the quota, or lower autoscale.max or resources",
      },
    ],
  ]);

  it("a quota just large enough is taken as it is", () => {
    assert.equal(planOf(({ stack }) => (stack.quota = { pods: 11 })).quota.pods, 11);
  });
});

const OUTSIDE = { mode: "external", host: "db.example.com", cidrs: ["10.0.12.0/24"] };

describe("Secrets and external datastores are refused:", () => {
  refuses([
    [
      "an external store by name without the addresses behind it",
      ({ stack, secrets }) => {
        stack.datastores = { db: { mode: "external", host: "db.example.com" } };
        secrets.names = ["db"];
      },
      {
        path: "landfall:datastores.db.cidrs",
        problem: 'is missing: a NetworkPolicy needs the addresses behind "db.example.com"',
        allowed: "a list of address ranges",
        fix: `name the store's subnet, such as cidrs: ["10.0.12.0/24"]`,
      },
    ],
    [
      "an external store's database where the engine has none",
      ({ stack, secrets }) => {
        stack.datastores = { queue: { ...OUTSIDE, database: "jobs" } };
        secrets.names = ["queue"];
      },
      { path: "landfall:datastores.queue.database", got: "jobs", problem: "redis has no database", fix: "remove it" },
    ],
    [
      "an external store without its password, with the command that sets it",
      ({ stack }) => (stack.datastores = { db: OUTSIDE }),
      {
        path: "landfall:secrets.db",
        problem: 'is missing: "db" is external (landfall:datastores.db), so only you know its password',
        fix: "npx pulumi config set --secret --path 'landfall:secrets.db' --stack test",
      },
    ],
    [
      "no stack secret, with the command that sets one",
      ({ secrets }) => delete secrets.stackSecretLength,
      {
        path: "landfall:secret",
        problem: "is missing: the passwords of the bundled datastores are derived from it",
        allowed: "a secret of 32 characters or more",
        fix: 'npx pulumi config set --secret landfall:secret "$(openssl rand -base64 32)" --stack test',
      },
    ],
    [
      "a stack secret that is one character short, without showing it",
      ({ secrets }) => (secrets.stackSecretLength = 31),
      {
        path: "landfall:secret",
        problem: "has 31 characters, too few to derive passwords from",
        allowed: "a secret of 32 characters or more",
        fix: 'npx pulumi config set --secret landfall:secret "$(openssl rand -base64 32)" --stack test',
      },
    ],
    [
      "a secret that nothing needs",
      ({ secrets }) => secrets.names.push("dbb"),
      {
        path: "landfall:secrets.dbb",
        got: "dbb",
        problem: 'there is no secret "dbb"',
        allowed: "db, queue, session-key",
        fix: 'did you mean "db"?',
      },
    ],
    [
      "a version of a secret that nothing needs",
      ({ stack }) => (stack.secretVersions = { session: 2 }),
      {
        path: "landfall:secretVersions.session",
        got: "session",
        problem: 'there is no secret "session"',
        allowed: "db, queue, session-key",
        fix: "use one of these, or remove it",
      },
    ],
  ]);

  it("a stack secret of 32 characters is long enough", () => {
    assert.doesNotThrow(() => planOf(({ secrets }) => (secrets.stackSecretLength = 32)));
  });

  it("no stack secret is needed where every secret is given", () => {
    const given = planOf(({ secrets }) => {
      delete secrets.stackSecretLength;
      secrets.names = ["db", "queue", "session-key"];
    });
    assert.equal(given.secrets.length, 3);
  });

  it("an address in place of a name needs no address range", () => {
    const { datastores } = planOf(({ stack, secrets }) => {
      stack.datastores = { db: { mode: "external", host: "192.0.2.5" } };
      secrets.names = ["db"];
    });
    assert.deepEqual(datastores[0]?.mode === "external" && datastores[0].cidrs, ["192.0.2.5/32"]);
  });
});

describe("Many mistakes", () => {
  it("of form come in one error, the stack file's first", () => {
    const { mistakes } = errorOf(({ app, stack }) => {
      app.tiers.web.image = "shop/web:latest";
      app.tiers.jobs.kind = "wroker";
      stack.edge.host = "my shop";
      stack.profile = undefined;
    });
    assert.deepEqual(
      mistakes.map(({ path }) => path),
      ["landfall:profile", "landfall:edge.host", "apps/shop.ts: tiers.web.image", "apps/shop.ts: tiers.jobs.kind"],
    );
  });

  it("of meaning come in one error", () => {
    const { mistakes } = errorOf(({ app, stack, secrets }) => {
      app.tiers.web.uses.push("queu");
      app.roles.reader.bindings.web = ["wbe"];
      stack.tiers = { apu: {}, web: { replicas: 9, resources: { requests: { cpu: "1" } } } };
      stack.datastores = { db: { mode: "external", host: "db.example.com" }, queue: { version: "3" } };
      stack.quota = { pods: 1 };
      secrets.stackSecretLength = 3;
    });
    assert.deepEqual(
      mistakes.map(({ path }) => path),
      [
        "landfall:tiers.apu",
        "apps/shop.ts: roles.reader.bindings.web",
        "landfall:datastores.db.cidrs",
        "landfall:datastores.queue.version",
        "landfall:tiers.web.resources.requests.cpu",
        "landfall:tiers.web.replicas",
        "apps/shop.ts: tiers.web.uses",
        "landfall:quota.pods",
        "landfall:secrets.db",
        "landfall:secret",
      ],
    );
  });
});
