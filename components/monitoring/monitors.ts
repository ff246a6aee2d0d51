import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { TargetPlan } from "../../config/monitoring.ts";
import type { Plan } from "../../config/plan.ts";
import { selectorOf } from "../labels.ts";
import type { Metadata, PodMonitorSpec, ServiceMonitorSpec } from "./custom-resources.ts";

interface MonitorArgs {
  plan: Plan;
  target: TargetPlan;
  metadata: Metadata;
}

/** Rules and dashboards look for a component by the label that has its name, as `job`. */
const JOB_LABEL = "app.kubernetes.io/name";

export function serviceMonitor(
  name: string,
  { plan, target: { component, path, port }, metadata }: MonitorArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const spec: ServiceMonitorSpec = {
    jobLabel: JOB_LABEL,
    selector: { matchLabels: selectorOf(plan, component) },
    // The pod's port: the Service need not lead to one that only Prometheus reads.
    endpoints: [{ targetPort: port, path, interval: intervalOf(plan), relabelings: [byServiceOf(component)] }],
  };
  const kind = { apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor" };
  return new k8s.apiextensions.CustomResource(`${name}-monitor`, { ...kind, metadata, spec }, opts);
}

export function podMonitor(
  name: string,
  { plan, target: { component, path, port }, metadata }: MonitorArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const selector = selectorOf(plan, component);
  const spec: PodMonitorSpec = {
    jobLabel: Object.keys(selector).find((label) => selector[label] === component) as string,
    selector: { matchLabels: selector },
    podMetricsEndpoints: [{ portNumber: port, path, interval: intervalOf(plan) }],
  };
  const kind = { apiVersion: "monitoring.coreos.com/v1", kind: "PodMonitor" };
  return new k8s.apiextensions.CustomResource(`${name}-monitor`, { ...kind, metadata, spec }, opts);
}

/** Servers of a store are behind a headless Service too, and would be read twice. */
function byServiceOf(component: string): ServiceMonitorSpec["endpoints"][number]["relabelings"][number] {
  return { sourceLabels: ["__meta_kubernetes_service_name"], regex: component, action: "keep" };
}

function intervalOf({ monitoring }: Plan): string {
  return `${monitoring?.scrapeIntervalSeconds}s`;
}
