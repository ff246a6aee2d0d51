/** The application of `harbor.ts` in a stack that says where Prometheus is. */
import { engines } from "../../components/datastores/engines.ts";
import { overlay } from "../../config/layers.ts";
import type { Plan } from "../../config/plan.ts";
import { type ResolveInputs, resolve } from "../../config/resolve.ts";
import harbor from "./harbor.ts";

/** `landfall:monitoring` with everything set. */
export const MONITORING = {
  namespace: "monitoring",
  labels: { release: "kube-prometheus-stack" },
  grafana: { folder: "Harbor" },
  alertmanager: {
    receivers: {
      "on-call": { kind: "pagerduty", routingKey: { secret: "pagerduty" } },
      team: { kind: "slack", url: { secret: "slack" }, channel: "#harbor" },
      bridge: { kind: "webhook", url: { secret: "webhook" } },
      office: {
        kind: "email",
        to: "office@example.com",
        from: "harbor@example.com",
        smarthost: "smtp.example.com:587",
        login: { username: "harbor", password: { secret: "smtp" } },
      },
    },
    routes: { critical: ["on-call", "team"], warning: ["team", "bridge", "office"] },
  },
};
export const NOTIFICATION_SECRETS = ["pagerduty", "slack", "webhook", "smtp"];

export function harborInputs(application: object = {}, settings: object = {}): ResolveInputs {
  return {
    application: overlay(structuredClone(harbor), application),
    source: "apps/harbor.ts",
    settings: overlay(
      {
        profile: "staging",
        cluster: { provider: "kubeconfig" },
        edge: { kind: "ingress", host: "harbor.example.com", tls: { secretName: "harbor-tls" } },
        monitoring: MONITORING,
      },
      settings,
    ),
    secrets: { stackSecretLength: 44, names: NOTIFICATION_SECRETS },
    stack: "test",
  };
}

/** Where engines show their metrics, by the engine's name. */
type Shown = Record<string, { port: number; path?: string }>;

/** Engines of which an exporter is known, as if one ran beside each of them. */
export const EXPORTERS: Shown = {
  postgres: { port: 9187 },
  redis: { port: 9121, path: "/scrape" },
  mongodb: { port: 9216 },
};

/** Lets just these engines show metrics; returns what makes them as they were. */
export function fitEngines(shown: Shown): () => void {
  const all = engines as Record<string, { metrics?: Shown[string] }>;
  const before = { ...all };
  for (const name of new Set([...Object.keys(all), ...Object.keys(shown)])) {
    all[name] = { ...(all[name] ?? all.postgres), metrics: shown[name] };
  }
  return () => {
    for (const name of Object.keys(all)) delete all[name];
    Object.assign(all, before);
  };
}

/** Harbor's plan, `application` and `settings` laid over it, where just these engines show metrics. */
export function harborPlan(application: object = {}, settings: object = {}, shown: Shown = {}): Plan {
  const undo = fitEngines(shown);
  try {
    return resolve(harborInputs(application, settings));
  } finally {
    undo();
  }
}

/** With a store of every engine of which an exporter is known, and what can be said of them. */
export function exportersPlan(): Plan {
  const alerts = {
    DatabaseConnections: { kind: "datastoreConnections" },
    CeleryBacklog: { kind: "queueBacklog", from: "cache", database: 1, queues: ["ai"] },
  };
  const recordings = { "datastore:connections:ratio": { kind: "datastoreConnections" } };
  const datastores = { cache: { engine: "redis" }, documents: { engine: "mongodb" } };
  return harborPlan({ datastores, monitoring: { alerts, recordings } }, {}, EXPORTERS);
}
