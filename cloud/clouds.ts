/** What the plan has to know of the places to land, without their SDKs. */
import { clusterName, type Layers } from "../config/layers.ts";
import { checkExistingPools, factsOfPools, type PoolFacts } from "../config/nodes.ts";
import type { DatastorePlan } from "../config/plan.ts";
import type { ClusterSettings, ExistingCluster, Site } from "../config/schema/cluster.ts";
import type { StorageClass } from "../config/schema/storage.ts";
import type { VolumePlan } from "../config/storage.ts";
import { ecrCaches } from "./aws/image-cache-plan.ts";
import { awsPlace } from "./aws/place.ts";
import { awsManager, type EksPlan, eksManager, eksRange, eksStorage, eksTaints, resolveEks } from "./aws/plan.ts";
import { acrCaches } from "./azure/image-cache-plan.ts";
import { azurePlace } from "./azure/place.ts";
import {
  type AksPlan,
  aksManager,
  aksRange,
  aksStorage,
  aksTaints,
  azureManager,
  checkAzureSite,
  resolveAks,
} from "./azure/plan.ts";
import { remoteRegistries } from "./gcp/image-cache-plan.ts";
import { gcpPlace } from "./gcp/place.ts";
import { type GkePlan, gcpManager, gkeManager, gkeStorage, gkeTaints, LOAD_BALANCERS, resolveGke } from "./gcp/plan.ts";
import type { CachedRegistry } from "./image-cache.ts";
import type { Manager } from "./managed.ts";
import type { CloudPlace } from "./place.ts";

export type ClusterPlan = ExistingCluster | EksPlan | GkePlan | AksPlan;

export interface StorageClasses {
  /** Class of whoever names none; left out for the cluster's default. */
  storageClass?: string;
  /** By the names that applications use: one that is there, or one to make. */
  storageClasses: Readonly<Record<string, string | StorageClass>>;
}

/** The cluster as it will be. */
export function resolveCluster(
  layers: Layers,
  { volumes, datastores }: { volumes: readonly VolumePlan[]; datastores: readonly DatastorePlan[] },
): ClusterPlan {
  const { cluster } = layers.stack;
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      if (cluster.cloud?.provider === "azure") checkAzureSite(layers, cluster.cloud);
      checkExistingPools(layers, cluster.nodePools);
      return cluster;
    case "eks":
      return resolveEks(layers, cluster, volumes);
    case "gke":
      return resolveGke(layers, cluster, datastores);
    case "aks":
      return resolveAks(layers, cluster);
  }
}

export function storageOf(cluster: ClusterSettings): StorageClasses {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return { storageClass: cluster.storageClass, storageClasses: cluster.storageClasses ?? {} };
    case "eks":
      return eksStorage(cluster);
    case "gke":
      return gkeStorage(cluster);
    case "aks":
      return aksStorage(cluster);
  }
}

/**
 * Registries that the cluster's cloud keeps copies of.
 *
 * @param name of the cluster, unless the stack gives it one
 */
export function imageCachesOf(cluster: ClusterSettings, name: string): CachedRegistry<unknown>[] {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return [];
    case "eks":
      return ecrCaches(cluster, cluster.name ?? name);
    case "gke":
      return remoteRegistries(cluster, cluster.name ?? name);
    case "aks":
      return acrCaches(cluster, cluster.name ?? name);
  }
}

/** Pools of machines that pods can be put on, by name. */
export function poolsOf(cluster: ClusterSettings): Record<string, PoolFacts> {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return existingPools(cluster);
    case "eks":
      return factsOfPools(cluster.nodePools, eksTaints);
    case "gke":
      return factsOfPools(cluster.nodePools, gkeTaints);
    case "aks":
      return factsOfPools(cluster.nodePools, aksTaints);
  }
}

function existingPools({ nodePools = {} }: ExistingCluster): Record<string, PoolFacts> {
  const entries = Object.entries(nodePools);
  return Object.fromEntries(
    entries.map(([name, { labels, taints = [], spot = false }]) => [name, { labels, taints, spot }]),
  );
}

/** Who runs managed datastores; undefined where nobody does. */
export function managerOf(cluster: ClusterSettings): Manager | undefined {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return cluster.cloud && managerAt(cluster.cloud);
    case "eks":
      return eksManager(cluster);
    case "gke":
      return gkeManager(cluster);
    case "aks":
      return aksManager(cluster);
  }
}

/** What add-ons that act on the cloud go by; undefined for a cluster that is not this stack's, where they are told. */
export function placeFor(layers: Layers): CloudPlace | undefined {
  const { cluster } = layers.stack;
  switch (cluster.provider) {
    case "kubeconfig":
      return undefined;
    case "eks":
      return awsPlace(clusterName(layers, cluster), cluster.region);
    case "gke":
      return gcpPlace(clusterName(layers, cluster), cluster.project);
    case "aks":
      return azurePlace(clusterName(layers, cluster), cluster.subscription);
  }
}

/** For a cluster that is not this stack's. */
function managerAt(site: Site): Manager {
  switch (site.provider) {
    case "aws":
      return awsManager(site);
    case "gcp":
      return gcpManager(site);
    case "azure":
      return azureManager(site);
  }
}

/** Ranges that a load balancer of the cloud's has its connections come from; undefined where the stack has to say. */
export function loadBalancerRanges(cluster: ClusterSettings): string[] | undefined {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return undefined;
    case "eks":
      return [eksRange(cluster)];
    case "gke":
      return [...LOAD_BALANCERS];
    case "aks":
      return [aksRange(cluster)];
  }
}
