import { engines } from "../components/datastores/engines.ts";
import type { EdgePlan } from "./edge-plan.ts";
import type { Layers } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import { bundledIn, storeCalled } from "./moves.ts";
import type { BundledDatastore, DatastorePlan, Link, Peer, Plan, TierPlan } from "./plan.ts";
import { dialledComponent, operatedAs } from "./servers.ts";

/** Everyone who may open a connection to someone: what `uses`, `route` and `expose` say, and nothing else. */
export function resolveLinks(
  layers: Layers,
  tiers: readonly TierPlan[],
  { datastores, moves }: Pick<Plan, "datastores" | "moves">,
  edge: EdgePlan,
): Link[] {
  const fromTiers = Object.entries(layers.application.tiers).flatMap(([name, { uses = [] }]) =>
    uses.flatMap((used) => {
      const link = linkTo(layers, name, used, datastores);
      if (!link) return [];
      const migration = tiers.find((tier) => tier.kind === "job" && tier.serviceAccount === name);
      const toStore = storeCalled(datastores, used) !== undefined;
      return migration && toStore ? [link, { ...link, from: pods(migration.name) }] : [link];
    }),
  );
  return [
    ...fromTiers,
    ...toInternet(layers),
    ...betweenServers(bundledIn({ datastores, moves })),
    ...fromEdge(tiers, edge),
  ];
}

function linkTo(layers: Layers, from: string, to: string, datastores: readonly DatastorePlan[]): Link | undefined {
  const store = storeCalled(datastores, to);
  if (store?.mode === "bundled") {
    return { from: pods(from), to: pods(dialledComponent(store)), ports: Object.values(engines[store.engine].ports) };
  }
  if (store) {
    const except = store.mode === "managed" ? store.except : undefined;
    return {
      from: pods(from),
      to: { kind: "addresses", name: to, cidrs: store.cidrs, except },
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

/** Servers of one store reach each other, by its clients' ports too, as do those who watch over them. */
function betweenServers(datastores: readonly BundledDatastore[]): Link[] {
  return datastores.flatMap((store): Link[] => {
    if (store.servers.length === 1 && !store.operator) return [];
    const { ports, cluster } = engines[store.engine];
    const to = pods(store.name);
    const all = [...Object.values(ports), ...Object.values(cluster?.ports ?? {})];
    const operated = operatedAs(store);
    return [
      { from: to, to, ports: all },
      ...(store.failover ? [{ from: pods(store.failover.proxy.name), to, ports: all }] : []),
      ...(operated && store.operator
        ? [
            {
              from: { kind: "operator" as const, namespace: store.operator.namespace },
              to,
              ports: [...operated.operator.ports],
            },
          ]
        : []),
    ];
  });
}

/** Ranges that are not the internet: private, shared and link-local ones, with the clouds' metadata services. */
export const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"];
const HTTPS = 443;

function toInternet({ application }: Layers): Link[] {
  const callers = Object.entries(application.tiers).filter(([, { externalHttps }]) => externalHttps);
  return callers.map(([name]) => ({
    from: pods(name),
    to: { kind: "addresses", name: "internet", cidrs: ["0.0.0.0/0"], except: PRIVATE },
    ports: [HTTPS],
  }));
}

/** A policy sees the pods' ports, a route the Service's. */
function fromEdge(tiers: readonly TierPlan[], edge: EdgePlan): Link[] {
  const ports = new Map<string, Set<number>>();
  for (const { service, port } of edge.routes) {
    const open = tiers.find(({ name }) => name === service)?.port ?? port;
    ports.set(service, (ports.get(service) ?? new Set()).add(open));
  }
  return edge.peers.flatMap((from) =>
    [...ports].map(([service, open]) => ({ from, to: pods(service), ports: [...open] })),
  );
}

function pods(component: string): Peer {
  return { kind: "pods", component };
}
