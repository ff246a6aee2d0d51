/** What a stack costs a month: at its fewest machines and without traffic, typically, and with all pools at their most. */
import type { Plan } from "../../config/plan.ts";
import {
  add,
  type Line,
  ofCluster,
  ofLogs,
  ofSnapshots,
  ofStore,
  ofVolumes,
  type Range,
  rounded,
  TRAFFIC,
} from "./cost-lines.ts";
import { type Claim, claimsOf, managedIn, pricesFor } from "./cost-parts.ts";
import { PRICES_AS_OF } from "./prices.ts";
import { type Finding, type Proof, proved } from "./proof.ts";
import type { Snapshot } from "./snapshot.ts";

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
  const { total } = detail;
  const title = `What it costs a month, by list prices of ${PRICES_AS_OF}`;
  const [least, typical, most] = [total.least, total.typical, total.most].map((usd) => Math.round(usd));
  const isBilled = detail.lines.length > 0;
  const summary = isBilled ? `${typical} USD a month typically, ${least} to ${most}` : "nothing that a cloud bills";
  return proved({ name: "cost", title, summary }, detail.unknown.map(unpriced), detail);
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
