import assert from "node:assert/strict";
import { diagram } from "../../config/diagram.ts";
import type { Plan } from "../../config/plan.ts";
import { planOf, type Shop } from "../support/shop.ts";

const tier = (plan: Plan, name: string) => {
  const found = plan.tiers.find((tier) => tier.name === name);
  assert.ok(found);
  return found;
};
const triggers = [
  { redisList: { from: "queue", list: "orders", length: 5 } },
  { postgresql: { from: "db", query: "SELECT count(*) FROM orders", target: 2.5 } },
  { prometheus: { serverAddress: "http://prometheus.monitoring:9090", query: "up", threshold: 100 } },
  { cpu: 70 },
];
const withEvents =
  (over: object = {}) =>
  ({ app }: Shop) => {
    app.tiers.jobs.events = { max: 6, triggers, ...over };
  };

describe("A tier that KEDA scales", () => {
  it("asks its triggers by what the datastores are", () => {
    const { events } = tier(planOf(withEvents({ min: 0, pollingSeconds: 15 })), "jobs");
    assert.deepEqual(events, {
      min: 0,
      max: 6,
      pollingSeconds: 15,
      triggers: [
        { kind: "redisList", datastore: "queue", tls: false, list: "orders", length: 5, database: 0 },
        { kind: "postgresql", datastore: "db", tls: false, query: "SELECT count(*) FROM orders", target: 2.5 },
        { kind: "prometheus", serverAddress: "http://prometheus.monitoring:9090", query: "up", threshold: 100 },
        { kind: "cpu", use: 70 },
      ],
    });
  });

  it("has its replicas for its fewest, unless it says fewer", () => {
    assert.equal(tier(planOf(withEvents()), "jobs").events?.min, 2);
    const none = tier(planOf(withEvents({ min: 0 })), "jobs");
    assert.deepEqual([none.replicas, none.events?.min, none.minAvailable], [0, 0, undefined]);
  });

  it("is tuned by the stack key by key, and turned off", () => {
    const tuned = (events: unknown) =>
      tier(
        planOf((shop) => {
          withEvents()(shop);
          shop.stack.tiers = { jobs: { events } };
        }),
        "jobs",
      ).events;
    assert.deepEqual([tuned({ max: 9 })?.max, tuned({ max: 9 })?.triggers.length], [9, 4]);
    assert.equal(tuned(false), undefined);
  });

  it("lets KEDA's operator into the datastores that it asks, each once", () => {
    const fromKeda = (change: (shop: Shop) => void) => planOf(change).links.filter(({ from }) => from.kind === "keda");
    const links = (namespace: string) => [
      { from: { kind: "keda", namespace }, to: { kind: "pods", component: "db" }, ports: [5432] },
      { from: { kind: "keda", namespace }, to: { kind: "pods", component: "queue" }, ports: [6379] },
    ];
    assert.deepEqual(fromKeda(withEvents()), links("keda"));
    const elsewhere = (shop: Shop) => {
      withEvents({ triggers: [...triggers, ...triggers] })(shop);
      shop.stack.autoscaling = { kedaNamespace: "autoscaling" };
    };
    assert.deepEqual(fromKeda(elsewhere), links("autoscaling"));
    const external = (shop: Shop) => {
      withEvents()(shop);
      shop.stack.datastores = { db: { mode: "external", host: "192.0.2.5" } };
      shop.secrets.names = ["db"];
    };
    assert.deepEqual(fromKeda(external), links("keda").slice(1));
    assert.deepEqual(
      fromKeda(() => {}),
      [],
    );
  });

  it("speaks TLS where the datastore does", () => {
    const plan = planOf((shop) => {
      withEvents()(shop);
      shop.stack.datastores = { queue: { mode: "external", host: "192.0.2.6" } };
      shop.secrets.names = ["queue"];
    });
    const [first] = tier(plan, "jobs").events?.triggers ?? [];
    assert.equal(first?.kind === "redisList" && first.tls, true);
  });

  it("has room in the quota for its most pods", () => {
    // web 4 and 1 more while updating, jobs 6 and 1, clock, db and queue 1 each.
    assert.equal(planOf(withEvents()).quota.pods, 15);
  });

  it("stands in the diagram with its range, and KEDA beside it", () => {
    const drawn = diagram(planOf(withEvents({ min: 0 })));
    assert.match(drawn, /jobs\["jobs<br>0 to 6 pods"\]/);
    assert.match(drawn, /^ {2}keda\(\["KEDA"\]\)$/m);
    assert.match(drawn, /^ {2}keda -->\|6379\| queue$/m);
  });
});

describe("A tier that is sized", () => {
  const sized = (verticalAutoscale: unknown, stack?: unknown) =>
    planOf((shop) => {
      shop.app.tiers.clock.verticalAutoscale = verticalAutoscale;
      if (stack !== undefined) shop.stack.tiers = { clock: { verticalAutoscale: stack } };
    });
  const max = { cpu: "400m", memory: "1Gi" };
  const base = planOf().quota;

  it("is tuned by the stack key by key, and turned off", () => {
    const plan = sized({ mode: "auto", min: { cpu: "50m" }, max }, { mode: "off", max: { cpu: 2 } });
    assert.deepEqual(tier(plan, "clock").verticalAutoscale, {
      mode: "off",
      min: { cpu: "50m" },
      max: { cpu: "2", memory: "1Gi" },
    });
    assert.equal(tier(sized({ mode: "auto", max }, false), "clock").verticalAutoscale, undefined);
  });

  it("takes room in the quota only where sizes change", () => {
    assert.deepEqual(sized({ mode: "off", max }).quota, base);
    // The clock's request of 100m grows by 300m and 128Mi by 896Mi; its limits are twice its requests, and stay so.
    const { requests, limits } = sized({ mode: "auto", max }).quota;
    assert.deepEqual(
      [base.requests, base.limits].map(({ cpu }) => cpu),
      ["1250m", "3300m"],
    );
    assert.deepEqual([requests.cpu, limits.cpu], ["1550m", "3900m"]);
    assert.deepEqual([base.requests.memory, requests.memory], ["1792Mi", "2688Mi"]);
    assert.deepEqual([base.limits.memory, limits.memory], ["3840Mi", "5632Mi"]);
  });

  it("grows up to its limits where those stay", () => {
    const { requests, limits } = sized({ mode: "initial", max, controlledValues: "RequestsOnly" }).quota;
    assert.deepEqual([requests.cpu, requests.memory, limits], ["1350m", "1920Mi", base.limits]);
  });

  it("takes no less room than before where its most is less", () => {
    assert.deepEqual(sized({ mode: "auto", max: { cpu: "10m", memory: "16Mi" } }).quota, base);
  });
});

describe("A datastore that is sized", () => {
  const max = { cpu: "2", memory: "2Gi" };
  const sized = (verticalAutoscale: unknown, stack?: object) =>
    planOf((shop) => {
      Object.assign(shop.app.datastores.db, { verticalAutoscale });
      if (stack) shop.stack.datastores = { db: stack };
    });
  const ofStore = (plan: Plan) => {
    const [store] = plan.datastores;
    return store?.mode === "bundled" ? store.verticalAutoscale : undefined;
  };

  it("is tuned by the stack key by key, and turned off", () => {
    const tuned = sized({ mode: "auto", max }, { verticalAutoscale: { max: { cpu: "4" } } });
    assert.deepEqual(ofStore(tuned), { mode: "auto", max: { cpu: "4", memory: "2Gi" } });
    assert.equal(ofStore(sized({ mode: "auto", max }, { verticalAutoscale: false })), undefined);
  });

  it("takes room in the quota where sizes change", () => {
    // 250m and 512Mi of postgres' own grow to 2 and 2Gi.
    assert.equal(sized({ mode: "recreate", max }).quota.requests.cpu, "3");
    assert.equal(sized({ mode: "off", max }).quota.requests.cpu, "1250m");
  });
});

describe("A disruption budget", () => {
  const budget = (change: (shop: Shop) => void) => {
    const { minAvailable, maxUnavailable } = tier(planOf(change), "web");
    return [minAvailable, maxUnavailable];
  };

  it("is one pod that stays where nobody says anything", () => {
    assert.deepEqual(
      budget(() => {}),
      [1, undefined],
    );
  });

  it("may be a percentage, of pods that stay or of pods that go", () => {
    assert.deepEqual(
      budget(({ app }) => (app.tiers.web.minAvailable = "50%")),
      ["50%", undefined],
    );
    assert.deepEqual(
      budget(({ app }) => (app.tiers.web.maxUnavailable = "100%")),
      [undefined, "100%"],
    );
  });

  it("is the stack's, of whichever kind, over the application's", () => {
    const change = ({ app, stack }: Shop) => {
      app.tiers.web.minAvailable = 1;
      stack.tiers = { web: { maxUnavailable: 2 } };
    };
    assert.deepEqual(budget(change), [undefined, 2]);
  });
});

describe("A priority class", () => {
  it("has the namespace's name before its own in the cluster", () => {
    const plan = planOf(({ app, stack }) => {
      app.priorityClasses = { urgent: { value: 1000, preemption: "never" } };
      app.tiers.web.priorityClass = "urgent";
      stack.namespace = "shop-two";
    });
    assert.deepEqual(plan.priorityClasses, [
      { name: "urgent", className: "shop-two-urgent", value: 1000, preemption: "never" },
    ]);
    assert.equal(tier(plan, "web").priorityClass, "urgent");
  });

  it("is that of a tier's migration too", () => {
    const plan = planOf(({ app }) => {
      app.priorityClasses = { urgent: { value: 1000 } };
      Object.assign(app.tiers.web, { priorityClass: "urgent", migrate: ["migrate"] });
    });
    assert.equal(tier(plan, "web-migrate").priorityClass, "urgent");
  });
});
