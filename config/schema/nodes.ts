/** Machines of a cluster that a cloud runs. */
import { z } from "zod";
import { name } from "./primitives.ts";

const taint = z.strictObject({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

/** Machines of one kind, which the cluster adds and removes as pods need them. */
export const nodePool = z.strictObject({
  /** The cloud's own name of the machine. @default one of 4 CPUs and 16 GiB */
  machine: z.string().optional(),
  /** Fewest machines. @default 3, one a zone; in dev 2 */
  min: z.int().min(0).max(1000).optional(),
  /** Most machines. @default thrice the fewest */
  max: z.int().min(1).max(1000).optional(),
  /** Machines at a fraction of the price that the cloud may take back within minutes. @default false */
  spot: z.boolean().optional(),
  /** Size of the system disk in GiB. @default 50 */
  diskGiB: z.int().min(20).max(16_384).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  taints: z.array(taint).optional(),
});

/** By name. @default one pool, "general" */
export const nodePools = z.record(name, nodePool);

export type NodePool = z.output<typeof nodePool>;
export type Taint = z.output<typeof taint>;
