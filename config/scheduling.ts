/** Which machines pods run on. */
import { type Layers, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import type { PoolFacts } from "./nodes.ts";
import type { Taint } from "./schema/nodes.ts";
import type { Tier } from "./schema/tier.ts";

export interface SchedulingPlan {
  /** Labels of the one pool that there is to be. */
  nodeSelector?: Readonly<Record<string, string>>;
  tolerations: Toleration[];
  /** How much the pods want machines of the spot market, and the labels of each pool of these. */
  spot?: { rule: "preferred" | "required"; pools: Readonly<Record<string, string>>[] };
  /** Whether machines may be taken back while the pods run. */
  interruptible: boolean;
}

export interface Toleration {
  key: string;
  operator: "Equal" | "Exists";
  value?: string;
  effect: Taint["effect"];
}

/** Undefined where pods run on any machine without taints. */
export function schedulingOfTier(layers: Layers, name: string, tier: Tier): SchedulingPlan | undefined {
  const { stack, forProfile } = layers;
  const wanted = stack.tiers?.[name]?.pool ?? forProfile.tiers?.[name]?.pool;
  const pool = wanted === undefined ? undefined : poolOf(layers, ["tiers", name, "pool"], wanted);
  if (tier.kind === "singleton") checkSingleton(layers, name, tier, pool);
  if (pool && tier.kind !== "singleton") checkAgreement(layers, name, tier, pool);
  if (pool) return onPool(pool);
  return tier.spot === "preferred" || tier.spot === "required" ? onSpot(layers, name, tier.spot) : undefined;
}

export function schedulingOfDatastore(
  layers: Layers,
  name: string,
  wanted: string | undefined,
): SchedulingPlan | undefined {
  if (wanted === undefined) return undefined;
  const path = ["datastores", name, "pool"];
  const pool = poolOf(layers, path, wanted);
  if (pool?.spot) {
    layers.mistakes.push({
      path: placeOf(layers, ...path),
      got: wanted,
      problem: "its machines may be taken back within minutes, and the server of the data with them",
      allowed: steadyPools(layers),
      fix: "use one of these",
    });
  }
  return pool && onPool(pool);
}

function poolOf(layers: Layers, path: readonly string[], wanted: string): PoolFacts | undefined {
  const pool = layers.pools[wanted];
  if (pool) return pool;
  const mistake = unknownName(placeOf(layers, ...path), wanted, Object.keys(layers.pools), "node pool");
  const isUndescribed = Object.keys(layers.pools).length === 0;
  layers.mistakes.push(
    isUndescribed ? { ...mistake, fix: `describe it in landfall:cluster.nodePools.${wanted}, or remove it` } : mistake,
  );
  return undefined;
}

/** Its one pod is not there while another machine is looked for. */
function checkSingleton(layers: Layers, name: string, { spot }: Tier, pool: PoolFacts | undefined): void {
  const asks = spot === "preferred" || spot === "required";
  if (!asks && !pool?.spot) return;
  layers.mistakes.push({
    path: placeOf(layers, "tiers", name, asks ? "spot" : "pool"),
    problem: `"${name}" is a singleton: nothing runs in its place when its machine is taken back`,
    allowed: asks ? "never" : steadyPools(layers),
    fix: asks ? "remove it" : "use one of these",
  });
}

function checkAgreement(layers: Layers, name: string, { spot }: Tier, pool: PoolFacts): void {
  if (spot === undefined || spot === "preferred" || pool.spot === (spot === "required")) return;
  layers.mistakes.push({
    path: placeOf(layers, "tiers", name, "spot"),
    got: spot,
    problem: pool.spot ? "its pool is of the spot market" : "its pool is not of the spot market",
    fix: "remove one of spot and pool",
  });
}

function steadyPools({ pools }: Layers): string {
  const steady = Object.keys(pools).filter((name) => !pools[name]?.spot);
  return steady.join(", ") || "nothing";
}

function onPool({ labels, taints, spot }: PoolFacts): SchedulingPlan {
  return { nodeSelector: labels, tolerations: tolerationsOf(taints), interruptible: spot };
}

function onSpot(layers: Layers, name: string, rule: "preferred" | "required"): SchedulingPlan | undefined {
  const pools = Object.values(layers.pools).filter(({ spot }) => spot);
  if (pools.length > 0) {
    const taints = pools.flatMap(({ taints }) => taints);
    return {
      tolerations: tolerationsOf(taints),
      spot: { rule, pools: pools.map(({ labels }) => labels) },
      interruptible: true,
    };
  }
  if (rule === "required") {
    layers.mistakes.push({
      path: placeOf(layers, "tiers", name, "spot"),
      got: rule,
      problem: "no pool of the cluster is of the spot market",
      allowed: "preferred, never",
      fix: "set spot: true of a pool in landfall:cluster.nodePools, or use preferred",
    });
  }
  return undefined;
}

function tolerationsOf(taints: readonly Taint[]): Toleration[] {
  const tolerations = taints.map(
    ({ key, value, effect }): Toleration =>
      value ? { key, operator: "Equal", value, effect } : { key, operator: "Exists", effect },
  );
  return [...new Map(tolerations.map((toleration) => [JSON.stringify(toleration), toleration])).values()];
}
