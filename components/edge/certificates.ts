import type { ZonePlan } from "../../config/addons/identity.ts";
import type { EdgePlan } from "../../config/edge-plan.ts";
import { ingressOf } from "../../config/edge-plan.ts";
import type { Plan } from "../../config/plan.ts";
import type { Acme } from "../../config/schema/edge.ts";
import type { CustomObject } from "./capabilities.ts";
import { controllerOf } from "./controllers/controllers.ts";

const API = "cert-manager.io/v1";
const LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

/** The Secret with the certificate, as the stack names it or cert-manager is told to. */
export function secretNameOf({ edge, application, namespace }: Plan): string {
  if ("secretName" in edge.tls) return edge.tls.secretName;
  // Istio's gateway reads Secrets of its own namespace, which others share.
  return edge.kind === "istio" ? `${namespace}-tls` : `${application}-tls`;
}

/**
 * Issuer and Certificate of cert-manager. None where a Secret or a load balancer has the certificate, nor where one
 * Ingress asks a ClusterIssuer for it by annotation.
 */
export function certificateObjects(plan: Plan, ingresses: number): CustomObject[] {
  const { edge, application, namespace } = plan;
  const shared = edge.kind === "istio" ? { namespace: edge.gatewayNamespace, name: secretNameOf(plan) } : {};
  const certificate = (issuerRef: { kind: string; name: string }): CustomObject => ({
    apiVersion: API,
    kind: "Certificate",
    suffix: "tls",
    ...shared,
    spec: {
      secretName: secretNameOf(plan),
      dnsNames: [...new Set(edge.routes.map(({ host }) => host))],
      issuerRef: { group: "cert-manager.io", ...issuerRef },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    },
  });
  const withIssuer = (suffix: string, spec: Record<string, unknown>): CustomObject[] => [
    { apiVersion: API, kind: "Issuer", suffix, ...shared, spec },
    certificate({ kind: "Issuer", name: edge.kind === "istio" ? `${namespace}-tls` : `${application}-${suffix}` }),
  ];
  if (edge.routes.length === 0) return [];
  if ("acme" in edge.tls) return withIssuer("acme", acmeIssuer(plan, edge.tls.acme));
  if ("selfSigned" in edge.tls) return withIssuer("self-signed", { selfSigned: {} });
  if ("issuer" in edge.tls && !askedByAnnotation(edge, ingresses)) {
    return [certificate({ kind: "ClusterIssuer", name: edge.tls.issuer })];
  }
  return [];
}

/** Several Ingresses would ask for several certificates. */
export function askedByAnnotation(edge: EdgePlan, ingresses: number): boolean {
  return edge.kind === "ingress" && ingresses === 1;
}

function acmeIssuer(plan: Plan, { email, solver = "http01", server = LETS_ENCRYPT }: Acme): Record<string, unknown> {
  return {
    acme: {
      email,
      server,
      privateKeySecretRef: { name: `${plan.edge.kind === "istio" ? plan.namespace : plan.application}-acme-account` },
      solvers: solversOf(plan, solver),
    },
  };
}

function solversOf(plan: Plan, solver: NonNullable<Acme["solver"]>): Record<string, unknown>[] {
  if (solver === "http01") return [{ http01: http01(plan) }];
  if (solver !== "dns01") return [{ dns01: dns01(solver.dns01) }];
  return plan.zones.map((zone) => ({ selector: { dnsZones: [zone.domain] }, dns01: inZone(zone) }));
}

/** Without credentials: cert-manager has the identity that the cloud gave it. */
function inZone(zone: ZonePlan): Record<string, unknown> {
  switch (zone.cloud) {
    case "aws":
      return { route53: { region: zone.region, hostedZoneID: zone.hostedZone } };
    case "gcp":
      return { cloudDNS: { project: zone.project, hostedZoneName: zone.managedZone } };
    case "azure":
      return {
        azureDNS: {
          subscriptionID: zone.subscription,
          resourceGroupName: zone.resourceGroup,
          hostedZoneName: zone.domain,
          environment: "AzurePublicCloud",
        },
      };
  }
}

/** With a Gateway, cert-manager needs its `enableGatewayAPI`. */
function http01({ edge, application }: Plan): Record<string, unknown> {
  if (edge.kind === "gateway") {
    return { gatewayHTTPRoute: { parentRefs: [{ kind: "Gateway", name: application, sectionName: "http" }] } };
  }
  const ingress = ingressOf(edge);
  const { ingresses } = controllerOf(ingress?.controller);
  return {
    ingress: {
      ingressClassName: ingress?.class,
      ...(ingresses === "mergeable"
        ? { ingressTemplate: { metadata: { annotations: { "nginx.org/mergeable-ingress-type": "minion" } } } }
        : {}),
    },
  };
}

type Dns01 = Extract<NonNullable<Acme["solver"]>, object>["dns01"];

function dns01(given: Dns01): Record<string, unknown> {
  if ("cloudflare" in given) return { cloudflare: { apiTokenSecretRef: given.cloudflare.apiToken } };
  if ("azureDNS" in given) {
    const { clientID, ...zone } = given.azureDNS;
    return { azureDNS: { ...zone, ...(clientID ? { managedIdentity: { clientID } } : {}) } };
  }
  return given;
}
