/** Pods asked to leave a machine, as `kubectl drain` asks them. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Api, ApiError } from "../cluster/api.ts";
import type { ClusterObject } from "../proofs/snapshot.ts";

const POLL_MILLISECONDS = 250;
const REFUSED = 429;
/** A budget that has let nothing go for so long while all its pods are ready never will. */
const PATIENCE_MILLISECONDS = 15_000;

/** A pod that stays, and the budget that keeps it. */
export interface Kept {
  pod: string;
  /** In the API server's words. */
  because: string;
}

/** Evicts all pods of a machine but those of DaemonSets. @returns those that never go */
export async function evictAll(api: Api, node: string): Promise<Kept[]> {
  const items = await api.list<ClusterObject>(
    `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`,
  );
  const own = items.filter(({ metadata: { ownerReferences = [] }, status }) => {
    return !ownerReferences.some(({ kind }) => kind === "DaemonSet") && !["Succeeded", "Failed"].includes(status.phase);
  });
  const kept = await Promise.all(own.map((pod) => evict(api, pod)));
  return kept.filter((one) => one !== undefined);
}

async function evict(api: Api, { metadata: { name, namespace } }: ClusterObject): Promise<Kept | undefined> {
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  const body = JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } });
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      await api.request("POST", path, body, "application/json");
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      if (!(error instanceof ApiError) || error.status !== REFUSED) throw error;
      if (Date.now() > deadline) return { pod: name, because: error.message.replace(/^\S+ \S+ \d+ /, "") };
    }
    await sleep(POLL_MILLISECONDS);
  }
}
