import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { TierPlan } from "../../config/plan.ts";
import type { Connection } from "../datastores/datastore.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { scaledObject } from "./events.ts";
import { horizontalPodAutoscaler } from "./horizontal.ts";
import { verticalPodAutoscaler } from "./vertical.ts";

export interface AutoscalingArgs {
  tier: TierPlan;
  connections: Record<string, Connection>;
  secrets: Secrets;
  metadata: { namespace: pulumi.Output<string>; labels: Record<string, string> };
  deployment: k8s.apps.v1.Deployment;
  selector: Record<string, string>;
}

/** Whatever decides how many pods the tier has, how large they are, and how many a drain may take. */
export function autoscaling(name: string, args: AutoscalingArgs, opts: pulumi.CustomResourceOptions): void {
  const { tier, deployment, metadata } = args;
  const { replicas } = tier;
  const target = { kind: "Deployment", name: deployment.metadata.name } as const;
  if (tier.autoscale) horizontalPodAutoscaler(name, { target, metadata, replicas, autoscale: tier.autoscale }, opts);
  if (tier.events) scaledObject(name, { ...args, tier: tier.name, events: tier.events }, opts);
  if (tier.verticalAutoscale) {
    const vertical = { target, container: tier.name, replicas, autoscale: tier.verticalAutoscale, metadata };
    verticalPodAutoscaler(name, vertical, opts);
  }
  disruptionBudget(name, args, opts);
}
