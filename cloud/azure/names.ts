import { createHash } from "node:crypto";
import type { NodePoolPlan } from "../../config/nodes.ts";

/** Names of services whose names all of Azure shares: the same for the same stack, and hardly anybody else's. */
export interface GlobalName {
  subscription: string;
  /** Name of the cluster. */
  name: string;
  /** What it is the name of. */
  of: string;
  longest: number;
}

const DIGITS = 6;

/** Longest name that a stack may give a node pool; AKS takes four characters more. */
export const LONGEST_POOL_NAME = 8;

/** Another one for other machines, so that those are there before the old ones go. */
export function poolName({ name, machine, diskGiB, diskType, spot }: NodePoolPlan, zones: readonly string[]): string {
  return (
    name +
    digest(machine, String(diskGiB), String(spot), ...zones, ...(diskType ? [diskType] : [])).slice(
      0,
      12 - LONGEST_POOL_NAME,
    )
  );
}

export function globalName({ subscription, name, of, longest }: GlobalName): string {
  const wanted = `${name}-${of}`;
  return `${wanted.slice(0, longest - DIGITS - 1).replace(/-+$/, "")}-${digest(subscription, wanted)}`;
}

/** For services that take letters and digits only. */
export function globalWord({ subscription, name, of, longest }: GlobalName): string {
  const wanted = `${name}-${of}`;
  return wanted.replaceAll("-", "").slice(0, longest - DIGITS) + digest(subscription, wanted);
}

function digest(...parts: string[]): string {
  return createHash("sha256").update(parts.join("/")).digest("hex").slice(0, DIGITS);
}
