import type { Layers } from "../../config/layers.ts";
import type { NodePoolPlan } from "../../config/nodes.ts";

/** Machines that take hyperdisks only: https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support */
const HYPERDISKS_ONLY = /^(n4|n4d|c4|c4a|c4d)-/;

/** A family and a kind: https://cloud.google.com/compute/docs/machine-resource */
const MACHINE = /^[a-z]\d[a-z]?-[a-z]+[a-z0-9-]*$/;

export function checkMachines({ mistakes }: Layers, pools: readonly NodePoolPlan[]): void {
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

export function bootDiskOf({ machine }: NodePoolPlan): "pd-balanced" | "hyperdisk-balanced" {
  return HYPERDISKS_ONLY.test(machine) ? "hyperdisk-balanced" : "pd-balanced";
}

/** The disks that all machines without taints take, for a pod may come to stand on any of these. */
export function diskTypeOf({ mistakes }: Layers, pools: readonly NodePoolPlan[]): "pd-balanced" | "hyperdisk-balanced" {
  const open = pools.filter(({ taints }) => taints.length === 0);
  const [first = "pd-balanced", ...others] = [...new Set(open.map(bootDiskOf))];
  if (others.length > 0) {
    mistakes.push({
      path: "landfall:cluster.nodePools",
      got: open.map(({ machine }) => machine),
      problem: "machines of one pool take hyperdisks only and those of another none, so that no volume fits both",
      allowed: "machines of the families n4 and c4 in all pools without taints, or in none",
      fix: "change a pool's machine, or give the pool a taint",
    });
  }
  return first;
}
