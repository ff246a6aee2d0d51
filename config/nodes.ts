import type { Layers } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import type { ExistingNodePool, NodePool, Taint } from "./schema/nodes.ts";

/** A node pool with all its defaults. */
export interface NodePoolPlan {
  name: string;
  machine: string;
  min: number;
  max: number;
  spot: boolean;
  diskGiB: number;
  /** @default the cloud's usual one */
  diskType?: string;
  labels: Record<string, string>;
  taints: Taint[];
}

/** What tells pods from which pool a machine is. */
export interface PoolFacts {
  /** Labels that its machines have, and no others. */
  labels: Readonly<Record<string, string>>;
  /** Taints that they have. */
  taints: readonly Taint[];
  spot: boolean;
}

/** Of every machine of a pool that is made here; clouds' own labels complete the pool's name. */
export const POOL_LABEL = "landfall.dev/pool";
/** Keeps off machines of the spot market whatever does not ask for them, as AKS does by itself. */
export const SPOT_TAINT: Taint = { key: "landfall.dev/spot", value: "true", effect: "NoSchedule" };

/** A pool grows to this many times its fewest machines, unless it says how far: MLCF wants ten, one for each Qdrant. */
const GROWTH = 4;
const DEFAULT_POOLS: Readonly<Record<string, NodePool>> = { general: {} };

/** What a cloud has for a pool. */
interface Offered {
  /** Its name of a machine of 4 CPUs and 16 GiB. */
  machine: string;
  /** Kinds of system disks. */
  diskTypes: readonly string[];
  /** Taint that machines of the spot market are given here; left out where the cloud gives them its own. */
  spotTaint?: Taint;
}

export function resolveNodePools(
  layers: Layers,
  pools: Readonly<Record<string, NodePool>> = DEFAULT_POOLS,
  offered: Offered,
): NodePoolPlan[] {
  const resolved = Object.entries(pools).map(([name, pool]): NodePoolPlan => {
    const path = `landfall:cluster.nodePools.${name}`;
    const min = pool.min ?? (layers.stack.profile === "dev" ? 2 : 3);
    const max = pool.max ?? Math.max(min, 1) * GROWTH;
    if (min > max) {
      layers.mistakes.push({
        path: `${path}.min`,
        got: min,
        problem: "the fewest machines are more than the most",
        allowed: `0 to ${max} (nodePools.${name}.max)`,
        fix: "lower min or raise max",
      });
    }
    if (pool.diskType !== undefined && !offered.diskTypes.includes(pool.diskType)) {
      layers.mistakes.push(unknownName(`${path}.diskType`, pool.diskType, offered.diskTypes, "kind of system disk"));
    }
    const spot = pool.spot ?? false;
    return {
      name,
      machine: pool.machine ?? pool.machines?.[0] ?? offered.machine,
      min,
      max,
      spot,
      diskGiB: pool.diskGiB ?? 50,
      diskType: pool.diskType,
      labels: { ...pool.labels, [POOL_LABEL]: name },
      taints: [...(pool.taints ?? []), ...(spot && offered.spotTaint ? [offered.spotTaint] : [])],
    };
  });
  if (!resolved.some(({ taints, spot, min }) => taints.length === 0 && !spot && min > 0)) {
    layers.mistakes.push({
      path: "landfall:cluster.nodePools",
      problem: "no pool has a machine for pods that tolerate no taint, as those of the cluster itself",
      fix: "give one pool min: 1 or more, no taints and no spot",
    });
  }
  return resolved;
}

/** Refuses several kinds of machines in a pool, where the cloud has one for each. */
export function checkOneMachine(layers: Layers, service: string, pools: Readonly<Record<string, NodePool>> = {}): void {
  for (const [name, { machines }] of Object.entries(pools)) {
    if (machines === undefined) continue;
    layers.mistakes.push({
      path: `landfall:cluster.nodePools.${name}.machines`,
      got: machines,
      problem: `all machines of a pool of ${service} are of one kind`,
      allowed: "machine: one name",
      fix: "make a pool of each kind; a tier with spot: preferred or required goes to all that are of the spot market",
    });
  }
}

/** Refuses machines of the spot market that every pod may come to run on. */
export function checkExistingPools(layers: Layers, pools: Readonly<Record<string, ExistingNodePool>> = {}): void {
  for (const [name, { spot, taints = [] }] of Object.entries(pools)) {
    if (!spot || taints.some(({ effect }) => effect !== "PreferNoSchedule")) continue;
    layers.mistakes.push({
      path: `landfall:cluster.nodePools.${name}.taints`,
      problem: "nothing keeps pods that want no spot machine off those of this pool",
      allowed: "a taint with the effect NoSchedule or NoExecute",
      fix: "taint its machines, and say here how",
    });
  }
}

/**
 * The pools as pods see them.
 *
 * @param given taints that the cloud, or the program, gives the machines beside those that the pool names
 */
export function factsOfPools(
  pools: Readonly<Record<string, NodePool>> = DEFAULT_POOLS,
  given: (pool: NodePool) => readonly Taint[],
): Record<string, PoolFacts> {
  return Object.fromEntries(
    Object.entries(pools).map(([name, pool]) => [
      name,
      { labels: { [POOL_LABEL]: name }, taints: [...(pool.taints ?? []), ...given(pool)], spot: pool.spot ?? false },
    ]),
  );
}
