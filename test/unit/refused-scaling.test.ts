import assert from "node:assert/strict";
import { planOf, refuses, type Shop } from "../support/shop.ts";

const list = (from = "queue") => ({ redisList: { from, list: "orders", length: 5 } });
const bounds = (cpu: string, memory: string) => ({ cpu, memory });
const vertical = (mode: string) => ({ mode, max: bounds("1", "1Gi") });

describe("Autoscalers that would undo each other's work are refused:", () => {
  refuses([
    [
      "an autoscaler and KEDA on one tier",
      ({ app }) => (app.tiers.web.events = { max: 4, triggers: [{ cpu: 70 }] }),
      {
        path: "apps/shop.ts: tiers.web.events",
        problem: '"web" has autoscale too, and each would set the replicas that the other wants otherwise',
        allowed: "autoscale or events",
        fix: "make autoscale's figures triggers of events, such as { cpu: 70 }, or turn one of the two off with false",
      },
    ],
    [
      "sizes that change under an autoscaler that counts pods by CPU",
      ({ stack }) => (stack.tiers = { web: { verticalAutoscale: vertical("auto") } }),
      {
        path: "landfall:tiers.web.verticalAutoscale.mode",
        got: "auto",
        problem: "autoscale counts pods by cpu in percent of the request, which this would change under it",
        allowed: "off",
        fix: "use mode: off, which only recommends, or take cpu out of autoscale",
      },
    ],
    [
      "sizes that change under one that counts them by CPU and memory, at their start only",
      ({ app }) => {
        app.tiers.web.autoscale.memory = 80;
        app.tiers.web.verticalAutoscale = vertical("initial");
      },
      {
        path: "apps/shop.ts: tiers.web.verticalAutoscale.mode",
        got: "initial",
        problem: "autoscale counts pods by cpu and memory in percent of the request, which this would change under it",
        allowed: "off",
        fix: "use mode: off, which only recommends, or take cpu and memory out of autoscale",
      },
    ],
    [
      "sizes that change under KEDA's trigger on memory",
      ({ app }) => {
        app.tiers.jobs.events = { max: 4, triggers: [list(), { memory: 80 }] };
        app.tiers.jobs.verticalAutoscale = vertical("inPlaceOrRecreate");
      },
      {
        path: "apps/shop.ts: tiers.jobs.verticalAutoscale.mode",
        got: "inPlaceOrRecreate",
        problem: "events counts pods by memory in percent of the request, which this would change under it",
        allowed: "off",
        fix: "use mode: off, which only recommends, or take memory out of events",
      },
    ],
    [
      "a store's sizes that the stack lets change under an autoscaler that counts its servers",
      ({ app, stack }) => {
        app.datastores.vectors = {
          engine: "qdrant",
          servers: 3,
          autoscale: { max: 6, cpu: 70 },
          verticalAutoscale: vertical("off"),
        };
        stack.datastores = { vectors: { verticalAutoscale: { mode: "auto" } } };
      },
      {
        path: "landfall:datastores.vectors.verticalAutoscale.mode",
        got: "auto",
        problem: "autoscale counts servers by what they use of their request, which this would change under it",
        allowed: "off",
        fix: "use mode: off, which only recommends",
      },
    ],
    ...(["autoscale", "events"] as const).map((key): Parameters<typeof refuses>[0][number] => [
      `${key} on a singleton`,
      ({ stack }) => (stack.tiers = { clock: { [key]: { max: 2 } } }),
      {
        path: `landfall:tiers.clock.${key}`,
        problem: '"clock" is a singleton, which is always one pod',
        fix: "remove it",
      },
    ]),
  ]);

  it("not where the sizes are only recommended, or the pods counted by other figures", () => {
    assert.doesNotThrow(() => planOf(({ app }) => (app.tiers.web.verticalAutoscale = vertical("off"))));
    assert.doesNotThrow(() =>
      planOf(({ app }) => {
        app.tiers.web.autoscale = { max: 4, metrics: [{ pods: { name: "requests", average: 50 } }] };
        app.tiers.web.verticalAutoscale = vertical("recreate");
        app.tiers.jobs.events = { max: 4, triggers: [list()] };
        app.tiers.jobs.verticalAutoscale = vertical("auto");
        app.tiers.clock.verticalAutoscale = vertical("recreate");
      }),
    );
  });

  it("not where the stack turns one of the two off", () => {
    const { tiers } = planOf(({ app, stack }) => {
      app.tiers.web.events = { max: 4, triggers: [{ cpu: 70 }] };
      stack.tiers = { web: { autoscale: false } };
    });
    assert.deepEqual(
      tiers.map(({ name, autoscale, events }) => [name, autoscale, events?.max]),
      [
        ["web", undefined, 4],
        ["jobs", undefined, undefined],
        ["clock", undefined, undefined],
      ],
    );
  });
});

describe("Figures of scaling that cannot be are refused:", () => {
  const events = (over: object) => (shop: Shop) => {
    shop.app.tiers.jobs.events = { max: 4, triggers: [list()], ...over };
  };
  refuses([
    [
      "more pods at least than at most",
      events({ min: 5 }),
      {
        path: "apps/shop.ts: tiers.jobs.events.min",
        got: 5,
        problem: "the fewest replicas are more than the most",
        allowed: "0 to 4 (events.max); left out, it is the tier's replicas",
        fix: "lower min or raise max",
      },
    ],
    [
      "replicas, the least where none is said, above the most",
      events({ max: 1 }),
      {
        path: "apps/shop.ts: tiers.jobs.events.min",
        got: 2,
        problem: "the fewest replicas are more than the most",
        allowed: "0 to 1 (events.max); left out, it is the tier's replicas",
        fix: "lower min or raise max",
      },
    ],
    [
      "no pods by figures of the pods",
      events({ min: 0, triggers: [{ cpu: 70 }, { memory: 80 }] }),
      {
        path: "apps/shop.ts: tiers.jobs.events.min",
        got: 0,
        problem: "without pods there is no use of CPU or memory that could bring one back",
        allowed: "1 or more",
        fix: "raise min, or add a trigger that sees work from outside",
      },
    ],
    [
      "events that the stack turns on without triggers",
      ({ stack }) => (stack.tiers = { jobs: { events: { max: 4 } } }),
      { path: "landfall:tiers.jobs.events.triggers", problem: "is missing", allowed: "a list", fix: "set it" },
    ],
    [
      "sizes without a mode",
      ({ stack }) => (stack.tiers = { clock: { verticalAutoscale: { max: bounds("1", "1Gi") } } }),
      {
        path: "landfall:tiers.clock.verticalAutoscale.mode",
        got: undefined,
        problem: "is missing",
        allowed: "off, initial, recreate, inPlaceOrRecreate, auto",
        fix: "use one of these",
      },
    ],
    [
      "a least size above the most",
      ({ app }) => (app.tiers.clock.verticalAutoscale = { ...vertical("auto"), min: { memory: "2Gi" } }),
      {
        path: "apps/shop.ts: tiers.clock.verticalAutoscale.min.memory",
        got: "2Gi",
        problem: "the least is more than the most",
        allowed: "1Gi (verticalAutoscale.max.memory) or less",
        fix: "lower min or raise max",
      },
    ],
    [
      "a datastore's least size above the most",
      ({ stack }) => {
        stack.datastores = {
          db: { verticalAutoscale: { mode: "off", min: { cpu: "2" }, max: bounds("1", "1Gi") } },
        };
      },
      {
        path: "landfall:datastores.db.verticalAutoscale.min.cpu",
        got: "2",
        problem: "the least is more than the most",
        allowed: "1 (verticalAutoscale.max.cpu) or less",
        fix: "lower min or raise max",
      },
    ],
    [
      "a share of no request",
      ({ stack }) => (stack.tiers = { web: { resources: { requests: { cpu: 0 } } } }),
      {
        path: "landfall:tiers.web.resources.requests.cpu",
        got: "0",
        problem: "autoscale scales on cpu in percent of the request, and there is no request",
        allowed: "more than 0",
        fix: "say what a pod needs, or take cpu out of autoscale",
      },
    ],
    [
      "a quota without room for the sizes that pods may reach",
      ({ app, stack }) => {
        app.tiers.clock.verticalAutoscale = { mode: "auto", max: bounds("2", "1Gi") };
        // web 4 and 1, jobs 2 and 1, at 200m each; the clock at twenty times its limit; db 1, queue 500m.
        stack.quota = { limits: { cpu: "7" } };
      },
      {
        path: "landfall:quota.limits.cpu",
        got: "7",
        problem:
          "the quota is smaller than what everything needs at its largest, with one pod a tier more while updating",
        allowed: "7100m or more",
        fix: "raise the quota, or lower autoscale.max or resources",
      },
    ],
  ]);
});

describe("Metrics and triggers are refused:", () => {
  const metrics =
    (...metrics: object[]) =>
    (shop: Shop) => {
      shop.app.tiers.web.autoscale.metrics = metrics;
    };
  const triggers =
    (...triggers: object[]) =>
    (shop: Shop) => {
      shop.app.tiers.jobs.events = { max: 4, triggers };
    };
  refuses([
    [
      "a metric from outside with two targets",
      metrics({ external: { name: "depth", average: 5, value: 50 } }),
      {
        path: "apps/shop.ts: tiers.web.autoscale.metrics[0].external",
        got: { name: "depth", average: "5", value: "50" },
        problem: "not valid",
        allowed: "either average or value",
        fix: "write it in that form",
      },
    ],
    [
      "a target of nothing",
      metrics({ pods: { name: "requests", average: 0 } }),
      {
        path: "apps/shop.ts: tiers.web.autoscale.metrics[0].pods.average",
        got: "0",
        problem: "not valid",
        allowed: "a quantity above 0",
        fix: "write it in that form",
      },
    ],
    [
      "a label that could not be one",
      metrics({ pods: { name: "requests", average: 5, selector: { route: "/api" } } }),
      {
        path: "apps/shop.ts: tiers.web.autoscale.metrics[0].pods.selector.route",
        got: "/api",
        problem: "not valid",
        allowed: "at most 63 letters, digits, dashes, dots and underscores",
        fix: "write it in that form",
      },
    ],
    [
      "a behaviour without an amount",
      ({ app }) => (app.tiers.web.autoscale.scaleUp = { periodSeconds: 30 }),
      {
        path: "apps/shop.ts: tiers.web.autoscale.scaleUp",
        got: { periodSeconds: 30 },
        problem: "not valid",
        allowed: "periodSeconds with percent, pods or both, or select: disabled",
        fix: "write it in that form",
      },
    ],
    [
      "a list in a datastore that is not there",
      triggers(list("queeu")),
      {
        path: "apps/shop.ts: tiers.jobs.events.triggers[0].redisList.from",
        got: "queeu",
        problem: 'there is no datastore "queeu"',
        allowed: "queue",
        fix: "name a redis that the tier uses",
      },
    ],
    [
      "a list in a datastore that has none",
      triggers(list("db")),
      {
        path: "apps/shop.ts: tiers.jobs.events.triggers[0].redisList.from",
        got: "db",
        problem: '"db" is postgres, and the trigger asks redis',
        allowed: "queue",
        fix: "name a redis that the tier uses",
      },
    ],
    [
      "a query to a database that the tier does not use",
      (shop) => {
        shop.app.tiers.jobs.uses = ["queue"];
        triggers(list(), { postgresql: { from: "db", query: "SELECT 1", target: 1 } })(shop);
      },
      {
        path: "apps/shop.ts: tiers.jobs.events.triggers[1].postgresql.from",
        got: "db",
        problem: 'tier "jobs" does not use "db"',
        allowed: "nothing, as the tier uses no postgres",
        fix: `add "db" to the tier's uses`,
      },
    ],
    [
      "Prometheus at no address",
      triggers({ prometheus: { serverAddress: "prometheus:9090", query: "up", threshold: 1 } }),
      {
        path: "apps/shop.ts: tiers.jobs.events.triggers[0].prometheus.serverAddress",
        got: "prometheus:9090",
        problem: "not valid",
        allowed: "an http or https address",
        fix: "write it in that form",
      },
    ],
  ]);
});

describe("Disruption budgets and priorities are refused:", () => {
  refuses([
    [
      "a percentage that leaves no pod to evict",
      ({ app }) => (app.tiers.web.minAvailable = "51%"),
      {
        path: "apps/shop.ts: tiers.web.minAvailable",
        got: "51%",
        problem: "with 2 replicas no pod could ever be evicted, so a node could not be drained",
        allowed: "a percentage that leaves one of 2 pods over",
        fix: "use maxUnavailable: 1, or raise replicas",
      },
    ],
    [
      "a budget for a tier that KEDA may take down to one pod",
      ({ app }) => {
        app.tiers.jobs.events = { min: 1, max: 4, triggers: [list()] };
        app.tiers.jobs.minAvailable = 1;
      },
      {
        path: "apps/shop.ts: tiers.jobs.minAvailable",
        got: 1,
        problem: "with 1 replicas no pod could ever be evicted, so a node could not be drained",
        allowed: "less than replicas (1)",
        fix: "lower minAvailable or raise replicas",
      },
    ],
    [
      "a budget that takes nobody",
      ({ app }) => (app.tiers.web.maxUnavailable = "0%"),
      {
        path: "apps/shop.ts: tiers.web.maxUnavailable",
        got: "0%",
        problem: "not valid",
        allowed: "a number of pods from 1, or a percentage such as 25%",
        fix: "write it in that form",
      },
    ],
    [
      "both budgets at once",
      ({ app }) => Object.assign(app.tiers.web, { minAvailable: 1, maxUnavailable: 1 }),
      {
        path: "apps/shop.ts: tiers.web.maxUnavailable",
        got: 1,
        problem: "minAvailable is set too, and a budget has one of them",
        fix: "remove one of the two",
      },
    ],
    [
      "a priority class that the application does not have",
      ({ app, stack }) => {
        app.priorityClasses = { urgent: { value: 1000 }, patient: { value: -1 } };
        stack.tiers = { web: { priorityClass: "urgnet" } };
      },
      {
        path: "landfall:tiers.web.priorityClass",
        got: "urgnet",
        problem: 'there is no priority class "urgnet"',
        allowed: "urgent, patient",
        fix: 'did you mean "urgent"?',
      },
    ],
    [
      "a priority that Kubernetes keeps for itself",
      ({ app }) => (app.priorityClasses = { urgent: { value: 1_000_000_001 } }),
      {
        path: "apps/shop.ts: priorityClasses.urgent.value",
        got: 1_000_000_001,
        problem: "too big",
        allowed: "1000000000 or less",
        fix: "lower it",
      },
    ],
  ]);
});
