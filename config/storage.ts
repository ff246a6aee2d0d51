import { type Layers, overlay, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import type { StorageClass } from "./schema/storage.ts";
import type { Volume } from "./schema.ts";

/** A volume that tiers share. */
export interface VolumePlan {
  name: string;
  storage: string;
  storageClass?: string;
  accessMode: "ReadWriteMany" | "ReadWriteOnce";
}

/** A storage class to make. */
export interface StorageClassPlan extends StorageClass {
  /** As the application calls it. */
  name: string;
  /** As the cluster will. */
  className: string;
}

/** What an application calls the class of volumes that pods on several nodes mount. */
const SHARED = "shared";

export function namespaceOf({ stack, forProfile, application }: Layers): string {
  return stack.namespace ?? forProfile.namespace ?? application.namespace ?? application.name;
}

/** The cluster's name for what the application or the stack calls `wanted`; undefined for the cluster's default. */
export function storageClassOf(layers: Layers, wanted: string | undefined): string | undefined {
  const { storageClass, storageClasses } = layers.storage;
  const known = wanted === undefined ? undefined : storageClasses[wanted];
  if (known === undefined) return storageClass;
  return typeof known === "string" ? known : `${namespaceOf(layers)}-${wanted}`;
}

/** Classes that the stack describes rather than names. */
export function resolveStorageClasses(layers: Layers): StorageClassPlan[] {
  return Object.entries(layers.storage.storageClasses).flatMap(([name, storageClass]) =>
    typeof storageClass === "string" ? [] : [{ name, className: `${namespaceOf(layers)}-${name}`, ...storageClass }],
  );
}

/** @param backups the volume that copies go to; one that was only for them is left out where they go elsewhere */
export function resolveVolumes(layers: Layers, backups: string | undefined): VolumePlan[] {
  const { application, forProfile, stack } = layers;
  const mounted = Object.values(application.tiers).flatMap(({ mounts = {} }) => Object.keys(mounts));
  const forBackups = [application.backup, forProfile.backup].map((backup) => (backup ? backup.to : undefined));
  const wanted = forBackups.flatMap((to) => (to && "volume" in to ? to.volume : []));
  const isIdle = (name: string) => wanted.includes(name) && name !== backups && !mounted.includes(name);
  const declared = Object.entries(application.volumes ?? {}).filter(([name]) => !isIdle(name));
  const volumes = declared.map(([name, volume]): VolumePlan => {
    const settled: Volume = overlay(overlay(volume, forProfile.volumes?.[name]), stack.volumes?.[name]);
    const accessMode = settled.accessMode ?? "ReadWriteMany";
    const wanted = settled.storageClass ?? (accessMode === "ReadWriteMany" ? SHARED : undefined);
    if (accessMode === "ReadWriteMany" && layers.storage.storageClasses[wanted as string] === undefined) {
      layers.mistakes.push({
        path: `landfall:cluster.storageClasses.${wanted}`,
        problem: `is missing: pods on several nodes mount "${name}", which not every storage class can do`,
        allowed: "the name of a class that serves ReadWriteMany, or { provisioner, … } to make one",
        fix: `kubectl get storageclass lists those that there are; ${wanted}: nfs-client, for example`,
      });
    }
    return { name, storage: settled.storage, storageClass: storageClassOf(layers, wanted), accessMode };
  });
  checkMounts(layers, volumes);
  return volumes;
}

function checkMounts(layers: Layers, volumes: readonly VolumePlan[]): void {
  for (const [tier, { mounts = {}, kind }] of Object.entries(layers.application.tiers)) {
    for (const name of Object.keys(mounts)) {
      const place = `${layers.source}: tiers.${tier}.mounts.${name}`;
      const volume = volumes.find((volume) => volume.name === name);
      if (!volume)
        layers.mistakes.push(
          unknownName(
            place,
            name,
            volumes.map((volume) => volume.name),
            "volume",
          ),
        );
      if (volume?.accessMode !== "ReadWriteOnce" || kind === "singleton") continue;
      layers.mistakes.push({
        path: placeOf(layers, "volumes", name, "accessMode"),
        got: "ReadWriteOnce",
        problem: `the pods of "${tier}" run on several nodes, and one could mount it`,
        allowed: "ReadWriteMany; ReadWriteOnce for singletons",
        fix: "use ReadWriteMany, or an object store",
      });
    }
  }
}
