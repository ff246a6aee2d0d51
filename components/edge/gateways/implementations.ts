import type { Implementation } from "../../../config/schema/edge.ts";
import { IN_CLUSTER } from "../capabilities.ts";
import { envoy } from "./envoy.ts";
import type { GatewayImplementation } from "./implementation.ts";
import { nginx } from "./nginx.ts";

/** Any that conforms: what the specification has, and no more. */
const other: GatewayImplementation = {
  title: "the Gateway API by itself",
  classes: [],
  dataPlane: "in its own namespace",
  cors: "filter",
  can: ["timeoutSeconds", "websockets", "cors", "responseHeaders", "redirectHttps"],
  tls: IN_CLUSTER,
  policies: () => [],
};

/** A new implementation is a file of its own and a line here. */
export const implementations: Readonly<Record<Implementation, GatewayImplementation>> = { envoy, nginx, other };

/** The implementation that usually goes by the class's name. */
export function usualImplementation(gatewayClass: string): Implementation {
  const found = Object.entries(implementations).find(([, { classes }]) => classes.includes(gatewayClass));
  return (found?.[0] as Implementation | undefined) ?? "other";
}
