import { CURL } from "../components/datastores/curl.ts";
import type { Image } from "../components/datastores/engine.ts";
import { backupOf } from "./backup.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { DatastorePlan } from "./plan.ts";
import type { SnapshotClass } from "./schema/storage.ts";
import { namespaceOf } from "./storage.ts";

/** Name of the CronJob that takes snapshots, of its pods and of their account. */
export const SNAPSHOTS = "volume-snapshots";

/** What its account may do: see the volumes of the datastores, and handle the snapshots of the namespace. */
export const SNAPSHOTS_RULES = [
  { apiGroups: [""], resources: ["persistentvolumeclaims"], verbs: ["list"] },
  {
    apiGroups: ["snapshot.storage.k8s.io"],
    resources: ["volumesnapshots"],
    verbs: ["create", "get", "list", "delete"],
  },
];

/** Snapshots of every volume of the bundled datastores, again and again. */
export interface SnapshotsPlan {
  schedule: string;
  keep: number;
  /** As the cluster calls it. @default the cluster's default class */
  className?: string;
  datastores: string[];
  image: Image;
}

/** A class of snapshots to make. */
export interface SnapshotClassPlan extends SnapshotClass {
  /** As the application calls it. */
  name: string;
  /** As the cluster will. */
  className: string;
  deletionPolicy: "Delete" | "Retain";
}

export function resolveSnapshots(layers: Layers, datastores: readonly DatastorePlan[]): SnapshotsPlan | undefined {
  const wanted = backupOf(layers)?.snapshots;
  const bundled = datastores.filter(({ mode }) => mode === "bundled").map(({ name }) => name);
  if (!wanted || bundled.length === 0) return undefined;
  const { application, mistakes } = layers;
  if (SNAPSHOTS in application.tiers || SNAPSHOTS in (application.datastores ?? {})) {
    mistakes.push({
      path: placeOf(layers, "backup", "snapshots"),
      problem: `what takes them would be called "${SNAPSHOTS}", a name that is taken`,
      fix: `rename the tier or datastore "${SNAPSHOTS}"`,
    });
  }
  return {
    schedule: wanted.schedule ?? "0 1 * * *",
    keep: wanted.keep ?? 7,
    className: snapshotClassOf(layers, wanted.class),
    datastores: bundled,
    image: { ...CURL, reference: fromRegistry(CURL.reference, layers.registry) },
  };
}

/** The cluster's name for what the application or the stack calls `wanted`; undefined for the cluster's default. */
function snapshotClassOf(layers: Layers, wanted: string | undefined): string | undefined {
  const known = wanted === undefined ? undefined : layers.stack.cluster.snapshotClasses?.[wanted];
  return known === undefined || typeof known === "string" ? known : `${namespaceOf(layers)}-${wanted}`;
}

/** Classes that the stack describes rather than names. */
export function resolveSnapshotClasses(layers: Layers): SnapshotClassPlan[] {
  return Object.entries(layers.stack.cluster.snapshotClasses ?? {}).flatMap(([name, snapshotClass]) => {
    if (typeof snapshotClass === "string") return [];
    const className = `${namespaceOf(layers)}-${name}`;
    return [{ name, className, ...snapshotClass, deletionPolicy: snapshotClass.deletionPolicy ?? "Retain" }];
  });
}
