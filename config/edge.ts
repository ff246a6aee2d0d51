import { engines } from "../components/datastores/engines.ts";
import type { Layers } from "./layers.ts";
import type { DatastorePlan } from "./plan.ts";
import type { IngressEdge } from "./schema/edge.ts";

export interface EdgePlan extends Omit<IngressEdge, "class" | "controllerNamespace"> {
  class: string;
  controllerNamespace: string;
  routes: Route[];
}

/** A host and path that lead to a port of a Service. */
export interface Route {
  host: string;
  path: string;
  service: string;
  port: number;
}

/** How the application is reached from outside. */
export function resolveEdge(layers: Layers, datastores: readonly DatastorePlan[]): EdgePlan {
  const { edge } = layers.stack;
  const toTiers = Object.entries(layers.application.tiers).flatMap(([service, tier]): Route[] =>
    tier.kind === "web" && tier.route !== undefined
      ? [{ host: edge.host, path: tier.route, service, port: tier.servicePort ?? tier.port }]
      : [],
  );
  const toStores = Object.entries(layers.application.datastores ?? {}).flatMap(([service, { expose = {} }]) => {
    const store = datastores.find((datastore) => datastore.name === service);
    if (store?.mode !== "bundled") return [];
    return Object.entries(expose).map(([port, prefix]) => ({
      host: `${prefix}.${edge.host}`,
      path: "/",
      service,
      port: engines[store.engine].ports[port] as number,
    }));
  });
  const routes = [...toTiers, ...toStores];
  checkRoutes(layers, routes);
  const ingressClass = edge.class ?? "traefik";
  return { ...edge, class: ingressClass, controllerNamespace: edge.controllerNamespace ?? ingressClass, routes };
}

function checkRoutes(layers: Layers, routes: readonly Route[]): void {
  const taken = new Map<string, string>();
  for (const { host, path, service } of routes) {
    const isTier = service in layers.application.tiers;
    const key = host + path;
    const first = taken.get(key);
    if (first === undefined) {
      taken.set(key, service);
      continue;
    }
    layers.mistakes.push({
      path: `${layers.source}: ${isTier ? `tiers.${service}.route` : `datastores.${service}.expose`}`,
      got: isTier ? path : host,
      problem: isTier ? `"${first}" has the same route on ${host}` : `"${first}" is reached by the same host`,
      allowed: `a ${isTier ? "path" : "host prefix"} of its own for each`,
      fix: "change one of the two",
    });
  }
}
