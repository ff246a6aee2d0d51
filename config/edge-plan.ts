import type { Peer } from "./plan.ts";
import type { Route } from "./routes.ts";
import type { ControllerName, Implementation, Tls } from "./schema/edge.ts";

export interface IngressPlan {
  class: string;
  /** None where the class's name does not tell, and nobody said. */
  controller?: ControllerName;
  annotations: Record<string, string>;
}

interface EdgeBase {
  host: string;
  tls: Tls;
  routes: Route[];
  /** Left out: what an ingress controller does by itself. */
  redirectHttps?: boolean;
  /** Where its connections come from. */
  peers: Peer[];
}

export interface IngressEdgePlan extends EdgeBase {
  kind: "ingress";
  ingress: IngressPlan;
}

export interface GatewayEdgePlan extends EdgeBase {
  kind: "gateway";
  gatewayClass: string;
  implementation: Implementation;
  /** Namespace of its control plane, and of its data plane where that is not beside the Gateway. */
  gatewayNamespace: string;
  redirectHttps: boolean;
  fallback?: IngressPlan;
}

export interface IstioEdgePlan extends EdgeBase {
  kind: "istio";
  selector: Record<string, string>;
  gatewayNamespace: string;
  controlPlaneNamespace: string;
  redirectHttps: boolean;
}

export type EdgePlan = IngressEdgePlan | GatewayEdgePlan | IstioEdgePlan;

/** Label that Gateway API implementations give the pods that they start for a Gateway (GEP-1762). */
export const GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name";

/** The Ingresses' part, of whichever kind the edge is. */
export function ingressOf(edge: EdgePlan): IngressPlan | undefined {
  switch (edge.kind) {
    case "ingress":
      return edge.ingress;
    case "gateway":
      return edge.fallback;
    case "istio":
      return undefined;
  }
}
