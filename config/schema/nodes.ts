/** Machines of a cluster, by pools. */
import { z } from "zod";
import { name, objectLabel, objectLabels } from "./primitives.ts";

const taint = z.strictObject({
  key: objectLabel.key,
  value: objectLabel.value.optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

/** Machines of one kind, which the cluster adds and removes as pods need them. */
export const nodePool = z.strictObject({
  /** The cloud's own name of the machine. @default one of 4 CPUs and 16 GiB */
  machine: z.string().optional(),
  /** Several in its place (EKS): the spot market has one when it has not the other. Of one architecture. */
  machines: z.array(z.string()).min(1).max(20).optional(),
  /** Fewest machines. @default 3, one a zone; in dev 2 */
  min: z.int().min(0).max(1000).optional(),
  /** Most machines. @default four times the fewest */
  max: z.int().min(1).max(1000).optional(),
  /** Machines at a fraction of the price that the cloud may take back within minutes; only who asks runs on them. @default false */
  spot: z.boolean().optional(),
  /** Size of the system disk in GiB. @default 50 */
  diskGiB: z.int().min(20).max(16_384).optional(),
  /** The cloud's own name of the system disk's kind. @default gp3; pd-balanced or hyperdisk-balanced; Managed */
  diskType: z.string().optional(),
  /** Labels of its machines. */
  labels: objectLabels.optional(),
  /** Taints of its machines, which only pods that name the pool tolerate. @default none */
  taints: z.array(taint).optional(),
});

/** By name. @default one pool, "general" */
export const nodePools = z.record(name, nodePool);

/** Machines of a cluster that is there already, by name. */
export const existingNodePools = z.record(
  name,
  z.strictObject({
    /** Labels that its machines have, and no others. */
    labels: objectLabels.refine((labels) => Object.keys(labels).length > 0, "labels that the pool's machines have"),
    /** Taints that they have. @default none */
    taints: z.array(taint).optional(),
    /** Whether somebody may take them back within minutes. @default false */
    spot: z.boolean().optional(),
  }),
);

export type NodePool = z.output<typeof nodePool>;
export type ExistingNodePool = z.output<typeof existingNodePools>[string];
export type Taint = z.output<typeof taint>;
