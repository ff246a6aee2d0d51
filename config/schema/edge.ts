/** How an application is reached from outside. */
import { z } from "zod";
import { hostname, name } from "./primitives.ts";

export const ingressEdge = z.strictObject({
  kind: z.literal("ingress"),
  host: hostname,
  /** IngressClass. @default traefik */
  class: z.string().optional(),
  /** Namespace of the ingress controller, for the NetworkPolicies. @default the class's name */
  controllerNamespace: name.optional(),
  tls: z.union(
    [
      /** A ClusterIssuer of cert-manager. */
      z.strictObject({ issuer: z.string() }),
      /** A TLS Secret that is in the namespace already. */
      z.strictObject({ secretName: z.string() }),
    ],
    "{ issuer } or { secretName }",
  ),
  annotations: z.record(z.string(), z.string()).optional(),
});

export type IngressEdge = z.infer<typeof ingressEdge>;
