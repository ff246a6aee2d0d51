import type { GatewayEdgePlan } from "../../config/edge-plan.ts";
import type { Plan } from "../../config/plan.ts";
import type { Cors, Route } from "../../config/routes.ts";
import type { Context, CustomObject } from "./capabilities.ts";
import { secretNameOf } from "./certificates.ts";
import { GATEWAY_GROUP } from "./gateways/implementation.ts";
import { implementations } from "./gateways/implementations.ts";

const API = `${GATEWAY_GROUP}/v1`;

/** A Gateway with HTTP and HTTPS, an HTTPRoute for each route, and the implementation's policies for them. */
export function gatewayObjects(plan: Plan, edge: GatewayEdgePlan, context: Context): CustomObject[] {
  if (edge.routes.length === 0) return [];
  const implementation = implementations[edge.implementation];
  return [
    gateway(plan, edge, context.hosts),
    ...(edge.redirectHttps ? [redirect(plan, context.hosts)] : []),
    ...edge.routes.flatMap((route) => [
      httpRoute(plan, edge, route),
      ...implementation.policies(route, `${plan.application}-${route.id}`),
    ]),
    ...(implementation.gatewayPolicies?.(edge.routes, context) ?? []),
  ];
}

function gateway(plan: Plan, edge: GatewayEdgePlan, hosts: readonly string[]): CustomObject {
  const allowedRoutes = { namespaces: { from: "Same" } };
  return {
    apiVersion: API,
    kind: "Gateway",
    spec: {
      gatewayClassName: edge.gatewayClass,
      listeners: [
        { name: "http", port: 80, protocol: "HTTP", allowedRoutes },
        ...hosts.map((hostname) => ({
          name: listenerOf(edge, hostname),
          hostname,
          port: 443,
          protocol: "HTTPS",
          allowedRoutes,
          tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: secretNameOf(plan) }] },
        })),
      ],
    },
  };
}

/** `https` for the edge's own host, `https-api` for api under it. */
function listenerOf(edge: GatewayEdgePlan, host: string): string {
  return host === edge.host ? "https" : `https-${host.slice(0, -edge.host.length - 1)}`;
}

function redirect(plan: Plan, hostnames: string[]): CustomObject {
  return {
    apiVersion: API,
    kind: "HTTPRoute",
    suffix: "redirect",
    spec: {
      parentRefs: [parent(plan, "http")],
      hostnames,
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    },
  };
}

function httpRoute(plan: Plan, edge: GatewayEdgePlan, route: Route): CustomObject {
  const { timeoutSeconds, responseHeaders, cors } = route.features;
  const filters = [
    ...(cors && implementations[edge.implementation].cors === "filter" ? [corsFilter(cors)] : []),
    ...(responseHeaders ? [headersFilter(responseHeaders)] : []),
  ];
  const sections = [...(edge.redirectHttps ? [] : ["http"]), listenerOf(edge, route.host)];
  return {
    apiVersion: API,
    kind: "HTTPRoute",
    suffix: route.id,
    spec: {
      parentRefs: sections.map((section) => parent(plan, section)),
      hostnames: [route.host],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: route.path } }],
          ...(filters.length > 0 ? { filters } : {}),
          backendRefs: [{ name: route.service, port: route.port }],
          ...(timeoutSeconds ? { timeouts: { request: `${timeoutSeconds}s` } } : {}),
        },
      ],
    },
  };
}

function parent({ application }: Plan, sectionName: string) {
  return { kind: "Gateway", name: application, sectionName };
}

function headersFilter(headers: Record<string, string>) {
  const set = Object.entries(headers).map(([name, value]) => ({ name, value }));
  return { type: "ResponseHeaderModifier", responseHeaderModifier: { set } };
}

function corsFilter({ origins, methods, headers, credentials, maxAgeSeconds }: Cors) {
  return {
    type: "CORS",
    cors: {
      allowOrigins: origins,
      allowMethods: methods,
      allowHeaders: headers,
      // Only true is a value of this field.
      ...(credentials ? { allowCredentials: true } : {}),
      maxAge: maxAgeSeconds,
    },
  };
}
