import type { IstioEdgePlan } from "../../config/edge-plan.ts";
import type { Link, Peer, Plan } from "../../config/plan.ts";
import type { Cors, Route } from "../../config/routes.ts";
import { selectorOf } from "../labels.ts";
import { type Capabilities, type CustomObject, IN_CLUSTER } from "./capabilities.ts";
import { secretNameOf } from "./certificates.ts";

const NETWORKING = "networking.istio.io/v1";
const SECURITY = "security.istio.io/v1";

/** Istio's limits count for each proxy, not for each client, unless an EnvoyFilter says so: they are not offered. */
export const istio: Capabilities = {
  title: "Istio",
  can: ["timeoutSeconds", "retries", "websockets", "cors", "responseHeaders", "redirectHttps"],
  tls: IN_CLUSTER,
};

/** The application in Istio's mesh: the way in, how tiers are called, and who may call whom. */
export function istioObjects(plan: Plan, edge: IstioEdgePlan): CustomObject[] {
  const wayIn = edge.routes.length > 0 ? [gateway(plan, edge), ...virtualServices(plan, edge)] : [];
  return [...wayIn, ...destinationRules(plan), mutualTls, allowNothing, ...authorizationPolicies(plan)];
}

function hostsOf({ routes }: IstioEdgePlan): string[] {
  return [...new Set(routes.map(({ host }) => host))];
}

function gateway(plan: Plan, edge: IstioEdgePlan): CustomObject {
  const hosts = hostsOf(edge);
  return {
    apiVersion: NETWORKING,
    kind: "Gateway",
    spec: {
      selector: edge.selector,
      servers: [
        {
          port: { number: 80, name: "http", protocol: "HTTP" },
          hosts,
          ...(edge.redirectHttps ? { tls: { httpsRedirect: true } } : {}),
        },
        {
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts,
          tls: { mode: "SIMPLE", credentialName: secretNameOf(plan), minProtocolVersion: "TLSV1_2" },
        },
      ],
    },
  };
}

function virtualServices(plan: Plan, edge: IstioEdgePlan): CustomObject[] {
  return hostsOf(edge).map((host) => ({
    apiVersion: NETWORKING,
    kind: "VirtualService",
    suffix: suffixOf(edge, host),
    spec: {
      hosts: [host],
      gateways: [plan.application],
      // The first match counts.
      http: edge.routes
        .filter((route) => route.host === host)
        .sort((a, b) => b.path.length - a.path.length)
        .map((route) => httpRoute(plan, route)),
    },
  }));
}

/** `shop` for the edge's own host, `shop-api` for api under it. */
function suffixOf(edge: IstioEdgePlan, host: string): string {
  return host === edge.host ? "host" : `host-${host.slice(0, -edge.host.length - 1)}`;
}

function httpRoute(plan: Plan, { id, path, service, port, features }: Route): Record<string, unknown> {
  const { timeoutSeconds, retries, cors, responseHeaders } = features;
  const prefix = path.replace(/\/$/, "");
  return {
    name: id,
    // A path prefix ends where a segment does, as it does for an Ingress.
    match: prefix ? [{ uri: { exact: prefix } }, { uri: { prefix: `${prefix}/` } }] : [{ uri: { prefix: "/" } }],
    route: [{ destination: { host: hostOf(plan, service), port: { number: port } } }],
    ...(timeoutSeconds ? { timeout: `${timeoutSeconds}s` } : {}),
    // Istio tries twice by itself, also what the tier may have seen.
    retries: retries ? { attempts: retries, retryOn: "connect-failure,refused-stream" } : { attempts: 0 },
    ...(cors ? { corsPolicy: corsOf(cors) } : {}),
    ...(responseHeaders ? { headers: { response: { set: responseHeaders } } } : {}),
  };
}

function corsOf({ origins, methods, headers, credentials, maxAgeSeconds }: Cors): Record<string, unknown> {
  return {
    allowOrigins: origins.map((origin) => (origin === "*" ? { regex: ".*" } : { exact: origin })),
    allowMethods: methods,
    allowHeaders: headers,
    allowCredentials: credentials,
    maxAge: `${maxAgeSeconds}s`,
  };
}

/** Calls go to the pod with the fewest open; one that keeps failing is left alone for a while. */
function destinationRules(plan: Plan): CustomObject[] {
  return plan.tiers
    .filter(({ port }) => port !== undefined)
    .map(({ name }) => ({
      apiVersion: NETWORKING,
      kind: "DestinationRule",
      suffix: name,
      spec: {
        host: hostOf(plan, name),
        trafficPolicy: {
          loadBalancer: { simple: "LEAST_REQUEST" },
          connectionPool: {
            tcp: { maxConnections: 1000, connectTimeout: "5s" },
            http: { http1MaxPendingRequests: 1000, http2MaxRequests: 1000 },
          },
          outlierDetection: {
            consecutive5xxErrors: 5,
            interval: "10s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 50,
          },
        },
      },
    }));
}

function hostOf(plan: Plan, service: string): string {
  return `${service}.${plan.namespace}.svc.cluster.local`;
}

const mutualTls: CustomObject = {
  apiVersion: SECURITY,
  kind: "PeerAuthentication",
  suffix: "strict",
  spec: { mtls: { mode: "STRICT" } },
};

/** A policy that matches nothing: what no other allows is denied. */
const allowNothing: CustomObject = {
  apiVersion: SECURITY,
  kind: "AuthorizationPolicy",
  suffix: "allow-nothing",
  spec: {},
};

/** What the plan's links allow into each component, by the identity of who comes rather than by its address. */
function authorizationPolicies(plan: Plan): CustomObject[] {
  const targets = [...new Set(plan.links.flatMap(({ to }) => (to.kind === "pods" ? [to.component] : [])))];
  return targets.map((component) => ({
    apiVersion: SECURITY,
    kind: "AuthorizationPolicy",
    suffix: component,
    spec: {
      selector: { matchLabels: selectorOf(plan, component) },
      action: "ALLOW",
      rules: rulesFor(plan, component),
    },
  }));
}

function rulesFor(plan: Plan, component: string): Record<string, unknown>[] {
  const incoming = plan.links.filter(({ to }) => to.kind === "pods" && to.component === component);
  const rules = incoming.map((link) => ({
    from: [{ source: sourceOf(plan, link.from) }],
    to: [{ operation: { ports: portsOf(link) } }],
  }));
  // A tier and its migration share an identity.
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

function portsOf({ ports }: Link): string[] {
  return ports.map(String);
}

function sourceOf(plan: Plan, peer: Peer): Record<string, string[]> {
  switch (peer.kind) {
    case "pods": {
      const tier = plan.tiers.find(({ name }) => name === peer.component);
      return { serviceAccounts: [`${plan.namespace}/${tier?.serviceAccount ?? "default"}`] };
    }
    case "edge":
    case "keda":
    case "monitoring":
    case "operator":
      return { namespaces: [peer.namespace] };
    case "addresses":
      return { ipBlocks: peer.cidrs };
  }
}
