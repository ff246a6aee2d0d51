/** What the plan has to know of the places to land, without their SDKs. */
import type { Layers } from "../config/layers.ts";
import type { ClusterSettings, KubeconfigCluster } from "../config/schema/cluster.ts";
import type { StorageClass } from "../config/schema/storage.ts";
import { type EksPlan, eksManager, eksStorage, resolveEks } from "./aws/plan.ts";
import { type GkePlan, gkeManager, gkeStorage, resolveGke } from "./gcp/plan.ts";
import type { Manager } from "./managed.ts";

export type ClusterPlan = KubeconfigCluster | EksPlan | GkePlan;

export interface StorageClasses {
  /** Class of whoever names none; left out for the cluster's default. */
  storageClass?: string;
  /** By the names that applications use: one that is there, or one to make. */
  storageClasses: Readonly<Record<string, string | StorageClass>>;
}

/** The cluster as it will be. */
export function resolveCluster(layers: Layers): ClusterPlan {
  const { cluster } = layers.stack;
  switch (cluster.provider) {
    case "kubeconfig":
      return cluster;
    case "eks":
      return resolveEks(layers, cluster);
    case "gke":
      return resolveGke(layers, cluster);
  }
}

export function storageOf(cluster: ClusterSettings): StorageClasses {
  switch (cluster.provider) {
    case "kubeconfig":
      return { storageClass: cluster.storageClass, storageClasses: cluster.storageClasses ?? {} };
    case "eks":
      return eksStorage(cluster);
    case "gke":
      return gkeStorage(cluster);
  }
}

/** Who runs managed datastores; undefined where nobody does. */
export function managerOf(cluster: ClusterSettings): Manager | undefined {
  switch (cluster.provider) {
    case "kubeconfig":
      return undefined;
    case "eks":
      return eksManager(cluster);
    case "gke":
      return gkeManager(cluster);
  }
}
