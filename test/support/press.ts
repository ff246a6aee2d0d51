/** A small application that scales in every way that there is. */
import type { Plan } from "../../config/plan.ts";
import { resolve } from "../../config/resolve.ts";
import type { ApplicationFile } from "../../config/schema.ts";

const resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } };

export const press = {
  name: "press",
  datastores: {
    db: {
      engine: "postgres",
      version: "16",
      storage: "1Gi",
      exporter: true,
      verticalAutoscale: { mode: "initial", max: { cpu: "2", memory: "4Gi" } },
    },
    queue: { engine: "redis", storage: "1Gi" },
  },
  priorityClasses: {
    urgent: { value: 1000, description: "Whoever waits for a page" },
    patient: { value: -10, preemption: "never" },
  },
  tiers: {
    // GraphMemory's figures: 50 requests a second, half a second each, and what waits in a queue.
    web: {
      kind: "web",
      image: "press/web:1.0.0",
      port: 8080,
      route: "/",
      replicas: 3,
      resources,
      priorityClass: "urgent",
      minAvailable: "50%",
      autoscale: {
        max: 20,
        cpu: 70,
        memory: 80,
        metrics: [
          { pods: { name: "http_requests_per_second", average: 50 } },
          { pods: { name: "http_request_seconds", average: "500m", selector: { route: "api" } } },
          { external: { name: "queue_depth", value: 100, selector: { queue: "pages" } } },
          { external: { name: "websocket_connections", average: "1k" } },
        ],
        scaleUp: { percent: 100, pods: 4, periodSeconds: 30 },
        scaleDown: { percent: 25, periodSeconds: 60, stabilizationSeconds: 600 },
      },
      verticalAutoscale: { mode: "off", max: { cpu: "2", memory: "4Gi" } },
    },
    printer: {
      kind: "worker",
      image: "press/printer:1.0.0",
      uses: ["db", "queue"],
      resources,
      priorityClass: "patient",
      maxUnavailable: "25%",
      events: {
        min: 0,
        max: 8,
        pollingSeconds: 15,
        cooldownSeconds: 600,
        triggers: [
          { redisList: { from: "queue", list: "pages", length: 5, database: 1 } },
          { postgresql: { from: "db", query: "SELECT count(*) FROM pages WHERE NOT printed", target: 20 } },
          {
            prometheus: {
              serverAddress: "http://prometheus.monitoring.svc:9090",
              query: "sum(rate(pages[1m]))",
              threshold: 0.5,
            },
          },
        ],
      },
    },
    binder: {
      kind: "worker",
      image: "press/binder:1.0.0",
      replicas: 2,
      resources,
      autoscale: { max: 4, cpu: 80, scaleDown: { select: "disabled" } },
    },
    clock: {
      kind: "singleton",
      image: "press/clock:1.0.0",
      resources,
      verticalAutoscale: {
        mode: "recreate",
        min: { cpu: "50m", memory: "64Mi" },
        max: { cpu: "400m", memory: "512Mi" },
        controlledValues: "RequestsOnly",
      },
    },
  },
} satisfies ApplicationFile;

/** As a file of an application. */
export const pressFile = `export default ${JSON.stringify(press)};\n`;

/** Its plan; `settings` beside what every stack has to say. */
export function pressPlan(settings: object = {}, passwords: string[] = []): Plan {
  const edge = { kind: "ingress", host: "press.example.com", tls: { secretName: "press-tls" } };
  const cluster = { provider: "kubeconfig", context: "test" };
  return resolve({
    application: press,
    source: "apps/press.ts",
    settings: { profile: "dev", cluster, edge, ...settings },
    secrets: { stackSecretLength: 44, names: passwords },
    stack: "dev",
  });
}

/** What the autoscaler of `web` goes by. */
export const METRICS_OF_WEB = [
  { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
  { type: "Resource", resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } } },
  {
    type: "Pods",
    pods: {
      metric: { name: "http_requests_per_second" },
      target: { type: "AverageValue", averageValue: "50" },
    },
  },
  {
    type: "Pods",
    pods: {
      metric: { name: "http_request_seconds", selector: { matchLabels: { route: "api" } } },
      target: { type: "AverageValue", averageValue: "500m" },
    },
  },
  {
    type: "External",
    external: {
      metric: { name: "queue_depth", selector: { matchLabels: { queue: "pages" } } },
      target: { type: "Value", value: "100" },
    },
  },
  {
    type: "External",
    external: {
      metric: { name: "websocket_connections" },
      target: { type: "AverageValue", averageValue: "1k" },
    },
  },
];
