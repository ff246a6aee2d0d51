import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { MonitoringPlan } from "../../config/monitoring.ts";
import type { Plan } from "../../config/plan.ts";
import type { Metadata, PrometheusRuleSpec, Rule } from "./custom-resources.ts";

/** Every recording and alert of the plan. */
export function rules(
  name: string,
  { plan, monitoring, metadata }: { plan: Plan; monitoring: MonitoringPlan; metadata: Metadata },
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    `${name}-rules`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata,
      spec: ruleGroups(plan.namespace, monitoring),
    },
    opts,
  );
}

export function ruleGroups(
  namespace: string,
  { alerts, recordings }: Pick<MonitoringPlan, "alerts" | "recordings">,
): PrometheusRuleSpec {
  const groups: { name: string; rules: Rule[] }[] = [
    { name: `${namespace}.recordings`, rules: recordings },
    {
      name: `${namespace}.alerts`,
      rules: alerts.map(({ name, expr, for: duration, labels, summary, description }) => ({
        alert: name,
        expr,
        for: duration,
        labels,
        annotations: { summary, ...(description ? { description } : {}) },
      })),
    },
  ];
  return { groups: groups.filter((group) => group.rules.length > 0) };
}
