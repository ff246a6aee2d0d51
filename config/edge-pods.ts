import { implementations } from "../components/edge/gateways/implementations.ts";
import type { EdgePlan } from "./edge-plan.ts";
import type { Resources } from "./schema/primitives.ts";

/** So many pods of these resources. */
export interface Pods {
  resources: Resources;
  pods: number;
  /** Whether these are containers of pods that are counted already. */
  areSidecars?: true;
}

/** Istio's own figures for a sidecar (values.yaml of its chart, `global.proxy.resources`). */
const SIDECAR: Resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "1Gi" } };

/** cert-manager's own figures for the pod that answers a challenge. */
const SOLVER: Resources = { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "100m", memory: "64Mi" } };

/** What the namespace's LimitRange gives to a pod that states nothing, as a Gateway's does. */
const GATEWAY: Resources = { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };

/** What the way in adds to the application's namespace, for its quota: pods of others, and containers in our own. */
export function podsOfEdge(edge: EdgePlan, own: readonly Pods[]): Pods[] {
  const hosts = new Set(edge.routes.map(({ host }) => host)).size;
  switch (edge.kind) {
    case "ingress":
      return solvesHttp01(edge) ? [{ resources: SOLVER, pods: hosts }] : [];
    case "gateway":
      return [
        ...(solvesHttp01(edge) ? [{ resources: SOLVER, pods: hosts }] : []),
        // One, and a second while it is updated.
        ...(implementations[edge.implementation].dataPlane === "beside the Gateway"
          ? [{ resources: GATEWAY, pods: 2 }]
          : []),
      ];
    case "istio":
      return [{ resources: SIDECAR, pods: own.reduce((sum, { pods }) => sum + pods, 0), areSidecars: true }];
  }
}

/** Whether pods of cert-manager come into the namespace to answer for its hosts. */
export function solvesHttp01({ tls }: EdgePlan): boolean {
  return "acme" in tls && (tls.acme.solver ?? "http01") === "http01";
}
