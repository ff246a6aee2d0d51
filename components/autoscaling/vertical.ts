import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { VerticalAutoscalePlan } from "../../config/autoscale.ts";

export interface VerticalArgs {
  target: { kind: "Deployment" | "StatefulSet"; name: pulumi.Input<string> };
  /** The container that is sized; others in its pods stay as they are. */
  container: string;
  /** Fewest pods of the target. */
  replicas: number;
  autoscale: VerticalAutoscalePlan;
  metadata: k8s.types.input.meta.v1.ObjectMeta;
}

type Amounts = Partial<Record<"cpu" | "memory", string>>;

/** The fields of autoscaling.k8s.io/v1 that are set here. */
interface VerticalPodAutoscalerSpec {
  targetRef: { apiVersion: string; kind: string; name: pulumi.Input<string> };
  updatePolicy: { updateMode: (typeof MODES)[keyof typeof MODES]; minReplicas?: number };
  resourcePolicy: {
    containerPolicies: {
      containerName: string;
      mode?: "Auto" | "Off";
      minAllowed?: Amounts;
      maxAllowed?: Amounts;
      controlledValues?: "RequestsAndLimits" | "RequestsOnly";
    }[];
  };
}

const MODES = {
  off: "Off",
  initial: "Initial",
  recreate: "Recreate",
  inPlaceOrRecreate: "InPlaceOrRecreate",
  auto: "Auto",
} as const;

/** Sizes the pods of a tier or a datastore by what they used. */
export function verticalPodAutoscaler(
  name: string,
  { target, container, replicas, autoscale, metadata }: VerticalArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
  const { mode, min, max, controlledValues = "RequestsAndLimits" } = autoscale;
  const spec: VerticalPodAutoscalerSpec = {
    targetRef: { apiVersion: "apps/v1", ...target },
    // By itself the updater leaves alone what has fewer than two pods, and so never sizes a singleton.
    updatePolicy: { updateMode: MODES[mode], minReplicas: replicas < 2 ? 1 : undefined },
    resourcePolicy: {
      containerPolicies: [
        { containerName: container, minAllowed: min, maxAllowed: max, controlledValues },
        { containerName: "*", mode: "Off" },
      ],
    },
  };
  return new k8s.apiextensions.CustomResource(
    `${name}-vertical-autoscaler`,
    { apiVersion: "autoscaling.k8s.io/v1", kind: "VerticalPodAutoscaler", metadata, spec },
    opts,
  );
}
