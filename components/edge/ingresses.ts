import { isDeepStrictEqual } from "node:util";
import { type EdgePlan, type IngressPlan, ingressOf } from "../../config/edge-plan.ts";
import { solvesHttp01 } from "../../config/edge-pods.ts";
import type { Plan } from "../../config/plan.ts";
import type { Features, Route } from "../../config/routes.ts";
import type { Context, CustomObject } from "./capabilities.ts";
import { askedByAnnotation } from "./certificates.ts";
import type { Controller, Group, ServiceOfRoutes, Settings } from "./controllers/controller.ts";
import { controllerOf } from "./controllers/controllers.ts";

/** An Ingress as plain data. */
export interface IngressObject {
  /** After the application's name; none for the first. */
  suffix?: string;
  annotations: Record<string, string>;
  className?: string;
  /** Hosts with their paths; a host without any is led by other Ingresses. */
  hosts: { host: string; routes: Route[] }[];
  /** Hosts whose certificate is a Secret. */
  tlsHosts: string[];
}

export interface Ingresses {
  ingresses: IngressObject[];
  objects: CustomObject[];
}

/** The Ingresses of the plan: one, or as many as there are kinds of routes; and what they call by name. */
export function resolveIngresses(plan: Plan, context: Context): Ingresses {
  const ingress = ingressOf(plan.edge);
  if (!ingress || plan.edge.routes.length === 0) return { ingresses: [], objects: [] };
  const controller = controllerOf(ingress.controller);
  const groups = groupsOf(plan.edge, controller);
  const settings = groups.map((group) => ({ group, ...controller.ingress(group, context) }));
  const merge = controller.ingresses === "mergeable" && (groups.length > 1 || solvesHttp01(plan.edge));
  const ingresses = merge
    ? mergeable(ingress, context, settings)
    : settings.map(({ group, annotations }, index) => ({
        suffix: index > 0 ? group.id : undefined,
        annotations: { ...annotations, ...classAnnotation(ingress, controller), ...ingress.annotations },
        className: controller.classByAnnotation ? undefined : ingress.class,
        hosts: byHost(group.routes),
        tlsHosts: "certificate" in context.tls || "managed" in context.tls ? [] : hostsOf(group.routes),
      }));
  const services = servicesOf(plan).map((service) => controller.service?.(service, context));
  return {
    ingresses: withIssuer(plan.edge, ingresses),
    objects: distinct([...settings, ...services].flatMap((it) => it?.objects ?? [])),
  };
}

/** What the ingress controller is told by the Service of a tier. */
export function serviceAnnotations(plan: Plan, tier: string): Record<string, string> {
  const ingress = ingressOf(plan.edge);
  const service = servicesOf(plan).find(({ name }) => name === tier);
  if (!ingress || !service) return {};
  return controllerOf(ingress.controller).service?.(service, contextOf(plan)).annotations ?? {};
}

export function contextOf({ application, namespace, edge }: Plan): Context {
  const { redirectHttps, tls, routes } = edge;
  return { application, namespace, redirectHttps, tls, hosts: hostsOf(routes) };
}

/** Routes of the same features together, where the controller can tell them apart at all. */
function groupsOf({ routes }: EdgePlan, controller: Controller): Group[] {
  const groups: Group[] = [];
  for (const route of routes) {
    const group = groups.find(
      ({ features }) => controller.ingresses === "one" || isDeepStrictEqual(features, route.features),
    );
    if (group) group.routes.push(route);
    else groups.push({ id: route.id, features: route.features, routes: [route] });
  }
  return groups;
}

/** A master for each host, which has its certificate and no paths, and minions, which have one host's paths each. */
function mergeable(
  ingress: IngressPlan,
  context: Context,
  settings: readonly (Settings & { group: Group })[],
): IngressObject[] {
  const type = (kind: "master" | "minion") => ({ "nginx.org/mergeable-ingress-type": kind });
  const redirect = "ingress.kubernetes.io/ssl-redirect";
  const masters = context.hosts.map((host) => {
    const said = settings.find(({ annotations }) => redirect in annotations)?.annotations[redirect];
    return {
      suffix: `master-${host.replaceAll(".", "-")}`,
      annotations: { ...type("master"), ...(said ? { [redirect]: said } : {}), ...ingress.annotations },
      className: ingress.class,
      hosts: [{ host, routes: [] }],
      tlsHosts: [host],
    };
  });
  const minions = settings.flatMap(({ group, annotations: { [redirect]: _, ...annotations } }) =>
    byHost(group.routes).map(({ host, routes }) => ({
      suffix: (routes[0] as Route).id,
      annotations: { ...type("minion"), ...annotations },
      className: ingress.class,
      hosts: [{ host, routes }],
      tlsHosts: [],
    })),
  );
  return [...masters, ...minions];
}

function withIssuer(edge: EdgePlan, ingresses: IngressObject[]): IngressObject[] {
  const { tls } = edge;
  if (!("issuer" in tls) || !askedByAnnotation(edge, ingresses.length)) return ingresses;
  const asks = { "cert-manager.io/cluster-issuer": tls.issuer };
  return ingresses.map((ingress) => ({ ...ingress, annotations: { ...asks, ...ingress.annotations } }));
}

function classAnnotation(ingress: IngressPlan, { classByAnnotation }: Controller): Record<string, string> {
  return classByAnnotation ? { "kubernetes.io/ingress.class": ingress.class } : {};
}

/** Tiers that routes lead to, with what is asked of all their routes together. */
function servicesOf({ edge, tiers }: Plan): ServiceOfRoutes[] {
  return tiers.flatMap(({ name, readiness }) => {
    const features = edge.routes.filter(({ service }) => service === name).map((route) => route.features);
    if (features.length === 0) return [];
    const longest = Math.max(0, ...features.map(({ timeoutSeconds }) => timeoutSeconds ?? 0));
    const all: Features = Object.assign({}, ...features, longest > 0 ? { timeoutSeconds: longest } : {});
    return [{ name, features: all, healthPath: readiness?.http }];
  });
}

/** What several Ingresses share is made once. */
function distinct(objects: readonly CustomObject[]): CustomObject[] {
  return [...new Map(objects.map((object) => [`${object.kind} ${object.suffix}`, object])).values()];
}

function byHost(routes: readonly Route[]): { host: string; routes: Route[] }[] {
  return hostsOf(routes).map((host) => ({ host, routes: routes.filter((route) => route.host === host) }));
}

function hostsOf(routes: readonly Route[]): string[] {
  return [...new Set(routes.map(({ host }) => host))];
}
