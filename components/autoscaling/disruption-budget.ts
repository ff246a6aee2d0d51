import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { TierPlan } from "../../config/plan.ts";

export interface DisruptionBudgetArgs {
  tier: TierPlan;
  metadata: k8s.types.input.meta.v1.ObjectMeta;
  selector: Record<string, string>;
}

/** None where the tier asks for none. */
export function disruptionBudget(
  name: string,
  { tier: { minAvailable, maxUnavailable }, metadata, selector }: DisruptionBudgetArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.policy.v1.PodDisruptionBudget | undefined {
  if (minAvailable === undefined && maxUnavailable === undefined) return undefined;
  return new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption-budget`,
    {
      metadata,
      spec: {
        minAvailable,
        maxUnavailable,
        // A pod that does not work must not keep a node from being drained.
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: selector },
      },
    },
    opts,
  );
}
