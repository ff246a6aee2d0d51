import { engines } from "../components/datastores/engines.ts";
import type { EdgePlan } from "./edge-plan.ts";
import type { Layers } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import type { DatastorePlan, Link, Peer, TierPlan } from "./plan.ts";

/** Everyone who may open a connection to someone: what `uses`, `route` and `expose` say, and nothing else. */
export function resolveLinks(
  layers: Layers,
  tiers: readonly TierPlan[],
  datastores: readonly DatastorePlan[],
  edge: EdgePlan,
): Link[] {
  const fromTiers = Object.entries(layers.application.tiers).flatMap(([name, { uses = [] }]) =>
    uses.flatMap((used) => {
      const link = linkTo(layers, name, used, datastores);
      if (!link) return [];
      const migration = tiers.find((tier) => tier.kind === "job" && tier.serviceAccount === name);
      const toStore = datastores.some((datastore) => datastore.name === used);
      return migration && toStore ? [link, { ...link, from: pods(migration.name) }] : [link];
    }),
  );
  return [...fromTiers, ...fromEdge(edge)];
}

function linkTo(layers: Layers, from: string, to: string, datastores: readonly DatastorePlan[]): Link | undefined {
  const store = datastores.find((datastore) => datastore.name === to);
  if (store?.mode === "bundled") {
    return { from: pods(from), to: pods(to), ports: Object.values(engines[store.engine].ports) };
  }
  if (store?.mode === "external") {
    return {
      from: pods(from),
      to: { kind: "addresses", name: to, cidrs: store.cidrs },
      ports: [store.endpoint.port],
    };
  }
  if (layers.application.datastores?.[to]) return undefined; // its own mistake is reported
  const target = layers.application.tiers[to];
  if (target?.kind === "web" && to !== from) return { from: pods(from), to: pods(to), ports: [target.port] };
  const callable = Object.entries(layers.application.tiers).flatMap(([name, tier]) =>
    tier.kind === "web" && name !== from ? [name] : [],
  );
  const known = [...Object.keys(layers.application.datastores ?? {}), ...callable];
  layers.mistakes.push(unknownName(`${layers.source}: tiers.${from}.uses`, to, known, "datastore or web tier"));
  return undefined;
}

function fromEdge(edge: EdgePlan): Link[] {
  const ports = new Map<string, Set<number>>();
  for (const route of edge.routes) {
    ports.set(route.service, (ports.get(route.service) ?? new Set()).add(route.port));
  }
  return edge.peers.flatMap((from) =>
    [...ports].map(([service, open]) => ({ from, to: pods(service), ports: [...open] })),
  );
}

function pods(component: string): Peer {
  return { kind: "pods", component };
}
