import type { DatastorePlan, Link, Peer, Plan, TierPlan } from "./plan.ts";

/** A Mermaid flowchart of a plan: what stands, and who may call whom on which port. */
export function diagram(plan: Plan): string {
  const tiers = plan.tiers.map((tier) => `    ${id(tier.name)}["${tierLabel(tier)}"]`);
  const stores = plan.datastores.map((store) => ({ store, line: `${id(store.name)}[("${storeLabel(store)}")]` }));
  const bundled = stores.filter(({ store }) => store.mode === "bundled").map(({ line }) => `    ${line}`);
  const proxies = plan.datastores.flatMap((store) => (store.mode === "bundled" ? (store.failover?.proxy ?? []) : []));
  const operators = plan.datastores.flatMap((store) => (store.mode === "bundled" ? (store.operator?.name ?? []) : []));
  const outside = stores.filter(({ store }) => store.mode !== "bundled").map(({ line }) => `  ${line}`);
  return [
    "flowchart LR",
    `  edge(["https://${plan.edge.host}"])`,
    `  subgraph namespace["namespace ${plan.namespace}"]`,
    ...tiers,
    ...bundled,
    ...proxies.map(({ name, replicas }) => `    ${id(name)}["${name}<br>${replicas} pods"]`),
    "  end",
    ...outside,
    ...(operators.length > 0 ? [`  operator(["${[...new Set(operators)].join(", ")}"])`] : []),
    ...(plan.links.some(({ from }) => from.kind === "keda") ? [`  keda(["KEDA"])`] : []),
    ...(plan.monitoring?.targets.length ? [`  monitoring(["Prometheus in ${plan.monitoring.namespace}"])`] : []),
    ...new Set(plan.links.map(arrow)),
  ].join("\n");
}

function tierLabel({ name, kind, replicas, autoscale, events }: TierPlan): string {
  if (kind === "job") return `${name}<br>once, before`;
  const most = (autoscale ?? events)?.max;
  return `${name}<br>${most === undefined ? replicas : `${replicas} to ${most}`} pods`;
}

function storeLabel(store: DatastorePlan): string {
  return `${store.name}<br>${store.engine}, ${placeOf(store)}`;
}

function placeOf(store: DatastorePlan): string | undefined {
  switch (store.mode) {
    case "bundled":
      return store.volumes[0]?.storage;
    case "managed":
      return "managed";
    case "external":
      return store.endpoint.host;
  }
}

function arrow({ from, to, ports }: Link): string {
  return `  ${peerId(from)} -->|${ports.join(", ")}| ${peerId(to)}`;
}

function peerId(peer: Peer): string {
  switch (peer.kind) {
    case "pods":
      return id(peer.component);
    case "edge":
    case "keda":
    case "monitoring":
    case "operator":
      return peer.kind;
    case "addresses":
      return id(peer.name);
  }
}

/** Mermaid's identifiers have no dashes. */
function id(name: string): string {
  return name.replaceAll("-", "_");
}
