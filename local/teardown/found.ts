/** What controllers have made outside of the cluster for objects in it, and what volumes and snapshots become. */
import type { Ask } from "../../cloud/api-server.ts";
import type { Left } from "./kinds.ts";

export interface KubernetesObject {
  metadata: {
    name: string;
    namespace?: string;
    deletionTimestamp?: string;
    finalizers?: string[];
    ownerReferences?: { kind: string; name: string }[];
  };
}

/** An object that stands for a load balancer, or for addresses of one. */
export interface WayIn {
  kind: "Gateway" | "Ingress" | "Service";
  namespace: string;
  name: string;
  path: string;
  finalizers: string[];
  isGoing: boolean;
}

export interface Volume {
  /** Of the PersistentVolume. */
  name: string;
  /** `namespace/name` of its claim. */
  claim: string;
  size: string;
  reclaimPolicy: string;
  driver?: string;
  /** The storage's own name for it. */
  handle?: string;
}

export interface Snapshot {
  name: string;
  /** `namespace/name` of the VolumeSnapshot. */
  of: string;
  deletionPolicy: string;
  driver: string;
  handle?: string;
}

export interface Found {
  waysIn: WayIn[];
  volumes: Volume[];
  snapshots: Snapshot[];
}

/** Namespaces that go: those that are named, or all of a cluster that goes itself. */
export type Scope = readonly string[] | "cluster";

export const NOTHING_FOUND: Found = { waysIn: [], volumes: [], snapshots: [] };

export async function look(ask: Ask, scope: Scope): Promise<Found> {
  const [waysIn, volumes, snapshots] = await Promise.all([
    waysInOf(ask, scope),
    volumesOf(ask, scope),
    snapshotsOf(ask, scope),
  ]);
  return { waysIn, volumes, snapshots };
}

export function isIn(scope: Scope, namespace: string | undefined): boolean {
  return scope === "cluster" || (namespace !== undefined && scope.includes(namespace));
}

interface Service extends KubernetesObject {
  spec: { type?: string };
}

const KINDS = [
  { kind: "Gateway", list: "/apis/gateway.networking.k8s.io/v1/gateways" },
  { kind: "Ingress", list: "/apis/networking.k8s.io/v1/ingresses" },
  { kind: "Service", list: "/api/v1/services" },
] as const;

/** Gateways and Ingresses before Services, which their controllers may make for them. */
export async function waysInOf(ask: Ask, scope: Scope): Promise<WayIn[]> {
  const lists = await Promise.all(
    KINDS.map(async ({ kind, list }) => {
      const all = await itemsOf<Service>(ask, list);
      const wanted = kind === "Service" ? all.filter(({ spec }) => spec.type === "LoadBalancer") : all;
      return wanted.map(({ metadata }): WayIn => {
        const { name, namespace = "", finalizers = [], deletionTimestamp } = metadata;
        const slash = list.lastIndexOf("/");
        const path = `${list.slice(0, slash)}/namespaces/${namespace}${list.slice(slash)}/${name}`;
        return { kind, namespace, name, path, finalizers, isGoing: deletionTimestamp !== undefined };
      });
    }),
  );
  return lists.flat().filter(({ namespace }) => isIn(scope, namespace));
}

interface PersistentVolume extends KubernetesObject {
  spec: {
    capacity?: { storage?: string };
    claimRef?: { namespace: string; name: string };
    persistentVolumeReclaimPolicy?: string;
    csi?: { driver: string; volumeHandle: string };
  };
}

export async function volumesOf(ask: Ask, scope: Scope): Promise<Volume[]> {
  const all = await itemsOf<PersistentVolume>(ask, "/api/v1/persistentvolumes");
  return all.flatMap(({ metadata, spec }) => {
    if (!spec.claimRef || !isIn(scope, spec.claimRef.namespace)) return [];
    return {
      name: metadata.name,
      claim: `${spec.claimRef.namespace}/${spec.claimRef.name}`,
      size: spec.capacity?.storage ?? "",
      reclaimPolicy: spec.persistentVolumeReclaimPolicy ?? "Retain",
      driver: spec.csi?.driver,
      handle: spec.csi?.volumeHandle,
    };
  });
}

interface SnapshotContent extends KubernetesObject {
  spec: { deletionPolicy: string; driver: string; volumeSnapshotRef: { namespace: string; name: string } };
  status?: { snapshotHandle?: string };
}

async function snapshotsOf(ask: Ask, scope: Scope): Promise<Snapshot[]> {
  const all = await itemsOf<SnapshotContent>(ask, "/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents");
  return all
    .filter(({ spec }) => isIn(scope, spec.volumeSnapshotRef.namespace))
    .map(({ metadata, spec: { deletionPolicy, driver, volumeSnapshotRef }, status }) => ({
      name: metadata.name,
      of: `${volumeSnapshotRef.namespace}/${volumeSnapshotRef.name}`,
      deletionPolicy,
      driver,
      handle: status?.snapshotHandle,
    }));
}

async function itemsOf<T>(ask: Ask, path: string): Promise<T[]> {
  return (await ask<{ items: T[] }>(path))?.items ?? [];
}

/** The volume after its claim is gone. @param scope whether its cluster goes, too, and with it what `kubectl` could ask */
export function leftOfVolume({ name, claim, size, driver, handle }: Volume, scope: Scope): Left {
  return {
    kind: "volume",
    name: handle ?? name,
    why: `${size} of claim ${claim}, which its class retains; it is billed until it is deleted`,
    remove: (driver && handle && REMOVE_VOLUME[driver]?.(handle)) || byKubectl(scope, `pv ${name}`),
  };
}

export function leftOfSnapshot({ name, of, driver, handle }: Snapshot, scope: Scope): Left {
  return {
    kind: "volume snapshot",
    name: handle ?? name,
    why: `of VolumeSnapshot ${of}, which its class retains; it is billed until it is deleted`,
    remove: (handle && REMOVE_SNAPSHOT[driver]?.(handle)) || byKubectl(scope, `volumesnapshotcontent ${name}`),
  };
}

function byKubectl(scope: Scope, what: string): string | undefined {
  return scope === "cluster" ? undefined : `kubectl delete ${what}`;
}

type Remover = (handle: string) => string | undefined;

const REMOVE_VOLUME: Readonly<Record<string, Remover>> = {
  "ebs.csi.aws.com": (id) => `aws ec2 delete-volume --volume-id ${id}`,
  "efs.csi.aws.com": (id) => `aws efs delete-access-point --access-point-id ${id.split("::")[1]}`,
  // Handles are projects/PROJECT/zones/ZONE/disks/NAME, or regions in the place of zones.
  "pd.csi.storage.gke.io": (id) => {
    const [, project, level, place, , disk] = id.split("/");
    return `gcloud compute disks delete ${disk} --project ${project} --${level?.slice(0, -1)} ${place}`;
  },
  "disk.csi.azure.com": (id) => `az disk delete --ids ${id}`,
};

const REMOVE_SNAPSHOT: Readonly<Record<string, Remover>> = {
  "ebs.csi.aws.com": (id) => `aws ec2 delete-snapshot --snapshot-id ${id}`,
  "pd.csi.storage.gke.io": (id) =>
    `gcloud compute snapshots delete ${id.split("/").at(-1)} --project ${id.split("/")[1]}`,
  "disk.csi.azure.com": (id) => `az snapshot delete --ids ${id}`,
};
