/** What a namespace needs to be part of Istio's mesh. */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";

/** Where sidecars get their configuration and certificates. */
const ISTIOD_PORT = 15_012;

/**
 * Every pod gets a sidecar. Pod Security *restricted* forbids the init container that leads traffic to it, so Istio's
 * CNI plugin has to be installed, and `global.proxy.seccompProfile.type` to be RuntimeDefault. Jobs end because
 * sidecars are native ones from Istio 1.27 on.
 */
export function injectionOf({ edge }: Plan): Record<string, string> {
  return edge.kind === "istio" ? { "istio-injection": "enabled" } : {};
}

/** Opens the way from every sidecar to istiod, on top of the namespace's default deny. */
export function allowControlPlane(
  name: string,
  { plan, metadata }: { plan: Plan; metadata: k8s.types.input.meta.v1.ObjectMeta },
  opts: pulumi.CustomResourceOptions,
): void {
  if (plan.edge.kind !== "istio") return;
  const istiod = {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": plan.edge.controlPlaneNamespace } },
    podSelector: { matchLabels: { app: "istiod" } },
  };
  new k8s.networking.v1.NetworkPolicy(
    `${name}-allow-istiod`,
    {
      metadata,
      spec: {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: [istiod], ports: [{ protocol: "TCP", port: ISTIOD_PORT }] }],
      },
    },
    opts,
  );
}
