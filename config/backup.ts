import type { Image } from "../components/datastores/engine.ts";
import { engines } from "../components/datastores/engines.ts";
import { type ArchivePlan, archiveOf, checkArchive } from "./archive.ts";
import { BACKUP_KEY, type Destination, ENCRYPTION_KEY, resolveDestination } from "./backup-destination.ts";
import { BACKUP_RESOURCES } from "./backup-resources.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, overlay, placeOf } from "./layers.ts";
import type { BundledDatastore, DatastorePlan, Link, Peer, SecretPlan, TierPlan } from "./plan.ts";
import { checkRestores, isRestored, type RestorePlan, restoreIn, restoreOf } from "./restores.ts";
import { type Backup, DESTINATION_FORMS } from "./schema/backup.ts";
import type { Resources } from "./schema/primitives.ts";
import { dialledComponent } from "./servers.ts";

/** A bundled datastore that is copied, again and again. */
export interface BackupPlan {
  /** Name of its CronJob and of its pods. */
  name: string;
  datastore: BundledDatastore;
  to: Destination;
  schedule: string;
  keep: number;
  image: Image;
  /** Left out where no copy is restored but in need. */
  check?: RestoreCheckPlan;
  /** Left out where no copy is wanted back. */
  restore?: RestorePlan;
  /** Whether none is made for now: what is put back is not to be copied meanwhile. */
  rests: boolean;
  /** Left out where its log is not archived. */
  archive?: ArchivePlan;
}

export interface RestoreCheckPlan {
  /** Name of its CronJob and of its pods. */
  name: string;
  schedule: string;
  /** Age at which the latest copy is too old. */
  maxAgeHours: number;
}

/** A copy is too old after a day and what the next one takes, unless the stack says otherwise. */
export const MAX_AGE_HOURS = 26;

/** What is to be copied, as the application, the profile and the stack have it; another destination replaces the one before. */
export function backupOf({ application, forProfile, stack }: Layers): Backup | undefined {
  return [application.backup, forProfile.backup, stack.backup].reduce<Backup | undefined>((base, over) => {
    if (over === false) return undefined;
    if (over === undefined) return base;
    return { ...overlay<Backup>(base ?? {}, over), to: over.to ?? base?.to };
  }, undefined);
}

/** The application's volume that copies go to, if that is where. */
export function volumeOfBackups(layers: Layers): string | undefined {
  const to = backupOf(layers)?.to;
  return to && "volume" in to ? to.volume : undefined;
}

/** @param tiers for how long those may take to end that a restore stops */
export function resolveBackups(
  layers: Layers,
  datastores: readonly DatastorePlan[],
  tiers: readonly TierPlan[],
): BackupPlan[] {
  const wanted = backupOf(layers);
  const backups = wanted ? backupsOf(layers, wanted, datastores, tiers) : [];
  if (wanted) checkArchive(layers, wanted, backups);
  checkBackupNames(layers, backups);
  checkRestores(layers, datastores, backups, canBeRestored);
  return backups;
}

function backupsOf(
  layers: Layers,
  wanted: Backup,
  datastores: readonly DatastorePlan[],
  tiers: readonly TierPlan[],
): BackupPlan[] {
  const { to, schedule, keep } = wanted;
  if (!to) {
    checkDestination(layers, wanted);
    return [];
  }
  return datastores.flatMap((datastore): BackupPlan[] => {
    if (datastore.mode !== "bundled") return [];
    const { backup, images } = engines[datastore.engine];
    if (!backup || datastore.version === backup.except) return [];
    // A store is no place for its own copies.
    if ("datastore" in to && to.datastore === datastore.declared) return [];
    const image = backup.image ?? (images[datastore.version] as Image);
    const destination = resolveDestination(layers, to, datastore, datastores);
    if (!destination) return [];
    return [
      {
        name: `${datastore.name}-backup`,
        datastore,
        to: destination,
        schedule: schedule ?? "0 2 * * *",
        keep: keep ?? 7,
        image: { ...image, reference: fromRegistry(image.reference, layers.registry) },
        check: canBeRestored(datastore) ? checkOf(layers, datastore, wanted) : undefined,
        restore: restoreOf(layers, datastore, tiers),
        rests: restoreIn(layers, datastore) !== undefined,
        archive: archiveOf(layers, wanted, datastore, destination),
      },
    ];
  });
}

/** Parts of several servers go back to as many servers, each its own, which nothing here sees to. */
export function canBeRestored({ engine, servers }: BundledDatastore): boolean {
  const { restore, manifest, ofEachServer } = engines[engine].backup ?? {};
  return Boolean(restore && manifest) && !(ofEachServer && servers.length > 1);
}

function checkOf(
  { profile }: Layers,
  { name }: BundledDatastore,
  { check = profile.protectData }: Backup,
): RestoreCheckPlan | undefined {
  if (check === false) return undefined;
  const { schedule = "0 4 * * 0", maxAgeHours = MAX_AGE_HOURS } = check === true ? {} : check;
  return { name: `${name}-restore-check`, schedule, maxAgeHours };
}

function checkDestination(layers: Layers, { schedule, keep, snapshots }: Backup): void {
  if (snapshots !== undefined && schedule === undefined && keep === undefined) return;
  layers.mistakes.push({
    path: placeOf(layers, "backup", "to"),
    problem: "is missing: the copies have nowhere to go",
    allowed: DESTINATION_FORMS,
    fix: 'set it, such as to: { storage: "20Gi" }; or backup.snapshots for snapshots alone',
  });
}

function checkBackupNames({ application, source, mistakes }: Layers, backups: readonly BackupPlan[]): void {
  const taken = [...Object.keys(application.tiers), ...Object.keys(application.datastores ?? {})];
  for (const { name, datastore, check } of backups) {
    for (const [what, own] of Object.entries({ backup: name, "restore check": check?.name })) {
      if (own === undefined || !taken.includes(own)) continue;
      mistakes.push({
        path: `${source}: datastores.${datastore.declared}`,
        problem: `its ${what} would be called "${own}", a name that is taken`,
        fix: "rename one of the two",
      });
    }
  }
  const secrets = [...(application.secrets ?? []), ...Object.keys(application.datastores ?? {})];
  for (const { name } of secretsOfBackups(backups).filter(({ name }) => secrets.includes(name))) {
    mistakes.push({
      path: `${source}: ${application.secrets?.includes(name) ? "secrets" : "datastores"}.${name}`,
      got: name,
      problem: "the name is that of the backups' own secret",
      fix: "rename it",
    });
  }
}

export function linksOfBackups(backups: readonly BackupPlan[]): Link[] {
  return backups.flatMap(({ name, datastore, to, check }): Link[] => {
    const { ports, backup } = engines[datastore.engine];
    const from: Peer = { kind: "pods", component: name };
    const source: Peer = { kind: "pods", component: dialledComponent(datastore) };
    const copied = { from, to: source, ports: [backup?.port ?? (Object.values(ports)[0] as number)] };
    if (to.kind !== "bucket") return [copied];
    const clients: Peer[] = [from, ...(check ? [{ kind: "pods" as const, component: check.name }] : [])];
    return [copied, ...clients.map((client) => ({ from: client, to: to.peer, ports: [to.port] }))];
  });
}

const OUTSIDE = "landfall:backup.to.endpoint needs its secret key, and only you know it";

/** Secrets beside those of the datastores. */
export function secretsOfBackups(backups: readonly BackupPlan[]): Pick<SecretPlan, "name" | "length" | "outside">[] {
  const buckets = backups.flatMap(({ to }) => (to.kind === "bucket" ? [to] : []));
  return [
    ...(buckets.some(({ secret }) => secret === BACKUP_KEY) ? [{ name: BACKUP_KEY, length: 0, outside: OUTSIDE }] : []),
    ...(buckets.some(({ encryption }) => encryption) ? [{ name: ENCRYPTION_KEY, length: 48 }] : []),
  ];
}

/** Volumes that backups claim: their own for good, and those that come and go with a pod. */
export function volumesOfBackups(
  backups: readonly BackupPlan[],
): { name: string; storage: string; storageClass?: string }[] {
  return backups.flatMap((backup) => {
    const { name, datastore, to, check } = backup;
    const { storageClass } = datastore;
    const restored = check
      ? volumesOfCheck(datastore).map(({ storage }) => ({ name: check.name, storage, storageClass }))
      : [];
    switch (to.kind) {
      case "volume":
        return restored;
      case "claim":
        return [{ name, storage: to.storage, storageClass: to.storageClass }, ...restored];
      case "bucket":
        return [
          { name, ...to.scratch },
          ...(check ? [{ name: check.name, ...to.scratch }] : []),
          ...(isRestored(backup) ? [{ name: backup.restore.name, ...to.scratch }] : []),
          ...restored,
        ];
    }
  });
}

/** Volumes of the server that a copy is restored to: where an operator mounts its own is its business. */
export function volumesOfCheck({ volumes }: BundledDatastore): BundledDatastore["volumes"] {
  return volumes.filter(({ directory }) => directory !== "");
}

/** What the server that a copy is restored to may use, for as long as that takes. */
export function resourcesOfCheck({ resources }: BundledDatastore): Resources {
  return { requests: BACKUP_RESOURCES.requests, limits: resources.limits };
}
