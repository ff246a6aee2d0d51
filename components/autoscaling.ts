import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AutoscalePlan, TierPlan } from "../config/plan.ts";
import type { Scaling } from "../config/schema/tier.ts";

interface Scaled {
  tier: TierPlan;
  metadata: k8s.types.input.meta.v1.ObjectMeta;
  deployment: k8s.apps.v1.Deployment;
  selector: Record<string, string>;
}

export function autoscaler(
  name: string,
  { tier, autoscale, metadata, deployment }: Scaled & { autoscale: AutoscalePlan },
  opts: pulumi.CustomResourceOptions,
): k8s.autoscaling.v2.HorizontalPodAutoscaler {
  const targets = [
    { resource: "cpu", use: autoscale.cpu },
    { resource: "memory", use: autoscale.memory },
  ].filter(({ use }) => use !== undefined);
  return new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    `${name}-autoscaler`,
    {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deployment.metadata.name },
        minReplicas: tier.replicas,
        maxReplicas: autoscale.max,
        metrics: targets.map(({ resource, use }) => ({
          type: "Resource",
          resource: { name: resource, target: { type: "Utilization", averageUtilization: use } },
        })),
        behavior: {
          scaleUp: rules(autoscale.scaleUp, 0, "Max"),
          scaleDown: rules(autoscale.scaleDown, 300, "Min"),
        },
      },
    },
    opts,
  );
}

function rules(
  scaling: Scaling | undefined,
  stabilizationSeconds: number,
  selectPolicy: "Max" | "Min",
): k8s.types.input.autoscaling.v2.HPAScalingRules | undefined {
  if (!scaling) return undefined;
  const { percent, pods, periodSeconds } = scaling;
  return {
    stabilizationWindowSeconds: scaling.stabilizationSeconds ?? stabilizationSeconds,
    selectPolicy,
    policies: [
      { type: "Percent", value: percent, periodSeconds },
      { type: "Pods", value: pods, periodSeconds },
    ],
  };
}

export function disruptionBudget(
  name: string,
  { metadata, selector, minAvailable }: Scaled & { minAvailable: number },
  opts: pulumi.CustomResourceOptions,
): k8s.policy.v1.PodDisruptionBudget {
  return new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption-budget`,
    {
      metadata,
      // A pod that does not work must not keep a node from being drained.
      spec: { minAvailable, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: selector } },
    },
    opts,
  );
}
