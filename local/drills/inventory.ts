/** What stands in a namespace, to be held against what stood there before. */
import { MADE_ANEW } from "../../components/naming.ts";
import type { Api } from "../cluster/api.ts";
import { type ClusterObject, readSnapshot } from "../proofs/snapshot.ts";

/** Made by controllers as they go, not by the program. */
const PASSING = new Set(["Pod", "PodMetrics", "ReplicaSet", "Endpoints", "EndpointSlice", "ControllerRevision", "Job"]);
/** What holds data, which must be the very same object. */
const DURABLE = new Set(["StatefulSet", "PersistentVolumeClaim", "Namespace"]);

/** By kind and name. */
export type Inventory = ReadonlyMap<string, readonly ClusterObject[]>;

export async function takeInventory(api: Api, namespace: string): Promise<Inventory> {
  const snapshot = await readSnapshot((path) => api.get(path));
  const objects = snapshot.kinds
    .filter((kind) => !PASSING.has(kind))
    .flatMap((kind) => snapshot.of(kind, kind === "Namespace" ? undefined : namespace))
    .filter(({ kind, metadata }) => kind !== "Namespace" || metadata.name === namespace)
    // Those of a scheduled job, and the cluster's own certificate authority.
    .filter(({ metadata }) => metadata.ownerReferences === undefined && metadata.name !== "kube-root-ca.crt");
  return Map.groupBy(
    objects,
    ({ kind, metadata }) => `${kind}/${MADE_ANEW.some((it) => it === kind) ? plain(metadata.name) : metadata.name}`,
  );
}

/** Without what Pulumi completes it with. */
function plain(name: string): string {
  return name.replace(/-[0-9a-f]{7,8}$/, "");
}

/** What is lost, doubled, new, or holds data and was made anew. */
export function lostOrDoubled(before: Inventory, after: Inventory): string[] {
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort();
  return keys.flatMap((key) => {
    const [was, is] = [before.get(key) ?? [], after.get(key) ?? []];
    if (is.length < was.length) return [`${key} is lost.`];
    if (is.length > was.length) return [`${key} is there ${is.length} times.`];
    const isOther = DURABLE.has(key.split("/")[0] as string) && was[0]?.metadata.uid !== is[0]?.metadata.uid;
    return isOther ? [`${key} was made anew.`] : [];
  });
}

/** What is there still, and says something else than before. */
export function changed(before: Inventory, after: Inventory): string[] {
  return [...before].flatMap(([key, objects]) => {
    const now = after.get(key) ?? [];
    if (now.length < objects.length) return [];
    const isSame = JSON.stringify(objects.map(stated)) === JSON.stringify(now.map(stated));
    return isSame ? [] : [key];
  });
}

/** What was asked for. How many replicas there are is its autoscaler's; the API server gives a Service its address. */
function stated({ metadata: { labels = {} }, status: _, spec = {}, ...rest }: ClusterObject): object {
  const { replicas: __, clusterIP, clusterIPs: ___, ...asked } = spec;
  return { ...rest, labels, spec: { ...asked, isHeadless: clusterIP === "None" } };
}
