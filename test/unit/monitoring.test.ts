import assert from "node:assert/strict";
import { resolve } from "../../config/resolve.ts";
import { planFor } from "../support/pybase.ts";
import { harborInputs, harborPlan } from "../support/watched.ts";

const alertsOf = (plan = harborPlan()) => plan.monitoring?.alerts ?? [];
const components = (name: string, plan = harborPlan()) =>
  alertsOf(plan)
    .filter((alert) => alert.name === name)
    .map(({ labels }) => labels.component);
const incoming = (plan = harborPlan()) =>
  plan.links.flatMap(({ from, to, ports }) =>
    from.kind === "monitoring" && to.kind === "pods" ? [`${from.namespace} > ${to.component}:${ports}`] : [],
  );

describe("Monitoring", () => {
  it("is nothing where the stack names no Prometheus, whatever the application declares", () => {
    const plan = harborPlan({}, { monitoring: undefined });
    const { monitoring: _, ...settings } = harborInputs().settings as Record<string, unknown>;
    const without = resolve({ ...harborInputs(), settings, secrets: { stackSecretLength: 44, names: [] } });
    assert.ok(plan.monitoring, "an undefined override changes nothing");
    assert.equal(without.monitoring, undefined);
    assert.deepEqual(incoming(without), []);
    assert.ok(without.tiers.every(({ metricsPort }) => metricsPort === undefined));
    assert.equal(planFor("production").monitoring, undefined);
  });

  it("reads the metrics that tiers and engines show, every 30 s, and lets Prometheus reach just those ports", () => {
    assert.deepEqual(harborPlan().monitoring?.targets, [
      { component: "api", path: "/metrics", port: 8080, hasService: true },
      { component: "site", path: "/internal/metrics", port: 9000, hasService: true },
      { component: "queues", path: "/metrics", port: 9540, hasService: false },
      { component: "db", path: "/metrics", port: 9187, hasService: true },
      { component: "cache", path: "/metrics", port: 9121, hasService: true },
      { component: "documents", path: "/metrics", port: 9216, hasService: true },
    ]);
    assert.equal(harborPlan().monitoring?.scrapeIntervalSeconds, 30);
    assert.deepEqual(incoming(), [
      "monitoring > api:8080",
      "monitoring > site:9000",
      "monitoring > queues:9540",
      "monitoring > db:9187",
      "monitoring > cache:9121",
      "monitoring > documents:9216",
    ]);
  });

  it("watches every component that a kind of alert exists of, unless some are named", () => {
    assert.deepEqual(components("HighErrorRate"), ["api", "site"]);
    assert.deepEqual(components("HighCpuUsage"), [
      "api",
      "site",
      "worker",
      "queues",
      "db",
      "cache",
      "documents",
      "search",
    ]);
    assert.deepEqual(components("ScaledToMaximum"), ["api"]);
    assert.deepEqual(components("DatabaseConnections", harborPlan()), ["db", "cache", "documents"]);
    assert.deepEqual(components("TooFewReplicas"), ["api", "worker"]);
  });

  it("has the documents' thresholds as defaults, and takes others", () => {
    const threshold = (name: string, plan = harborPlan()) =>
      alertsOf(plan)
        .find((alert) => alert.name === name)
        ?.expr.match(/[<>]=? [\d.]+$/)?.[0];
    assert.equal(threshold("HighErrorRate"), "> 0.05");
    assert.equal(threshold("HighResponseTime"), "> 1");
    assert.equal(threshold("HighCpuUsage"), "> 0.9");
    assert.equal(threshold("HighMemoryUsage"), "> 0.9");
    assert.equal(threshold("DatabaseConnections", harborPlan()), "> 0.8");
    const alerts = {
      HighErrorRate: { abovePercent: 7, for: "1m", severity: "warning", window: "10m" },
      HighResponseTime: { aboveSeconds: 0.25, percentile: 99 },
    };
    const stricter = harborPlan({ monitoring: { alerts } });
    assert.equal(threshold("HighErrorRate", stricter), "> 0.07");
    assert.equal(threshold("HighResponseTime", stricter), "> 0.25");
    const [rate] = alertsOf(stricter);
    assert.equal(rate?.for, "1m");
    assert.equal(rate?.labels.severity, "warning");
    assert.match(rate?.expr ?? "", /\[10m\]/);
    assert.match(alertsOf(stricter)[2]?.expr ?? "", /^histogram_quantile\(0\.99,/);
  });

  it("never waits for more replicas than the stack runs", () => {
    const single = harborPlan({}, { profile: "dev", tiers: { api: { replicas: 1 } } });
    const of = (component: string) =>
      alertsOf(single).find(({ name, labels }) => name === "TooFewReplicas" && labels.component === component)?.expr;
    assert.match(of("api") ?? "", /< 1$/);
    assert.match(of("worker") ?? "", /< 2$/);
  });

  it("gives every alert its severity, namespace and application, which routes and groups go by", () => {
    for (const { name, labels } of alertsOf(harborPlan())) {
      assert.match(labels.severity, /^(critical|warning)$/, name);
      assert.equal(labels.namespace, "harbor", name);
      assert.equal(labels.application, "harbor", name);
    }
  });

  it("fills the namespace and the application into PromQL of the application's own", () => {
    const expr = 'sum(ships{namespace="$namespace",fleet="$application"}) > 3';
    const alert = { kind: "promql", expr, for: "5m", severity: "critical", summary: "too many ships" };
    const plan = harborPlan({ monitoring: { alerts: { Ships: alert } } }, { namespace: "harbor-eu" });
    const ships = alertsOf(plan).find(({ name }) => name === "Ships");
    assert.equal(ships?.expr, 'sum(ships{namespace="harbor-eu",fleet="harbor"}) > 3');
    assert.deepEqual(ships?.labels, { severity: "critical", namespace: "harbor-eu", application: "harbor" });
  });

  it("leaves out what the stack keeps elsewhere", () => {
    const db = { mode: "external", host: "10.0.0.7" };
    const { application, ...rest } = harborInputs({}, { datastores: { db } });
    const outside = resolve({
      ...rest,
      application,
      secrets: { ...rest.secrets, names: [...rest.secrets.names, "db"] },
    });
    assert.deepEqual(components("DatabaseDown", outside), ["cache", "documents", "search"]);
    assert.deepEqual(components("DatabaseConnections", outside), ["cache", "documents"]);
    assert.deepEqual(outside.monitoring?.dashboards.find(({ name }) => name === "databases")?.rows, []);
  });

  it("shows in its dashboards what can be measured of the components, and the panels of the application", () => {
    const [overview, databases] = harborPlan().monitoring?.dashboards ?? [];
    const panels = (title: string) =>
      overview?.rows.find((row) => row.title === title)?.panels.map((panel) => panel.title);
    assert.deepEqual(
      overview?.rows.map(({ title }) => title),
      ["Requests", "Pods", "Datastores", "Queues", "Application"],
    );
    assert.deepEqual(panels("Requests"), ["Requests per second", "Share of requests that fail", "Response time"]);
    assert.ok(panels("Datastores")?.includes("Connections in use"));
    assert.deepEqual(panels("Application"), ["Pods", "Ships in port"]);
    assert.deepEqual(
      overview?.rows.find(({ title }) => title === "Requests")?.panels[2]?.queries.map(({ legend }) => legend),
      ["api p50", "site p50", "api p95", "site p95", "api p99", "site p99"],
    );
    assert.deepEqual(
      databases?.rows.map(({ title }) => title),
      ["Datastores"],
    );
    assert.equal(databases?.title, "Databases of Harbor");
  });

  it("tells a redis' exporter of the queues that are watched, and none where nothing is", () => {
    const queuesOf = (plan = harborPlan()) => {
      const cache = plan.datastores.find(({ name }) => name === "cache");
      return cache?.mode === "bundled" ? cache.exporter?.queues : undefined;
    };
    assert.deepEqual(queuesOf(), ["db1=ai"]);
    const { monitoring: _, ...settings } = harborInputs().settings as Record<string, unknown>;
    const secrets = { stackSecretLength: 44, names: [] };
    assert.deepEqual(queuesOf(resolve({ ...harborInputs(), settings, secrets })), []);
  });

  it("reads the metrics that a server shows by itself, in the versions that do", () => {
    const graph = (version: string) => ({
      datastores: { graph: { engine: "neo4j", version, settings: { license: "eval" } } },
    });
    assert.ok(!incoming(harborPlan(graph("5"))).some((link) => link.includes("graph")));
    assert.ok(incoming(harborPlan(graph("5-enterprise"))).includes("monitoring > graph:2004"));
  });

  it("asks for the receivers' secrets, which cannot be derived", () => {
    const secrets = harborPlan().secrets.filter(({ outside }) => outside !== undefined);
    assert.deepEqual(
      secrets.map(({ name }) => name),
      ["pagerduty", "slack", "webhook", "smtp"],
    );
  });
});
