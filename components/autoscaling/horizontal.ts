import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { AutoscalePlan } from "../../config/autoscale.ts";
import type { Scaling } from "../../config/schema/autoscale.ts";

type MetricSpec = k8s.types.input.autoscaling.v2.MetricSpec;
type Metric = NonNullable<AutoscalePlan["metrics"]>[number];

export interface HorizontalArgs {
  autoscale: AutoscalePlan;
  /** Fewest replicas. */
  replicas: number;
  metadata: k8s.types.input.meta.v1.ObjectMeta;
  target: { kind: "Deployment" | "StatefulSet"; name: pulumi.Input<string> };
}

export function horizontalPodAutoscaler(
  name: string,
  { autoscale, replicas, metadata, target }: HorizontalArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.autoscaling.v2.HorizontalPodAutoscaler {
  return new k8s.autoscaling.v2.HorizontalPodAutoscaler(
    `${name}-autoscaler`,
    {
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", ...target },
        minReplicas: replicas,
        maxReplicas: autoscale.max,
        metrics: [
          ...useOf("cpu", autoscale),
          ...useOf("memory", autoscale),
          ...(autoscale.metrics ?? []).map(metricOf),
        ],
        behavior: {
          scaleUp: rules(autoscale.scaleUp, 0, "Max"),
          scaleDown: rules(autoscale.scaleDown, 300, "Min"),
        },
      },
    },
    opts,
  );
}

function useOf(name: "cpu" | "memory", { [name]: averageUtilization }: AutoscalePlan): MetricSpec[] {
  if (averageUtilization === undefined) return [];
  return [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization } } }];
}

function metricOf(metric: Metric): MetricSpec {
  if ("pods" in metric) {
    const { name, average, selector } = metric.pods;
    return {
      type: "Pods",
      pods: { metric: { name, selector: labels(selector) }, target: { type: "AverageValue", averageValue: average } },
    };
  }
  const { name, average, value, selector } = metric.external;
  const target = average === undefined ? { type: "Value", value } : { type: "AverageValue", averageValue: average };
  return { type: "External", external: { metric: { name, selector: labels(selector) }, target } };
}

function labels(matchLabels: Record<string, string> | undefined) {
  return matchLabels && { matchLabels };
}

function rules(
  scaling: Scaling | undefined,
  stabilizationSeconds: number,
  preferred: "Max" | "Min",
): k8s.types.input.autoscaling.v2.HPAScalingRules | undefined {
  if (!scaling) return undefined;
  if (scaling.select === "disabled") return { selectPolicy: "Disabled" };
  const periodSeconds = scaling.periodSeconds as number;
  const selectPolicy = scaling.select === undefined ? preferred : ({ max: "Max", min: "Min" } as const)[scaling.select];
  return {
    stabilizationWindowSeconds: scaling.stabilizationSeconds ?? stabilizationSeconds,
    selectPolicy,
    policies: [
      ...(scaling.percent === undefined ? [] : [{ type: "Percent", value: scaling.percent, periodSeconds }]),
      ...(scaling.pods === undefined ? [] : [{ type: "Pods", value: scaling.pods, periodSeconds }]),
    ],
  };
}
