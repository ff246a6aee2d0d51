import type { Route } from "../../../config/routes.ts";
import type { Capabilities, Context, CustomObject } from "../capabilities.ts";

/** An implementation of the Gateway API: what it adds where the specification stops. */
export interface GatewayImplementation extends Capabilities {
  /** Gateway classes that it usually goes by. */
  classes: readonly string[];
  /** Namespace that it is usually installed in. */
  namespace?: string;
  /** Where it starts the pods that requests come through. */
  dataPlane: "in its own namespace" | "beside the Gateway";
  /** Whether CORS is the route's own filter (in the standard channel from 1.5), or one of `policies`. */
  cors: "filter" | "policy";
  /** Policies for the HTTPRoute called `target`. */
  policies(route: Route, target: string): CustomObject[];
  /** Policies for the Gateway as a whole. */
  gatewayPolicies?(routes: readonly Route[], context: Context): CustomObject[];
}

export const GATEWAY_GROUP = "gateway.networking.k8s.io";
