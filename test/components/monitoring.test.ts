import assert from "node:assert/strict";
import { autoName, find, ofType, type Registration, secret } from "../support/mocks.ts";
import { land, passwordOf } from "../support/pybase.ts";
import { harborPlan } from "../support/watched.ts";

const owner = {
  "app.kubernetes.io/part-of": "harbor",
  "app.kubernetes.io/instance": "test",
  "app.kubernetes.io/managed-by": "landfall",
};
const selected = { namespace: "harbor", labels: { ...owner, release: "kube-prometheus-stack" } };
const selectorFor = (component: string) => ({
  matchLabels: { "app.kubernetes.io/name": component, "app.kubernetes.io/part-of": "harbor" },
});
const keep = (service: string) => ({
  sourceLabels: ["__meta_kubernetes_service_name"],
  regex: service,
  action: "keep",
});
const V1 = "kubernetes:monitoring.coreos.com/v1:";

describe("Monitoring", () => {
  let harbor: Registration[];
  before(async () => {
    harbor = await land(harborPlan());
  });

  it("makes nothing where the plan has none", async () => {
    const unwatched = await land({ ...harborPlan(), monitoring: undefined });
    assert.deepEqual(
      unwatched.filter(({ type }) => /monitoring/.test(type)),
      [],
    );
  });

  it("finds a tier with a Service by a ServiceMonitor, on the port of its pods", () => {
    const { inputs, dependsOn, deletedWith } = find(harbor, `${V1}ServiceMonitor`, "harbor-monitoring-site-monitor");
    assert.deepEqual(inputs, {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: { name: "monitoring-site-monitor", ...selected },
      spec: {
        jobLabel: "app.kubernetes.io/name",
        selector: selectorFor("site"),
        endpoints: [{ targetPort: 9000, path: "/internal/metrics", interval: "30s", relabelings: [keep("site")] }],
      },
    });
    assert.ok(dependsOn.includes("harbor-namespace"));
    assert.equal(deletedWith, "harbor-namespace");
  });

  it("finds a tier without a Service by a PodMonitor", () => {
    const { inputs } = find(harbor, `${V1}PodMonitor`, "harbor-monitoring-queues-monitor");
    assert.deepEqual(inputs, {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: "monitoring-queues-monitor", ...selected },
      spec: {
        jobLabel: "app.kubernetes.io/name",
        selector: selectorFor("queues"),
        podMetricsEndpoints: [{ portNumber: 9540, path: "/metrics", interval: "30s" }],
      },
    });
  });

  it("declares the ports that monitors look for on the pods, which have names and labels as the rules expect", () => {
    const containerOf = (tier: string) => {
      const { inputs } = find(harbor, "kubernetes:apps/v1:Deployment", `harbor-${tier}-deployment`);
      const { template } = inputs.spec as {
        template: {
          metadata: { labels: Record<string, string> };
          spec: { containers: { name: string; ports?: object[] }[] };
        };
      };
      assert.equal(template.metadata.labels["app.kubernetes.io/name"], tier);
      return template.spec.containers[0];
    };
    assert.deepEqual(containerOf("api")?.ports, [{ name: "http", containerPort: 8080 }]);
    assert.deepEqual(containerOf("site")?.ports, [
      { name: "http", containerPort: 3000 },
      { name: "metrics", containerPort: 9000 },
    ]);
    assert.deepEqual(containerOf("queues")?.ports, [{ name: "metrics", containerPort: 9540 }]);
    for (const tier of ["api", "site", "worker", "queues"]) assert.equal(containerOf(tier)?.name, tier);
    const store = find(harbor, "kubernetes:apps/v1:StatefulSet", "harbor-db-server").inputs;
    const spec = store.spec as { template: { spec: { containers: { name: string }[] } } };
    assert.equal((store.metadata as { name: string }).name, "db");
    assert.equal(spec.template.spec.containers[0]?.name, "db");
  });

  it("lets Prometheus in from its namespace, on the metrics' port only", () => {
    const { inputs } = find(harbor, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "harbor-queues-network");
    assert.deepEqual((inputs.spec as { ingress: unknown[] }).ingress, [
      {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
        ports: [{ protocol: "TCP", port: 9540 }],
      },
    ]);
  });

  it("finds the metrics of a datastore by a ServiceMonitor", async () => {
    const { inputs } = find(harbor, `${V1}ServiceMonitor`, "harbor-monitoring-cache-monitor");
    assert.deepEqual((inputs.spec as { endpoints: unknown[] }).endpoints, [
      { targetPort: 9121, path: "/metrics", interval: "30s", relabelings: [keep("cache")] },
    ]);
  });

  it("tells a redis' exporter which queues to measure", () => {
    const { inputs } = find(harbor, "kubernetes:apps/v1:StatefulSet", "harbor-cache-server");
    const { template } = inputs.spec as {
      template: { spec: { containers: { name: string; env: { name: string; value?: string }[] }[] } };
    };
    const exporter = template.spec.containers.find(({ name }) => name === "exporter");
    const keys = exporter?.env.find(({ name }) => name === "REDIS_EXPORTER_CHECK_SINGLE_KEYS");
    assert.equal(keys?.value, "db1=ai");
  });

  it("has every alert and recording of the plan in one PrometheusRule", () => {
    const { inputs } = find(harbor, `${V1}PrometheusRule`, "harbor-monitoring-rules");
    assert.deepEqual(inputs.metadata, { name: "monitoring-rules", ...selected });
    const { groups } = inputs.spec as { groups: { name: string; rules: Record<string, unknown>[] }[] };
    const { alerts, recordings } = harborPlan().monitoring ?? assert.fail();
    assert.deepEqual(
      groups.map(({ name, rules }) => [name, rules.length]),
      [
        ["harbor.recordings", recordings.length],
        ["harbor.alerts", alerts.length],
      ],
    );
    assert.deepEqual(groups[0]?.rules[0], {
      record: "component:http_requests:rate5m",
      expr: 'sum(rate(http_requests_total{namespace="harbor",job="api"}[5m]))',
      labels: { namespace: "harbor", application: "harbor", component: "api" },
    });
    assert.deepEqual(
      groups[1]?.rules.find(({ alert }) => alert === "DatabaseDown"),
      {
        alert: "DatabaseDown",
        expr:
          'min(sum(kube_statefulset_status_replicas_ready{namespace="harbor",statefulset="db"}) / ' +
          'sum(kube_statefulset_replicas{namespace="harbor",statefulset="db"}) or pg_up{namespace="harbor",job="db"}) < 1',
        for: "2m",
        labels: { severity: "critical", namespace: "harbor", application: "harbor", component: "db" },
        annotations: {
          summary: "db: a server is down",
          description: "db in harbor: {{ $value | humanizePercentage }} of its servers answer.",
        },
      },
    );
  });

  it("puts dashboards where Grafana's sidecar finds them, laid out without an overlap", () => {
    const { inputs } = find(harbor, "kubernetes:core/v1:ConfigMap", "harbor-monitoring-overview-dashboard");
    assert.deepEqual(inputs.metadata, {
      namespace: "harbor",
      labels: { ...owner, grafana_dashboard: "1" },
      annotations: { grafana_folder: "Harbor" },
    });
    const board = JSON.parse((inputs.data as Record<string, string>)["harbor-overview.json"] ?? "");
    assert.equal(board.title, "harbor: overview");
    const ids = board.panels.map(({ id }: { id: number }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const cells = board.panels.flatMap(
      ({ gridPos: { x, y, w, h } }: { gridPos: Record<"x" | "y" | "w" | "h", number> }) =>
        Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    assert.equal(new Set(cells).size, cells.length);
    const all = ofType(harbor, "kubernetes:core/v1:ConfigMap").map(({ name }) => name);
    assert.ok(all.includes("harbor-monitoring-databases-dashboard"));
  });

  it("takes the label that another Grafana looks for", async () => {
    const grafana = { label: "dashboards", labelValue: "yes", folder: "Ports" };
    const registrations = await land(harborPlan({}, { monitoring: { grafana } }));
    const { inputs } = find(registrations, "kubernetes:core/v1:ConfigMap", "harbor-monitoring-overview-dashboard");
    const { labels, annotations } = inputs.metadata as Record<string, object>;
    assert.deepEqual(labels, { ...owner, dashboards: "yes" });
    assert.deepEqual(annotations, { grafana_folder: "Ports" });
  });

  it("tells each severity's receivers, whose addresses and keys are in a Secret only", () => {
    const kept = find(harbor, "kubernetes:core/v1:Secret", "harbor-monitoring-receivers");
    const names = ["pagerduty", "slack", "webhook", "smtp"];
    assert.deepEqual(kept.inputs.stringData, secret(Object.fromEntries(names.map((name) => [name, passwordOf(name)]))));
    const { inputs } = find(
      harbor,
      "kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig",
      "harbor-monitoring-notifications",
    );
    const key = (name: string) => ({ name: autoName("harbor-monitoring-receivers"), key: name });
    const title = "[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} in {{ .CommonLabels.namespace }}";
    const on = (severity: string) => [{ name: "severity", value: severity, matchType: "=" }];
    assert.deepEqual(inputs, {
      apiVersion: "monitoring.coreos.com/v1alpha1",
      kind: "AlertmanagerConfig",
      metadata: { name: "monitoring-notifications", ...selected },
      spec: {
        route: {
          receiver: "nobody",
          groupBy: ["alertname", "component"],
          groupWait: "30s",
          groupInterval: "300s",
          repeatInterval: "14400s",
          routes: [
            { receiver: "on-call", matchers: on("critical"), continue: true },
            { receiver: "team", matchers: on("critical"), continue: false },
            { receiver: "team", matchers: on("warning"), continue: true },
            { receiver: "bridge", matchers: on("warning"), continue: true },
            { receiver: "office", matchers: on("warning"), continue: false },
          ],
        },
        receivers: [
          {
            name: "on-call",
            pagerdutyConfigs: [
              {
                routingKey: key("pagerduty"),
                severity: "{{ .CommonLabels.severity }}",
                description: title,
                sendResolved: true,
              },
            ],
          },
          {
            name: "team",
            slackConfigs: [
              {
                apiURL: key("slack"),
                channel: "#harbor",
                sendResolved: true,
                title,
                text: "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\n{{ end }}",
              },
            ],
          },
          { name: "bridge", webhookConfigs: [{ urlSecret: key("webhook"), sendResolved: true }] },
          {
            name: "office",
            emailConfigs: [
              {
                to: "office@example.com",
                from: "harbor@example.com",
                smarthost: "smtp.example.com:587",
                authUsername: "harbor",
                authPassword: key("smtp"),
                requireTLS: true,
                sendResolved: true,
              },
            ],
          },
          { name: "nobody" },
        ],
      },
    });
    const shown = JSON.stringify(harbor.filter(({ type }) => type !== "kubernetes:core/v1:Secret"));
    for (const name of names) assert.ok(!shown.includes(passwordOf(name)), name);
  });
});
