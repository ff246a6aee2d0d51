import type { Layers } from "../../config/layers.ts";
import type { NodePoolPlan } from "../../config/nodes.ts";

/** Machines that take hyperdisks only: https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support */
const HYPERDISKS_ONLY = /^(n4|n4d|c4|c4a|c4d)-/;
const HYPERDISK = "hyperdisk-balanced";
/** Kinds of system disks. */
export const DISK_TYPES = ["pd-balanced", "pd-ssd", "pd-standard", HYPERDISK];

/** A family and a kind: https://cloud.google.com/compute/docs/machine-resource */
const MACHINE = /^[a-z]\d[a-z]?-[a-z]+[a-z0-9-]*$/;

/** GPUs of machines that come with them: https://cloud.google.com/compute/docs/accelerator-optimized-machines */
const L4 = "nvidia-l4";
const A100 = "nvidia-tesla-a100";
const ACCELERATORS: Readonly<Record<string, { type: string; count: number }>> = {
  "g2-standard-4": { type: L4, count: 1 },
  "g2-standard-8": { type: L4, count: 1 },
  "g2-standard-12": { type: L4, count: 1 },
  "g2-standard-16": { type: L4, count: 1 },
  "g2-standard-32": { type: L4, count: 1 },
  "g2-standard-24": { type: L4, count: 2 },
  "g2-standard-48": { type: L4, count: 4 },
  "g2-standard-96": { type: L4, count: 8 },
  "a2-highgpu-1g": { type: A100, count: 1 },
  "a2-highgpu-2g": { type: A100, count: 2 },
  "a2-highgpu-4g": { type: A100, count: 4 },
  "a2-highgpu-8g": { type: A100, count: 8 },
};

/** Undefined where it has none. */
export function acceleratorOf(machine: string): { type: string; count: number } | undefined {
  return ACCELERATORS[machine];
}

export function checkMachines({ mistakes }: Layers, pools: readonly NodePoolPlan[]): void {
  for (const pool of pools) checkDisk(mistakes, pool);
  for (const { name, machine } of pools.filter(({ machine }) => !MACHINE.test(machine))) {
    mistakes.push({
      path: `landfall:cluster.nodePools.${name}.machine`,
      got: machine,
      problem: "is no machine type of Compute Engine",
      allowed: "names such as e2-standard-4 or n4-highmem-8",
      fix: "use Compute Engine's own name of a machine",
    });
  }
}

function checkDisk(mistakes: Layers["mistakes"], { name, machine, diskType }: NodePoolPlan): void {
  const only = HYPERDISKS_ONLY.test(machine);
  if (diskType === undefined || only === (diskType === HYPERDISK)) return;
  mistakes.push({
    path: `landfall:cluster.nodePools.${name}.diskType`,
    got: diskType,
    problem: `${machine} starts from no such disk`,
    allowed: only ? HYPERDISK : "pd-balanced, pd-ssd, pd-standard",
    fix: "use one of these, or remove it",
  });
}

/** Of volumes, and of the system where the pool says nothing. */
function usualDiskOf({ machine }: NodePoolPlan): "pd-balanced" | typeof HYPERDISK {
  return HYPERDISKS_ONLY.test(machine) ? HYPERDISK : "pd-balanced";
}

export function bootDiskOf(pool: NodePoolPlan): string {
  return pool.diskType ?? usualDiskOf(pool);
}

/**
 * The disks that all machines take that volumes may come to.
 *
 * @param named pools that datastores are put on; others without taints are anybody's
 */
export function diskTypeOf(
  { mistakes, pools: facts }: Layers,
  pools: readonly NodePoolPlan[],
  named: readonly string[],
): "pd-balanced" | "hyperdisk-balanced" {
  const open = pools.filter(({ name }) => facts[name]?.taints.length === 0 || named.includes(name));
  const [first = "pd-balanced", ...others] = [...new Set(open.map(usualDiskOf))];
  if (others.length > 0) {
    mistakes.push({
      path: "landfall:cluster.nodePools",
      got: open.map(({ machine }) => machine),
      problem: "machines of one pool take hyperdisks only and those of another none, so that no volume fits both",
      allowed: "machines of the families n4 and c4 in all pools without taints or with datastores, or in none",
      fix: "change a pool's machine, or give a pool that has no datastore a taint",
    });
  }
  return first;
}
