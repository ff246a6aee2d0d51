/** Pods asked to leave a machine, as `kubectl drain` asks them. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Api, ApiError } from "../cluster/api.ts";
import type { ClusterObject } from "../proofs/snapshot.ts";

const POLL_MILLISECONDS = 250;
const REFUSED = 429;
/** A budget that has let nothing go for so long while all its pods are ready never will. */
const PATIENCE_MILLISECONDS = 15_000;
/**
 * A StatefulSet's new pod has the name of the one that was evicted. Where it is there before the controller of budgets
 * has looked, that takes it for the old one, and waits two minutes for it to go (DeletionTimeout in
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/disruption/disruption.go).
 */
const PATIENCE_WITH_NAMESAKES_MILLISECONDS = 150_000;

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
  const started = Date.now();
  for (;;) {
    try {
      await api.request("POST", path, body, "application/json");
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      if (!(error instanceof ApiError) || error.status !== REFUSED) throw error;
      const waited = Date.now() - started;
      const isOver = waited > PATIENCE_MILLISECONDS && !(await waitsForNamesake(api, namespace as string));
      if (isOver || waited > PATIENCE_WITH_NAMESAKES_MILLISECONDS) {
        return { pod: name, because: error.message.replace(/^\S+ \S+ \d+ /, "") };
      }
    }
    await sleep(POLL_MILLISECONDS);
  }
}

/** Whether a budget of the namespace counts pods that were evicted as not gone yet. */
async function waitsForNamesake(api: Api, namespace: string): Promise<boolean> {
  const budgets = await api.list<ClusterObject>(`/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`);
  return budgets.some(({ status }) => Object.keys(status?.disruptedPods ?? {}).length > 0);
}
