/** Where a stack's way in is: an ingress controller, a Gateway or Istio, with its certificate. */
import { z } from "zod";
import { annotations, cidr, hostname, name, objectLabels, objectName } from "./primitives.ts";

export const CONTROLLERS = ["traefik", "haproxy", "nginx", "ingress-nginx", "alb", "gce", "azure"] as const;
export const IMPLEMENTATIONS = ["envoy", "nginx", "other"] as const;

/** A key of a Secret that is in the namespace already. */
const secretKey = z.strictObject({
  name: objectName,
  key: z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, "the key of a Secret"),
});

const dns01 = z.union(
  [
    z.strictObject({ cloudflare: z.strictObject({ apiToken: secretKey }) }),
    z.strictObject({
      route53: z.strictObject({
        region: z.string(),
        hostedZoneID: z.string().optional(),
        role: z.string().optional(),
      }),
    }),
    z.strictObject({ cloudDNS: z.strictObject({ project: z.string(), hostedZoneName: z.string().optional() }) }),
    z.strictObject({
      azureDNS: z.strictObject({
        subscriptionID: z.string(),
        resourceGroupName: z.string(),
        hostedZoneName: z.string(),
        /** Client id of the managed identity that cert-manager runs as. */
        clientID: z.string().optional(),
      }),
    }),
  ],
  "{ cloudflare }, { route53 }, { cloudDNS } or { azureDNS }",
);

const acme = z.strictObject({
  /** Where the certificate authority writes to. */
  email: z.email("an e-mail address"),
  /** How it is shown that the host is ours; dns01 by itself: in the zones of landfall:dns. @default http01 */
  solver: z.union([z.enum(["http01", "dns01"]), z.strictObject({ dns01 })], "http01, dns01 or { dns01 }").optional(),
  /** @default Let's Encrypt */
  server: z.url("the address of an ACME directory").optional(),
});

export const TLS_FORMS = ["issuer", "secretName", "acme", "selfSigned", "certificate", "managed"] as const;
export const tls = z.union(
  [
    /** A ClusterIssuer of cert-manager. */
    z.strictObject({ issuer: objectName }),
    /** A TLS Secret that is there already: in the namespace, or with Istio in the gateway's. */
    z.strictObject({ secretName: objectName }),
    /** A certificate authority that speaks ACME, through an Issuer of the application's own. */
    z.strictObject({ acme }),
    /** A certificate that nobody trusts, for a laptop. */
    z.strictObject({ selfSigned: z.literal(true) }),
    /** A certificate that a cloud's load balancer has already, by the cloud's name for it. */
    z.strictObject({ certificate: z.string() }),
    /** A certificate that a cloud's load balancer gets by itself. */
    z.strictObject({ managed: z.literal(true) }),
  ],
  "{ issuer }, { secretName }, { acme }, { selfSigned: true }, { certificate } or { managed: true }",
);

const ingressFields = {
  /** IngressClass. @default the distribution's, where that brings a controller; else traefik */
  class: objectName.optional(),
  /** Whose annotations the class understands. @default the controller that usually goes by the class's name */
  controller: z.enum(CONTROLLERS).optional(),
  /** Namespace of the ingress controller, for the NetworkPolicies. @default the add-on's or the distribution's; else the class's name */
  controllerNamespace: name.optional(),
  /** Address ranges of a load balancer outside the cluster, for the NetworkPolicies. Needed for alb and azure. */
  cidrs: z.array(cidr).min(1).optional(),
  /** Further annotations of the Ingresses, laid over those that Landfall makes. */
  annotations: annotations.optional(),
};

export const ingressEdge = z.strictObject({
  kind: z.literal("ingress"),
  /** Where users reach the application; hosts of routes and datastores are below it. */
  host: hostname,
  /** Where its certificate comes from. */
  tls,
  ...ingressFields,
});

export const gatewayEdge = z.strictObject({
  kind: z.literal("gateway"),
  /** Where users reach the application; hosts of routes and datastores are below it. */
  host: hostname,
  /** Where its certificate comes from. */
  tls,
  /** GatewayClass. @default eg, as Envoy Gateway's documentation calls its own */
  gatewayClass: objectName.optional(),
  /** Whose policies fill what the Gateway API leaves open. @default the one that usually goes by the class's name */
  implementation: z.enum(IMPLEMENTATIONS).optional(),
  /** Namespace of the implementation, for the NetworkPolicies. @default envoy-gateway-system, or nginx-gateway */
  gatewayNamespace: name.optional(),
  /** Address ranges of a load balancer outside the cluster, where that is the data plane. */
  cidrs: z.array(cidr).min(1).optional(),
  /** An Ingress beside the Gateway, for clients that come by the old way. */
  fallback: z.strictObject(ingressFields).optional(),
});

export const istioEdge = z.strictObject({
  kind: z.literal("istio"),
  /** Where users reach the application; hosts of routes and datastores are below it. */
  host: hostname,
  /** Where its certificate comes from. */
  tls,
  /** Labels of the gateway's pods. @default { istio: ingressgateway } */
  selector: objectLabels.optional(),
  /** Namespace of the gateway's pods. @default istio-system */
  gatewayNamespace: name.optional(),
  /** Namespace of istiod. @default istio-system */
  controlPlaneNamespace: name.optional(),
});

export const edge = z.discriminatedUnion("kind", [ingressEdge, gatewayEdge, istioEdge]);

export type EdgeInput = z.output<typeof edge>;
export type IngressEdge = z.output<typeof ingressEdge>;
export type GatewayEdge = z.output<typeof gatewayEdge>;
export type IstioEdge = z.output<typeof istioEdge>;
export type IngressFields = Pick<IngressEdge, keyof typeof ingressFields>;
export type ControllerName = (typeof CONTROLLERS)[number];
export type Implementation = (typeof IMPLEMENTATIONS)[number];
export type Tls = z.output<typeof tls>;
export type TlsForm = (typeof TLS_FORMS)[number];
export type Acme = z.output<typeof acme>;
