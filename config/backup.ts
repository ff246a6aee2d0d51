import type { Image } from "../components/datastores/engine.ts";
import { engines } from "../components/datastores/engines.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, overlay, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import type { BundledDatastore, DatastorePlan, Link } from "./plan.ts";
import type { Backup } from "./schema/backup.ts";
import type { Resources } from "./schema/primitives.ts";
import { dialledComponent } from "./servers.ts";

/** A bundled datastore that is copied to a volume, again and again. */
export interface BackupPlan {
  /** Name of its CronJob and of its pods. */
  name: string;
  datastore: BundledDatastore;
  volume: string;
  schedule: string;
  keep: number;
  image: Image;
}

export const BACKUP_RESOURCES: Resources = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "500m", memory: "512Mi" },
};

export function resolveBackups(layers: Layers, datastores: readonly DatastorePlan[]): BackupPlan[] {
  const { application, forProfile, stack } = layers;
  const wanted = [application.backup, forProfile.backup, stack.backup].reduce<Partial<Backup> | false | undefined>(
    (base, over) => (over === false ? false : overlay(base === false ? undefined : base, over)),
    undefined,
  );
  if (!wanted) return [];
  const known = Object.keys(application.volumes ?? {});
  const volume = wanted.volume ?? "";
  if (!known.includes(volume)) {
    layers.mistakes.push(unknownName(placeOf(layers, "backup", "volume"), volume, known, "volume"));
  }
  return datastores.flatMap((datastore): BackupPlan[] => {
    if (datastore.mode !== "bundled") return [];
    const { backup, images } = engines[datastore.engine];
    if (!backup || datastore.version === backup.except) return [];
    const image = backup.image ?? (images[datastore.version] as Image);
    return [
      {
        name: `${datastore.name}-backup`,
        datastore,
        volume,
        schedule: wanted.schedule ?? "0 2 * * *",
        keep: wanted.keep ?? 7,
        image: { ...image, reference: fromRegistry(image.reference, stack.registry) },
      },
    ];
  });
}

export function linksOfBackups(backups: readonly BackupPlan[]): Link[] {
  return backups.map(({ name, datastore }) => {
    const { ports, backup } = engines[datastore.engine];
    return {
      from: { kind: "pods", component: name },
      to: { kind: "pods", component: dialledComponent(datastore) },
      ports: [backup?.port ?? (Object.values(ports)[0] as number)],
    };
  });
}
