import assert from "node:assert/strict";
import type { Plan } from "../../config/plan.ts";
import { planOf, type Shop } from "../support/shop.ts";

const web = (plan: Plan) => plan.tiers.find(({ name }) => name === "web");
const jobs = (plan: Plan) => plan.tiers.find(({ name }) => name === "jobs");
const db = (plan: Plan) => plan.datastores.find(({ name }) => name === "db");

describe("The stack file wins over the application's profile, which wins over the application", () => {
  const inProfile = ({ app }: Shop) => {
    app.profiles = {
      staging: { tiers: { web: { replicas: 3 } }, datastores: { db: { mode: "bundled", storage: "20Gi" } } },
      production: { tiers: { web: { replicas: 4 } } },
    };
  };

  it("for the replicas of a tier", () => {
    assert.equal(web(planOf())?.replicas, 2);
    assert.equal(web(planOf(inProfile))?.replicas, 3);
    const inStack = planOf((shop) => {
      inProfile(shop);
      shop.stack.tiers = { web: { replicas: 1 } };
    });
    assert.equal(web(inStack)?.replicas, 1);
  });

  it("for the storage of a datastore", () => {
    const storage = (plan: Plan) => {
      const store = db(plan);
      return store?.mode === "bundled" && store.volumes[0]?.storage;
    };
    assert.equal(storage(planOf()), "10Gi");
    assert.equal(storage(planOf(inProfile)), "20Gi");
    const inStack = planOf((shop) => {
      inProfile(shop);
      shop.stack.datastores = { db: { storage: "30Gi" } };
    });
    assert.equal(storage(inStack), "30Gi");
  });

  it("key by key: a stack that sets one limit keeps the other", () => {
    const { resources } =
      web(planOf(({ stack }) => (stack.tiers = { web: { resources: { limits: { cpu: "1" } } } }))) ?? {};
    assert.deepEqual(resources, {
      requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "100Mi" },
      limits: { cpu: "1", memory: "256Mi", "ephemeral-storage": "2Gi" },
    });
  });

  it("for what a pod may write to its node's disk, whose other bound follows", () => {
    const bounds = (resources: unknown) => {
      const { requests, limits } = web(planOf(({ stack }) => (stack.tiers = { web: { resources } })))?.resources ?? {};
      return [requests?.["ephemeral-storage"], limits?.["ephemeral-storage"]];
    };
    assert.deepEqual(bounds({ limits: { "ephemeral-storage": "50Mi" } }), ["50Mi", "50Mi"]);
    assert.deepEqual(bounds({ limits: { "ephemeral-storage": "1Gi" } }), ["100Mi", "1Gi"]);
    assert.deepEqual(bounds({ requests: { "ephemeral-storage": "5Gi" } }), ["5Gi", "5Gi"]);
  });

  it("for the pull policy, which is the profile's unless the stack says otherwise", () => {
    const policies = (["dev", "staging", "production"] as const).map(
      (profile) => planOf(({ stack }) => (stack.profile = profile)).imagePullPolicy,
    );
    assert.deepEqual(policies, ["IfNotPresent", "Always", "Always"]);
    const own = planOf(({ stack }) => Object.assign(stack, { profile: "production", imagePullPolicy: "IfNotPresent" }));
    assert.equal(own.imagePullPolicy, "IfNotPresent");
  });

  it("for autoscaling, which a stack may turn off and tune", () => {
    const scaled = (autoscale: unknown) =>
      web(planOf(({ stack }) => (stack.tiers = { web: { autoscale } })))?.autoscale;
    assert.deepEqual(scaled({ max: 8 }), { max: 8, cpu: 70 });
    assert.equal(scaled(false), undefined);
  });

  it("for the place of a datastore, whose bundled figures then say nothing", () => {
    const store = db(
      planOf((shop) => {
        inProfile(shop);
        shop.stack.datastores = { db: { mode: "external", host: "192.0.2.5", port: 6543, username: "shop" } };
        shop.secrets.names = ["db"];
      }),
    );
    assert.deepEqual(store, {
      name: "db",
      declared: "db",
      secret: "db",
      engine: "postgres",
      mode: "external",
      endpoint: { host: "192.0.2.5", port: 6543, username: "shop", database: "shop", buckets: [], tls: true },
      cidrs: ["192.0.2.5/32"],
    });
  });

  it("for the storage class: the datastore's, else the cluster's, else the cluster's default", () => {
    const storageClass = (change: (shop: Shop) => void) => {
      const store = db(planOf(change));
      return store?.mode === "bundled" && store.storageClass;
    };
    assert.equal(
      storageClass(() => {}),
      undefined,
    );
    assert.equal(
      storageClass(({ stack }) => (stack.cluster.storageClass = "slow")),
      "slow",
    );
    const own = ({ stack }: Shop) => {
      stack.cluster.storageClass = "slow";
      stack.datastores = { db: { storageClass: "fast" } };
    };
    assert.equal(storageClass(own), "fast");
  });
});

describe("Where nobody says anything", () => {
  it("the profile decides the replicas", () => {
    const replicas = (profile: string) => jobs(planOf(({ stack }) => (stack.profile = profile)))?.replicas;
    assert.deepEqual(["dev", "staging", "production"].map(replicas), [1, 2, 3]);
  });

  it("a tier of one replica gets no disruption budget, which could only block", () => {
    assert.equal(jobs(planOf(({ stack }) => (stack.profile = "dev")))?.minAvailable, undefined);
    assert.equal(jobs(planOf())?.minAvailable, 1);
  });

  it("the namespace has the application's name", () => {
    assert.equal(planOf().namespace, "shop");
    assert.equal(planOf(({ stack }) => (stack.namespace = "shop-two")).namespace, "shop-two");
  });
});

describe("A variable of a tier", () => {
  const value = (plan: Plan, variable: string) => web(plan)?.env[variable];

  it("is what the tier says over what is said of all tiers, and the stack's word over the application's", () => {
    const levels: [who: string, change: (shop: Shop) => void][] = [
      ["application", ({ app }) => (app.env = { WHO: "application" })],
      ["profile", ({ app }) => (app.profiles = { staging: { env: { WHO: "profile" }, tiers: {} } })],
      ["stack", ({ stack }) => (stack.env = { WHO: "stack" })],
      ["tier", ({ app }) => (app.tiers.web.env.WHO = "tier")],
      ["profile's tier", ({ app }) => (app.profiles.staging.tiers.web = { env: { WHO: "profile's tier" } })],
      ["stack's tier", ({ stack }) => (stack.tiers = { web: { env: { WHO: "stack's tier" } } })],
    ];
    for (const [index, [who]] of levels.entries()) {
      const plan = planOf((shop) => {
        for (const [, change] of levels.slice(0, index + 1)) change(shop);
      });
      assert.deepEqual(value(plan, "WHO"), { kind: "value", value: who });
    }
  });

  it("is replaced as a whole, not mixed with what it replaces", () => {
    const plan = planOf(({ app, stack }) => {
      app.tiers.web.env.KEY = { secret: "session-key" };
      stack.tiers = {
        web: { env: { KEY: { from: "db", field: "password" }, DATABASE_URL: { secret: "session-key" } } },
      };
    });
    assert.deepEqual(value(plan, "KEY"), {
      kind: "datastore",
      datastore: "db",
      field: "password",
      database: undefined,
    });
    assert.deepEqual(value(plan, "DATABASE_URL"), { kind: "secret", secret: "session-key" });
  });

  it("may be a number or a switch, and reaches the pod as text", () => {
    const plan = planOf(({ stack }) => (stack.env = { COUNT: 3, ON: true }));
    assert.deepEqual(
      [value(plan, "COUNT"), value(plan, "ON")],
      [
        { kind: "value", value: "3" },
        { kind: "value", value: "true" },
      ],
    );
  });

  it("may be another tier's address", () => {
    const plan = planOf(({ app }) => {
      app.tiers.jobs.uses.push("web");
      app.tiers.jobs.env = { URL: { from: "web", field: "url" }, PORT: { from: "web", field: "port" } };
    });
    assert.deepEqual(jobs(plan)?.env, {
      URL: { kind: "value", value: "http://web:8080" },
      PORT: { kind: "value", value: "8080" },
    });
  });
});
