import { loadBalancerRanges } from "../cloud/clouds.ts";
import { type OwnIngress, ownIngressOf } from "../cloud/distributions.ts";
import type { Controller } from "../components/edge/controllers/controller.ts";
import { controllerOf, usualController } from "../components/edge/controllers/controllers.ts";
import type { GatewayImplementation } from "../components/edge/gateways/implementation.ts";
import { implementations, usualImplementation } from "../components/edge/gateways/implementations.ts";
import { bringsController, namespaceOfAddon, namespaceOfRole } from "./addons.ts";
import { checkChallenges } from "./dns.ts";
import { checkCapabilities } from "./edge-capabilities.ts";
import { type EdgePlan, GATEWAY_LABEL, type IngressPlan } from "./edge-plan.ts";
import type { Layers } from "./layers.ts";
import type { DatastorePlan, Peer } from "./plan.ts";
import { type Route, resolveRoutes } from "./routes.ts";
import type { GatewayEdge, IngressFields, IstioEdge } from "./schema/edge.ts";
import { namespaceOf } from "./storage.ts";

/** How the application is reached from outside. */
export function resolveEdge(layers: Layers, datastores: readonly DatastorePlan[]): EdgePlan {
  const plan = planOf(layers, resolveRoutes(layers, datastores));
  checkCapabilities(layers, plan);
  checkChallenges(layers, [...new Set(plan.routes.map(({ host }) => host))]);
  return plan;
}

function planOf(layers: Layers, routes: Route[]): EdgePlan {
  const { edge } = layers.stack;
  const base = { host: edge.host, tls: edge.tls, routes };
  const declared = layers.application.edge;
  // An ingress controller goes on as it does, unless the application has a word on it.
  const redirectHttps = declared ? (declared.redirectHttps ?? true) : undefined;
  switch (edge.kind) {
    case "ingress":
      return { ...base, kind: "ingress", redirectHttps, ...resolveIngress(layers, "landfall:edge", edge) };
    case "gateway":
      return { ...base, redirectHttps: redirectHttps ?? true, ...resolveGateway(layers, edge) };
    case "istio":
      return { ...base, redirectHttps: redirectHttps ?? true, ...resolveIstio(layers, edge) };
  }
}

function resolveIngress(layers: Layers, place: string, given: IngressFields): { ingress: IngressPlan; peers: Peer[] } {
  const own = ownIngress(layers, given.class);
  const ingressClass = given.class ?? own?.class ?? "traefik";
  const name = given.controller ?? (own ? own.controller : usualController(ingressClass));
  return {
    ingress: { class: ingressClass, controller: name, annotations: given.annotations ?? {} },
    peers: peersOf(
      layers,
      place,
      given,
      controllerOf(name),
      namespaceOfRole(layers, "controller", name) ?? own?.namespace ?? ingressClass,
    ),
  };
}

/** The cluster's own controller, where the Ingresses are meant for it: by its class, or because there is no other. */
function ownIngress(layers: Layers, asked: string | undefined): OwnIngress | undefined {
  const own = ownIngressOf(layers.stack.cluster);
  return asked === own?.class || (asked === undefined && !bringsController(layers)) ? own : undefined;
}

function peersOf(
  { stack, mistakes }: Layers,
  place: string,
  { cidrs, controllerNamespace }: IngressFields,
  { comesFrom, title }: Controller,
  namespace: string,
): Peer[] {
  if (cidrs) return [{ kind: "addresses", name: "edge", cidrs }];
  if (comesFrom === "namespace") return [{ kind: "edge", namespace: controllerNamespace ?? namespace }];
  if (comesFrom !== "addresses") return [{ kind: "addresses", name: "edge", cidrs: [...comesFrom] }];
  const ranges = loadBalancerRanges(stack.cluster);
  if (ranges) return [{ kind: "addresses", name: "edge", cidrs: ranges }];
  mistakes.push({
    path: `${place}.cidrs`,
    problem: `is missing: ${title} is outside the cluster, and the NetworkPolicies need its addresses`,
    allowed: "address ranges such as 10.0.0.0/16",
    fix: "set the ranges of the subnets that the load balancer stands in",
  });
  return [];
}

function resolveGateway(layers: Layers, edge: GatewayEdge) {
  const gatewayClass = edge.gatewayClass ?? "eg";
  const name = edge.implementation ?? usualImplementation(gatewayClass);
  const { namespace, dataPlane } = implementations[name];
  const gatewayNamespace = edge.gatewayNamespace ?? namespaceOfRole(layers, "implementation", name) ?? namespace;
  if (gatewayNamespace === undefined && !edge.cidrs) {
    layers.mistakes.push({
      path: "landfall:edge.gatewayNamespace",
      problem: `is missing, and gateway class "${gatewayClass}" does not tell`,
      allowed: "the namespace that the gateway's pods run in",
      fix: "set it, or cidrs if it is a load balancer, or implementation if it is envoy or nginx by another name",
    });
  }
  const fallback = edge.fallback ? resolveIngress(layers, "landfall:edge.fallback", edge.fallback) : undefined;
  return {
    kind: "gateway" as const,
    gatewayClass,
    implementation: name,
    gatewayNamespace: gatewayNamespace ?? "",
    fallback: fallback?.ingress,
    peers: [dataPlaneOf(layers, edge, dataPlane, gatewayNamespace), ...(fallback?.peers ?? [])],
  };
}

function dataPlaneOf(
  layers: Layers,
  { cidrs }: GatewayEdge,
  dataPlane: GatewayImplementation["dataPlane"],
  namespace = "",
): Peer {
  if (cidrs) return { kind: "addresses", name: "edge", cidrs };
  if (dataPlane === "in its own namespace") return { kind: "edge", namespace };
  return {
    kind: "edge",
    namespace: namespaceOf(layers),
    pods: { [GATEWAY_LABEL]: layers.application.name },
  };
}

function resolveIstio(layers: Layers, edge: IstioEdge) {
  const namespace = (asked: string | undefined, addon: "istiod" | "istio-ingressgateway") =>
    asked ?? namespaceOfAddon(layers, addon) ?? "istio-system";
  const gatewayNamespace = namespace(edge.gatewayNamespace, "istio-ingressgateway");
  return {
    kind: "istio" as const,
    selector: edge.selector ?? { istio: "ingressgateway" },
    gatewayNamespace,
    controlPlaneNamespace: namespace(edge.controlPlaneNamespace, "istiod"),
    peers: [{ kind: "edge" as const, namespace: gatewayNamespace }],
  };
}
