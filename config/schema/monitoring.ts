/** What is measured, and what raises an alarm. */
import { z } from "zod";
import { alertmanager } from "./notifications.ts";
import { count, labelName, name, objectLabel, objectLabels, percent, port } from "./primitives.ts";

const duration = z.string().regex(/^(\d+(ms|s|m|h|d))+$/, "a duration such as 30s, 5m or 1h30m");
const metricName = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, "a metric's name: letters, digits, _ and :");

const httpMetrics = z.strictObject({
  /** Counter of requests. @default http_requests_total */
  requests: metricName.optional(),
  /** Its label that holds the status, as 503 or 5xx. @default status */
  status: labelName.optional(),
  /** Histogram of response times, without `_bucket`. @default http_request_duration_seconds */
  duration: metricName.optional(),
});

/** Where a web tier shows its metrics. */
export const metrics = z.strictObject({
  /** @default /metrics */
  path: z.string().startsWith("/").optional(),
  /** @default the tier's port */
  port: port.optional(),
  /** Names under which its requests are counted and timed. */
  http: httpMetrics.optional(),
});
/** Where a tier without a port of its own shows its metrics. */
export const portlessMetrics = metrics.omit({ http: true }).extend({ port });

/** Tiers and datastores that are meant. @default all that can be measured so */
const of = { components: z.array(name).min(1).optional() };
/** Time that a rate or count looks back over. @default 5m, of restarts 15m */
const windowed = { ...of, window: duration.optional() };
const queue = {
  /** Redis that holds the queues, or a tier with metrics that exports their length as `celery_queue_length`. */
  from: name,
  queues: z.array(z.string().min(1)).min(1),
  /** Database of the Redis. @default 0 */
  database: count(0).optional(),
};

const kind = <K extends string, F extends z.core.$ZodLooseShape>(name: K, fields: F) =>
  z.strictObject({ kind: z.literal(name), ...fields });

/** Figures that Landfall knows how to measure; those with a component's limit are shares of it. */
const figures = {
  requestRate: kind("requestRate", windowed),
  errorRate: kind("errorRate", windowed),
  responseTime: kind("responseTime", {
    ...windowed,
    /** @default 95 */
    percentile: percent.optional(),
  }),
  cpuUsage: kind("cpuUsage", windowed),
  memoryUsage: kind("memoryUsage", of),
  podRestarts: kind("podRestarts", windowed),
  availableReplicas: kind("availableReplicas", of),
  datastoreMemory: kind("datastoreMemory", of),
  datastoreConnections: kind("datastoreConnections", of),
  datastoreStorage: kind("datastoreStorage", of),
  queueBacklog: kind("queueBacklog", queue),
};

export const severity = z.enum(["critical", "warning"]);
const rule = {
  /** How long it has to hold. @default the kind's */
  for: duration.optional(),
  /** @default the kind's */
  severity: severity.optional(),
};
const abovePercent = percent.optional();

/** Thresholds' defaults are those of the applications' documents; `config/monitoring/alerts.ts` has them. */
export const alert = z.discriminatedUnion("kind", [
  figures.errorRate.extend({ ...rule, abovePercent }),
  figures.responseTime.extend({ ...rule, aboveSeconds: z.number().positive().optional() }),
  figures.cpuUsage.extend({ ...rule, abovePercent }),
  figures.memoryUsage.extend({ ...rule, abovePercent }),
  /** More restarts than `above` of a container within `window`. */
  figures.podRestarts.extend({ ...rule, above: z.int().min(0).optional() }),
  /** @default below the tier's replicas, which are also the most that `below` can mean */
  figures.availableReplicas.extend({ ...rule, below: z.int().min(1).optional() }),
  kind("replicasAtMaximum", { ...of, ...rule }),
  kind("scrapeFailing", { ...of, ...rule }),
  /** A server of the store is not ready, or its exporter cannot reach it. */
  kind("datastoreDown", { ...of, ...rule }),
  figures.datastoreMemory.extend({ ...rule, abovePercent }),
  figures.datastoreConnections.extend({ ...rule, abovePercent }),
  figures.datastoreStorage.extend({ ...rule, abovePercent }),
  figures.queueBacklog.extend({ ...rule, above: z.int().min(0).optional() }),
  z.strictObject({
    kind: z.literal("promql"),
    /** PromQL in which `$namespace` and `$application` stand for their names. */
    expr: z.string().min(1),
    for: duration,
    severity,
    summary: z.string().min(1),
    description: z.string().optional(),
  }),
]);

export const recording = z.discriminatedUnion("kind", [
  figures.requestRate,
  figures.errorRate,
  figures.responseTime,
  figures.cpuUsage,
  figures.memoryUsage,
  figures.podRestarts,
  figures.availableReplicas,
  figures.datastoreMemory,
  figures.datastoreConnections,
  figures.datastoreStorage,
  figures.queueBacklog,
  kind("promql", { expr: z.string().min(1) }),
]);

export const dashboard = z.strictObject({
  /** @default the application's and the dashboard's name */
  title: z.string().optional(),
  ...of,
  /** Panels of the application's own, after the ready-made ones. */
  panels: z
    .array(
      z.strictObject({
        title: z.string().min(1),
        expr: z.string().min(1),
        /** Grafana's name of the unit. @default short */
        unit: z.string().optional(),
        legend: z.string().optional(),
      }),
    )
    .optional(),
});

/** What an application wants watched. Nothing of it is made unless the stack says where Prometheus is. */
export const applicationMonitoring = z.strictObject({
  /** @default 30 */
  scrapeIntervalSeconds: z.int().min(1).max(3600).optional(),
  /** By the name that the alert has. */
  alerts: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "an alert's name such as HighErrorRate"), alert)
    .optional(),
  /** By the name of the recorded metric. */
  recordings: z.record(metricName, recording).optional(),
  dashboards: z.record(name, dashboard).optional(),
});

/** Where the stack's Prometheus is. */
export const stackMonitoring = z.strictObject({
  /** Namespace of Prometheus, for the NetworkPolicies. @default that of the add-on kube-prometheus-stack */
  namespace: name.optional(),
  /** Labels that Prometheus selects its monitors and rules by, such as { release: kube-prometheus-stack }. */
  labels: objectLabels.optional(),
  grafana: z
    .strictObject({
      /** Folder that the dashboards are put in, by the annotation grafana_folder. */
      folder: z.string().optional(),
      /** Label that Grafana finds dashboards by. @default grafana_dashboard */
      label: objectLabel.key.optional(),
      /** @default "1" */
      labelValue: objectLabel.value.optional(),
    })
    .optional(),
  alertmanager: alertmanager.optional(),
});

export type Metrics = z.infer<typeof metrics>;
export type Severity = z.infer<typeof severity>;
export type Alert = z.infer<typeof alert>;
export type Recording = z.infer<typeof recording>;
export type Figure = { [K in keyof typeof figures]: z.infer<(typeof figures)[K]> }[keyof typeof figures];
export type Dashboard = z.infer<typeof dashboard>;
export type StackMonitoring = z.infer<typeof stackMonitoring>;
