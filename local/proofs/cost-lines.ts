/** What each part of a stack costs, line by line. */
import type { NodePoolPlan } from "../../config/nodes.ts";
import type { ManagedDatastore, Plan } from "../../config/plan.ts";
import { type Claim, poolsIn, wayOutOf } from "./cost-parts.ts";
import type { Prices } from "./prices.ts";

export const COMPONENTS = [
  "cluster",
  "machines",
  "network",
  "load balancer",
  "datastores",
  "objects",
  "volumes",
  "snapshots",
  "logs",
] as const;
export type Component = (typeof COMPONENTS)[number];

/** USD a month. */
export interface Range {
  least: number;
  typical: number;
  most: number;
}

export interface Line extends Range {
  component: Component;
  /** Such as `pool general: 3 to 12 m6i.xlarge`. */
  item: string;
  /** What the figures go by beside the list price. */
  note?: string;
}

/** Part of the day that pools are at their most machines in a typical month. */
const TIME_AT_MOST = 0.25;
/** Of the list price: a usual discount of the spot market is two thirds, and it moves. */
const SPOT = 1 / 3;
/** GB a month through the load balancer, out of the network, and into logs. */
export const TRAFFIC: Readonly<Record<"in" | "out" | "logs", Range>> = {
  in: { least: 0, typical: 100, most: 1000 },
  out: { least: 0, typical: 50, most: 500 },
  logs: { least: 5, typical: 20, most: 100 },
};
/** Part of the declared size that objects fill. */
const FILLED: Range = { least: 0, typical: 0.5, most: 1 };
/** Parts of a volume that its snapshots add up to: what changed between them. */
const CHANGED: Range = { least: 0, typical: 0.5, most: 1 };
/** Of an interface endpoint in a zone: https://aws.amazon.com/privatelink/pricing/ */
const ENDPOINT = 7.3;
/** https://azure.microsoft.com/pricing/details/application-gateway/ */
const APPLICATION_GATEWAY = 262.8;

/** A line, or the name of something that has no price here. */
export type Offer = Line | { item: string };

export function ofCluster(plan: Plan, prices: Prices): Offer[] {
  const { gateways, addresses, endpoints } = wayOutOf(plan.cluster);
  const pools = poolsIn(plan.cluster);
  const machines = add(pools.map(({ min, max }) => countOf(min, max)));
  const perMachine = gateways === 0 && addresses > 0 ? prices.nat.machine : 0;
  return [
    always("cluster", "control plane", prices.cluster),
    ...(prices.key > 0 ? [always("cluster", "key of the cluster's secrets", prices.key)] : []),
    ...pools.flatMap((pool) => ofPool(pool, plan, prices)),
    ...(gateways > 0 ? [always("network", `${gateways} NAT gateways`, gateways * prices.nat.each)] : []),
    ...(perMachine > 0 ? [line("network", "NAT, by machines that use it", times(machines, perMachine))] : []),
    ...(addresses > 0 ? [always("network", `${addresses} public addresses`, addresses * prices.address)] : []),
    ...(gateways > 0 || perMachine > 0 ? [line("network", "NAT, by GB", times(TRAFFIC.out, prices.nat.gb))] : []),
    ...(endpoints > 0 ? [always("network", `${endpoints} interface endpoints`, endpoints * ENDPOINT)] : []),
    ...ofLoadBalancer(plan, prices),
  ];
}

function ofLoadBalancer({ edge }: Plan, { loadBalancer }: Prices): Offer[] {
  if (edge.kind === "ingress" && edge.ingress.controller === "azure") {
    return [always("load balancer", "Application Gateway with WAF", APPLICATION_GATEWAY, "without capacity units")];
  }
  return [
    always("load balancer", "load balancer", loadBalancer.each),
    line("load balancer", "load balancer, by GB", times(TRAFFIC.in, loadBalancer.gb)),
  ];
}

function ofPool(
  { name, machine, min, max, spot, diskGiB, diskType }: NodePoolPlan,
  plan: Plan,
  prices: Prices,
): Offer[] {
  const count = countOf(min, max);
  const price = prices.machine(machine);
  const disk = prices.systemDisk(diskGiB, diskType);
  const many = min === max ? String(min) : `${min} to ${max}`;
  const note = [
    ...(spot ? ["spot: a third of the list price"] : []),
    ...(machinesBeside(plan, name).length > 0 ? ["all of them of the first kind"] : []),
  ].join(", ");
  return [
    price === undefined
      ? { item: `machine ${machine}` }
      : line("machines", `pool ${name}: ${many} ${machine}`, times(count, spot ? price * SPOT : price), note),
    disk === undefined
      ? { item: `system disk ${diskType} of ${diskGiB} GiB` }
      : line("machines", `pool ${name}: system disks of ${diskGiB} GiB`, times(count, disk)),
  ];
}

/** Others that a pool may take in place of its first. */
function machinesBeside({ cluster }: Plan, name: string): string[] {
  if (cluster.provider !== "eks") return [];
  return cluster.nodePools.find((pool) => pool.name === name)?.machines.slice(1) ?? [];
}

function countOf(min: number, max: number): Range {
  return { least: min, typical: min + (max - min) * TIME_AT_MOST, most: max };
}

export function ofStore(store: ManagedDatastore, prices: Prices): Offer[] {
  const { name, engine, machine = "", highAvailability, storageGiB } = store;
  const price = prices.store(store);
  if (!price) return [{ item: `${name}: managed ${engine} ${machine}`.trim() }];
  const endpoint = price.endpoint === undefined ? [] : [always("network", `${name}: private endpoint`, price.endpoint)];
  if (engine === "objectstore") {
    return [line("objects", `${name}: ${storageGiB} GiB at most`, times(FILLED, price.gib * storageGiB)), ...endpoint];
  }
  const servers = highAvailability ? `2 ${machine} in two zones` : machine;
  const note = price.approximate ? "second-hand figure" : undefined;
  return [
    always("datastores", `${name}: ${servers}`, price.servers, note),
    ...(price.gib > 0 ? [always("datastores", `${name}: ${storageGiB} GiB`, price.gib * storageGiB)] : []),
    ...endpoint,
  ];
}

export function ofVolumes(claims: readonly Claim[], prices: Prices): Offer[] {
  const byClass = Map.groupBy(claims, ({ storageClass }) => storageClass);
  return [...byClass].flatMap(([storageClass, all]): Offer[] => {
    const each = all.map(({ gib }) => prices.volume(storageClass, gib));
    if (each.some((price) => price === undefined)) return [{ item: `volumes of class ${storageClass}` }];
    const gib = Math.round(all.reduce((total, claim) => total + claim.gib, 0));
    const usd = each.reduce<number>((total, price) => total + (price as number), 0);
    return [always("volumes", `${all.length} volumes of class ${storageClass}, ${gib} GiB`, usd)];
  });
}

export function ofSnapshots({ snapshots }: Plan, claims: readonly Claim[], prices: Prices): Offer[] {
  if (!snapshots) return [];
  const gib = claims
    .filter(({ name }) => snapshots.datastores.some((store) => name.includes(`-${store}-`)))
    .reduce((total, claim) => total + claim.gib, 0);
  const item = `snapshots of ${Math.round(gib)} GiB, ${snapshots.keep} of each volume`;
  return [line("snapshots", item, times(CHANGED, gib * prices.snapshot))];
}

export function ofLogs({ cluster }: Plan, { logs }: Prices): Offer[] {
  const gb = (amount: number) => Math.max(amount - logs.freeGb, 0) * logs.gb;
  const { least, typical, most } = TRAFFIC.logs;
  const item = cluster.provider === "eks" ? "control plane and network" : "control plane and pods";
  return [line("logs", item, { least: gb(least), typical: gb(typical), most: gb(most) })];
}

function line(component: Component, item: string, range: Range, note?: string): Line {
  return { component, item, ...range, ...(note ? { note } : {}) };
}

function always(component: Component, item: string, usd: number, note?: string): Line {
  return line(component, item, { least: usd, typical: usd, most: usd }, note);
}

function times({ least, typical, most }: Range, factor: number): Range {
  return { least: least * factor, typical: typical * factor, most: most * factor };
}

export function add(ranges: readonly Range[]): Range {
  const of = (kind: keyof Range) => ranges.reduce((total, range) => total + range[kind], 0);
  return { least: of("least"), typical: of("typical"), most: of("most") };
}

/** To the cent. */
export function rounded<Given extends Range>(range: Given): Given {
  const cents = (usd: number) => Math.round(usd * 100) / 100;
  return { ...range, least: cents(range.least), typical: cents(range.typical), most: cents(range.most) };
}
