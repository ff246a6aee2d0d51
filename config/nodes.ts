import type { Layers } from "./layers.ts";
import type { NodePool, Taint } from "./schema/nodes.ts";

/** A node pool with all its defaults. */
export interface NodePoolPlan {
  name: string;
  machine: string;
  min: number;
  max: number;
  spot: boolean;
  diskGiB: number;
  labels: Record<string, string>;
  taints: Taint[];
}

/** A pool grows to this many times its fewest machines, unless it says how far. */
const GROWTH = 3;

/** @param defaultMachine the cloud's name of a machine of 4 CPUs and 16 GiB */
export function resolveNodePools(
  layers: Layers,
  pools: Record<string, NodePool> = { general: {} },
  defaultMachine: string,
): NodePoolPlan[] {
  const resolved = Object.entries(pools).map(([name, pool]): NodePoolPlan => {
    const min = pool.min ?? (layers.stack.profile === "dev" ? 2 : 3);
    const max = pool.max ?? Math.max(min, 1) * GROWTH;
    if (min > max) {
      layers.mistakes.push({
        path: `landfall:cluster.nodePools.${name}.min`,
        got: min,
        problem: "the fewest machines are more than the most",
        allowed: `0 to ${max} (nodePools.${name}.max)`,
        fix: "lower min or raise max",
      });
    }
    return {
      name,
      machine: pool.machine ?? defaultMachine,
      min,
      max,
      spot: pool.spot ?? false,
      diskGiB: pool.diskGiB ?? 50,
      labels: pool.labels ?? {},
      taints: pool.taints ?? [],
    };
  });
  if (!resolved.some(({ taints, min }) => taints.length === 0 && min > 0)) {
    layers.mistakes.push({
      path: "landfall:cluster.nodePools",
      problem: "no pool has a machine for the pods of the cluster itself, which tolerate no taint",
      fix: "give one pool min: 1 or more and no taints",
    });
  }
  return resolved;
}
