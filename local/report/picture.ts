/** The application as it stands, as a graph: who is there, and who calls whom. */
import type { DatastorePlan, Link, Peer, Plan, TierPlan } from "../../config/plan.ts";

export interface Picture {
  nodes: PictureNode[];
  links: PictureLink[];
}

export type NodeKind = "edge" | "tier" | "job" | "bundled" | "managed" | "external" | "beside";

export interface PictureNode {
  name: string;
  kind: NodeKind;
  /** Such as `3 to 15 pods` or `postgres 16, managed`. */
  detail: string;
}

export interface PictureLink {
  from: string;
  to: string;
  ports: (number | string)[];
}

/** From a plan: what reports draw where the rehearsal has one. */
export function pictureOf(plan: Plan): Picture {
  const proxies = plan.datastores.flatMap((store) => (store.mode === "bundled" ? (store.failover?.proxy ?? []) : []));
  const known: PictureNode[] = [
    { name: EDGE, kind: "edge", detail: `https://${plan.edge.host}` },
    ...plan.tiers.map(ofTier),
    ...plan.datastores.map(ofStore),
    ...proxies.map(({ name, replicas }): PictureNode => ({ name, kind: "beside", detail: `${replicas} pods` })),
    ...plan.backups.flatMap(({ name, check }) => [
      job(name, "copies again and again"),
      ...(check ? [job(check.name, "checks the copies")] : []),
    ]),
  ];
  const links = merged(plan.links);
  const names = new Set(known.map(({ name }) => name));
  const others = new Set(links.flatMap(({ from, to }) => [from, to]).filter((name) => !names.has(name)));
  const beside = [...others].map(
    (name): PictureNode => ({ name, kind: "beside", detail: BESIDE[name] ?? "beside it" }),
  );
  const linked = new Set(links.flatMap(({ from, to }) => [from, to]));
  const drawn = [...known, ...beside].filter(
    ({ name, kind }) => (kind !== "edge" && kind !== "job") || linked.has(name),
  );
  return { nodes: drawn, links };
}

const EDGE = "way in";
const BESIDE: Readonly<Record<string, string>> = {
  internet: "outside",
  credentials: "of the cloud",
  monitoring: "Prometheus",
  operator: "runs datastores",
  KEDA: "scales by events",
};

function job(name: string, detail: string): PictureNode {
  return { name, kind: "job", detail };
}

function ofTier({ name, kind, replicas, autoscale, events }: TierPlan): PictureNode {
  if (kind === "job") return job(name, "job, once before");
  const most = (autoscale ?? events)?.max;
  const pods = most === undefined ? `${replicas}` : `${replicas} to ${most}`;
  return { name, kind: "tier", detail: `${kind}, ${pods} ${pods === "1" ? "pod" : "pods"}` };
}

function ofStore(store: DatastorePlan): PictureNode {
  const { name, engine, mode } = store;
  switch (mode) {
    case "bundled":
      return { name, kind: mode, detail: `${engine}, bundled, ${store.volumes[0]?.storage ?? ""}` };
    case "managed":
      return { name, kind: mode, detail: `${engine}, managed${store.highAvailability ? ", two zones" : ""}` };
    case "external":
      return { name, kind: mode, detail: `${engine}, external` };
  }
}

/** One for each pair, with the ports of all. Servers of one store that speak to each other are no link. */
function merged(links: readonly Link[]): PictureLink[] {
  const pairs = Map.groupBy(links, ({ from, to }) => JSON.stringify([nameOf(from), nameOf(to)]));
  return [...pairs].flatMap(([pair, all]) => {
    const [from, to] = JSON.parse(pair) as [string, string];
    const ports = [...new Set(all.flatMap((link) => link.ports))].sort((a, b) => a - b);
    return from === to ? [] : [{ from, to, ports }];
  });
}

function nameOf(peer: Peer): string {
  switch (peer.kind) {
    case "pods":
      return peer.component;
    case "edge":
      return EDGE;
    case "keda":
      return "KEDA";
    case "monitoring":
    case "operator":
      return peer.kind;
    case "addresses":
      return peer.name;
  }
}
