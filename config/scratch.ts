/** What containers may write to their node's disk: logs, and scratch volumes. Unbounded, one pod fills it for all. */
import { compareQuantities } from "./quantity.ts";
import type { Resources } from "./schema/primitives.ts";

/** Twice what a kubelet keeps of a container's logs (containerLogMaxSize and containerLogMaxFiles: 5 times 10Mi). */
const REQUEST = "100Mi";
const LIMIT = "2Gi";
/** Stores index, and write copies, beside their data. Not by its size: a volume that grows restarts nothing. */
export const STORE_LIMIT = "10Gi";

/** The resources with bounds of ephemeral storage where they state none. @param most limit where none is stated */
export function withScratch({ requests, limits }: Resources, most = LIMIT): Resources {
  const { "ephemeral-storage": request } = requests;
  const limit = limits["ephemeral-storage"] ?? larger(most, request ?? REQUEST);
  return {
    requests: { ...requests, "ephemeral-storage": request ?? smaller(REQUEST, limit) },
    limits: { ...limits, "ephemeral-storage": limit },
  };
}

function larger(a: string, b: string): string {
  return compareQuantities(a, b) > 0 ? a : b;
}

function smaller(a: string, b: string): string {
  return compareQuantities(a, b) < 0 ? a : b;
}
