/** What a stack costs a month: at its fewest machines and without traffic, typically, and with all pools at their most. */
import type { NodePoolPlan } from "../../config/nodes.ts";
import type { ManagedDatastore, Plan } from "../../config/plan.ts";
import { type Claim, claimsOf, managedIn, poolsIn, pricesFor, wayOutOf } from "./cost-parts.ts";
import { PRICES_AS_OF, type Prices } from "./prices.ts";
import { type Finding, type Proof, proved } from "./proof.ts";
import type { Snapshot } from "./snapshot.ts";

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
  /** Such as `pool general: 3 to 9 m6i.xlarge`. */
  item: string;
  /** What the figures go by beside the list price. */
  note?: string;
}

export interface CostDetail {
  currency: "USD";
  asOf: string;
  /** Whose prices they are; left out where nothing of it is anybody's list. */
  region?: string;
  sources: string[];
  lines: Line[];
  total: Range;
  /** What costs something that is in no table; the total is without it. */
  unknown: string[];
  /** What nobody bills by a list: the owner's own. */
  yours: string[];
  assumptions: string[];
}

/** Part of the day that pools are at their most machines in a typical month. */
const TIME_AT_MOST = 0.25;
/** Of the list price: a usual discount of the spot market is two thirds, and it moves. */
const SPOT = 1 / 3;
/** GB a month through the load balancer, out of the network, and into logs. */
const TRAFFIC: Readonly<Record<"in" | "out" | "logs", Range>> = {
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

const ASSUMPTIONS = [
  "List prices on demand, without taxes, credits and commitments, of one region for all regions of a cloud.",
  `Typically, pools are at their most machines for a quarter of the time, and at their fewest for the rest.`,
  `${TRAFFIC.in.typical} GB a month come through the load balancer (at most ${TRAFFIC.in.most}), ${TRAFFIC.out.typical} GB go out of the network (${TRAFFIC.out.most}), ${TRAFFIC.logs.typical} GB are logs (${TRAFFIC.logs.most}, at least ${TRAFFIC.logs.least}). No other traffic is counted.`,
  "Machines of the spot market cost a third of the list price; that market moves.",
  "Stores of objects are half as full as they are declared, at most full. Volumes cost what is claimed.",
  "Snapshots of volumes keep half of a volume, at most all of it; backups of managed datastores stay within what is free.",
];

export function proveCost(plan: Plan, snapshot: Snapshot): Proof<CostDetail> {
  const detail = costOf(plan, snapshot);
  const title = `What it costs a month, by list prices of ${PRICES_AS_OF}`;
  return proved({ name: "cost", title }, detail.unknown.map(unpriced), detail);
}

function unpriced(item: string): Finding {
  return {
    severity: "warning",
    subject: item,
    sentence: "Its price is in no table here, and the total is without it.",
    fix: "look it up in the cloud's own price list, or add it to local/proofs/prices-<cloud>.ts with its source",
  };
}

/** @param snapshot of the cluster, for the volumes that are claimed. @default those that the plan has */
export function costOf(plan: Plan, snapshot?: Snapshot): CostDetail {
  const { cluster, stores } = pricesFor(plan.cluster);
  const claims = claimsOf(plan, snapshot);
  const offers = [
    ...(cluster ? ofCluster(plan, cluster) : []),
    ...(stores ? managedIn(plan).flatMap((store) => ofStore(store, stores)) : []),
    ...(cluster
      ? [...ofVolumes(claims, cluster), ...ofSnapshots(plan, claims, cluster), ...ofLogs(plan, cluster)]
      : []),
  ];
  const lines = offers.filter((line) => "least" in line).map(rounded);
  const unknown = offers.filter((line) => !("least" in line)).map(({ item }) => item);
  return {
    currency: "USD",
    asOf: PRICES_AS_OF,
    region: (cluster ?? stores)?.region,
    sources: [...((cluster ?? stores)?.sources ?? [])],
    lines,
    total: rounded(add(lines)),
    unknown: [...new Set(unknown)],
    yours: cluster ? [] : ownOf(plan, claims),
    assumptions: [...ASSUMPTIONS],
  };
}

/** A line, or the name of something that has no price here. */
type Offer = Line | { item: string };

function ofCluster(plan: Plan, prices: Prices): Offer[] {
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

function ofStore(store: ManagedDatastore, prices: Prices): Offer[] {
  const { name, engine, machine = "", highAvailability, storageGiB } = store;
  const price = prices.store(store);
  if (!price) return [{ item: `${name}: managed ${engine} ${machine}`.trim() }];
  const endpoint = price.endpoint === undefined ? [] : [always("network", `${name}: private endpoint`, price.endpoint)];
  if (engine === "objectstore") {
    return [line("objects", `${name}: ${storageGiB} GiB at most`, times(FILLED, price.gib * storageGiB)), ...endpoint];
  }
  const servers = highAvailability ? `2 ${machine} in two zones` : machine;
  const note = price.approximate ? "round figure" : undefined;
  return [
    always("datastores", `${name}: ${servers}`, price.servers, note),
    ...(price.gib > 0 ? [always("datastores", `${name}: ${storageGiB} GiB`, price.gib * storageGiB)] : []),
    ...endpoint,
  ];
}

function ofVolumes(claims: readonly Claim[], prices: Prices): Offer[] {
  const byClass = Map.groupBy(claims, ({ storageClass }) => storageClass);
  return [...byClass].flatMap(([storageClass, all]): Offer[] => {
    const each = all.map(({ gib }) => prices.volume(storageClass, gib));
    if (each.some((price) => price === undefined)) return [{ item: `volumes of class ${storageClass}` }];
    const gib = Math.round(all.reduce((total, claim) => total + claim.gib, 0));
    const usd = each.reduce<number>((total, price) => total + (price as number), 0);
    return [always("volumes", `${all.length} volumes of class ${storageClass}, ${gib} GiB`, usd)];
  });
}

function ofSnapshots({ snapshots }: Plan, claims: readonly Claim[], prices: Prices): Offer[] {
  if (!snapshots) return [];
  const gib = claims
    .filter(({ name }) => snapshots.datastores.some((store) => name.includes(`-${store}-`)))
    .reduce((total, claim) => total + claim.gib, 0);
  const item = `snapshots of ${Math.round(gib)} GiB, ${snapshots.keep} of each volume`;
  return [line("snapshots", item, times(CHANGED, gib * prices.snapshot))];
}

function ofLogs({ cluster }: Plan, { logs }: Prices): Offer[] {
  const gb = (amount: number) => Math.max(amount - logs.freeGb, 0) * logs.gb;
  const { least, typical, most } = TRAFFIC.logs;
  const item = cluster.provider === "eks" ? "control plane and network" : "control plane and pods";
  return [line("logs", item, { least: gb(least), typical: gb(typical), most: gb(most) })];
}

/** What a cluster that was there has already been paid for with. */
function ownOf(plan: Plan, claims: readonly Claim[]): string[] {
  const gib = Math.round(claims.reduce((total, claim) => total + claim.gib, 0));
  const external = plan.datastores.filter(({ mode }) => mode === "external").map(({ name }) => name);
  return [
    "cluster, machines, network and load balancer",
    ...(claims.length > 0 ? [`${claims.length} volumes, ${gib} GiB`] : []),
    ...(external.length > 0 ? [`datastores that run elsewhere: ${external.join(", ")}`] : []),
  ];
}

export interface CostDifference {
  total: Range;
  /** Lines that are not the same, by what they are of; a side is left out where there is none. */
  changed: { component: Component; before?: Line; after?: Line }[];
}

/** What another configuration of a stack costs more, or less, a month. */
export function costDifference(before: Plan, after: Plan): CostDifference {
  const [old, wanted] = [costOf(before), costOf(after)];
  const same = (a: Line, b: Line) => a.item === b.item && a.most === b.most && a.least === b.least;
  const gone = old.lines.filter((one) => !wanted.lines.some((other) => same(one, other)));
  const come = wanted.lines.filter((one) => !old.lines.some((other) => same(one, other)));
  const subject = ({ component, item }: Line) => `${component} ${item.split(":")[0]}`;
  const keys = new Set([...gone, ...come].map(subject));
  const { least, typical, most } = old.total;
  return {
    total: rounded(add([wanted.total, { least: -least, typical: -typical, most: -most }])),
    changed: [...keys].map((key) => {
      const [of, to] = [gone, come].map((lines) => lines.filter((one) => subject(one) === key));
      const [first] = [...(to as Line[]), ...(of as Line[])] as [Line];
      return { component: first.component, before: merged(of as Line[]), after: merged(to as Line[]) };
    }),
  };
}

function merged(lines: readonly Line[]): Line | undefined {
  const [first] = lines;
  return first && { ...first, ...rounded(add(lines)), item: lines.map(({ item }) => item).join("; ") };
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

function add(ranges: readonly Range[]): Range {
  const of = (kind: keyof Range) => ranges.reduce((total, range) => total + range[kind], 0);
  return { least: of("least"), typical: of("typical"), most: of("most") };
}

/** To the cent. */
function rounded<Given extends Range>(range: Given): Given {
  const cents = (usd: number) => Math.round(usd * 100) / 100;
  return { ...range, least: cents(range.least), typical: cents(range.typical), most: cents(range.most) };
}
