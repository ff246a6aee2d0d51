/** The application of `harbor.ts` in a stack that says where Prometheus is. */
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

/** Harbor's plan, `application` and `settings` laid over it. */
export function harborPlan(application: object = {}, settings: object = {}): Plan {
  return resolve(harborInputs(application, settings));
}
