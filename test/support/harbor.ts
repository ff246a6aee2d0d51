/** An application that has everything watched that can be. */
import type { ApplicationFile } from "../../config/schema.ts";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

export default {
  name: "harbor",
  datastores: {
    db: { engine: "postgres", storage: "1Gi", exporter: true },
    cache: { engine: "redis", storage: "1Gi", exporter: true },
    documents: { engine: "mongodb", storage: "1Gi", exporter: true },
    search: { engine: "meilisearch", storage: "1Gi" },
  },
  tiers: {
    api: {
      kind: "web",
      image: "harbor/api:1.0.0",
      port: 8080,
      route: "/",
      uses: ["db"],
      metrics: {},
      replicas: 3,
      resources,
      autoscale: { max: 6, cpu: 70 },
    },
    site: {
      kind: "web",
      image: "harbor/site:1.0.0",
      port: 3000,
      route: "/site",
      metrics: {
        path: "/internal/metrics",
        port: 9000,
        http: { requests: "responses_total", status: "code", duration: "latency_seconds" },
      },
      replicas: 2,
      resources,
    },
    worker: { kind: "worker", image: "harbor/worker:1.0.0", uses: ["db"], replicas: 2, resources },
    queues: { kind: "singleton", image: "harbor/celery-exporter:1.0.0", metrics: { port: 9540 }, resources },
  },
  monitoring: {
    alerts: {
      HighErrorRate: { kind: "errorRate" },
      HighResponseTime: { kind: "responseTime" },
      HighCpuUsage: { kind: "cpuUsage" },
      HighMemoryUsage: { kind: "memoryUsage" },
      PodRestarts: { kind: "podRestarts" },
      TooFewReplicas: { kind: "availableReplicas", components: ["api", "worker"], below: 2 },
      ScaledToMaximum: { kind: "replicasAtMaximum" },
      ScrapeFailing: { kind: "scrapeFailing" },
      DatabaseDown: { kind: "datastoreDown" },
      DatabaseMemory: { kind: "datastoreMemory" },
      DatabaseStorage: { kind: "datastoreStorage" },
      DatabaseConnections: { kind: "datastoreConnections" },
      CeleryBacklog: { kind: "queueBacklog", from: "cache", database: 1, queues: ["ai"] },
      QueueBacklog: { kind: "queueBacklog", from: "queues", queues: ["default", "audio"], above: 50 },
      TooManyPods: {
        kind: "promql",
        expr: 'count(kube_pod_info{namespace="$namespace"}) > 40',
        for: "10m",
        severity: "warning",
        summary: "more than 40 pods",
      },
    },
    recordings: {
      "component:http_requests:rate5m": { kind: "requestRate" },
      "component:http_request_errors:ratio_rate5m": { kind: "errorRate" },
      "component:http_request_duration_seconds:p95": { kind: "responseTime" },
      "component:http_request_duration_seconds:p99": { kind: "responseTime", percentile: 99 },
      "component:cpu_usage:ratio": { kind: "cpuUsage" },
      "component:memory_usage:ratio": { kind: "memoryUsage" },
      "component:restarts:increase1h": { kind: "podRestarts", window: "1h" },
      "component:replicas:ready": { kind: "availableReplicas" },
      "datastore:memory_usage:ratio": { kind: "datastoreMemory" },
      "datastore:connections:ratio": { kind: "datastoreConnections" },
      "datastore:storage_usage:ratio": { kind: "datastoreStorage" },
      "queue:messages:count": { kind: "queueBacklog", from: "queues", queues: ["default", "audio"] },
      "namespace:pods:count": { kind: "promql", expr: 'count(kube_pod_info{namespace="$namespace"})' },
    },
    dashboards: {
      overview: {
        panels: [
          { title: "Pods", expr: 'count(kube_pod_info{namespace="$namespace"})' },
          { title: "Ships in port", expr: 'sum(ships{namespace="$namespace"})', unit: "short", legend: "ships" },
        ],
      },
      databases: { title: "Databases of Harbor", components: ["db"] },
    },
  },
} satisfies ApplicationFile;
