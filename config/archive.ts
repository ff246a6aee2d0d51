/** Logs of datastores that are archived as they are written, so that any moment can be had back: docs/backup.md. */
import type { Archiving } from "../components/datastores/cluster.ts";
import type { BackupPlan } from "./backup.ts";
import type { BucketDestination, Destination } from "./backup-destination.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { BundledDatastore, Link } from "./plan.ts";
import type { Backup } from "./schema/backup.ts";
import { operatedAs } from "./servers.ts";

export interface ArchivePlan {
  to: BucketDestination;
  /** Folder of the bucket. */
  path: string;
  /** When whole copies are made, which the log goes on from. */
  schedule: string;
  retentionDays: number;
  /** What the bucket encrypts it with. @default what the bucket does by itself */
  encryption?: "AES256" | "aws:kms";
}

/** Who archives the store's log; undefined where nobody does. */
export function archivingOf(datastore: BundledDatastore): Archiving | undefined {
  return operatedAs(datastore)?.archiving;
}

/** Left out where the store has no log that is archived, or the stack wants none. */
export function archiveOf(
  { profile }: Layers,
  { archive = profile.protectData, keep = 7 }: Backup,
  datastore: BundledDatastore,
  to: Destination,
): ArchivePlan | undefined {
  if (archive === false || to.kind !== "bucket" || !archivingOf(datastore)) return undefined;
  const { schedule = "0 3 * * *", retentionDays = keep, encryption } = archive === true ? {} : archive;
  // Nothing encrypts a log before it leaves the pod, and what was asked for is not to be less than it was.
  if (to.encryption && !encryption) return undefined;
  return { to, path: `${to.path}/archive`, schedule, retentionDays, encryption };
}

/** Refuses an archive that was asked for and is not to be had. */
export function checkArchive(layers: Layers, { archive, to }: Backup, backups: readonly BackupPlan[]): void {
  if (!archive || to === undefined || backups.some(({ archive }) => archive)) return;
  const path = placeOf(layers, "backup", "archive");
  const inBucket = "bucket" in to;
  if (inBucket && to.encrypt && backups.some(({ datastore }) => archivingOf(datastore))) {
    layers.mistakes.push({
      path: `${path}.encryption`,
      problem:
        "is missing: to.encrypt is meant for all that leaves the pods, and a log is encrypted by its bucket alone",
      allowed: "AES256, aws:kms",
      fix: "set it where the bucket may do that; else archive: false, or to.encrypt: false",
    });
    return;
  }
  layers.mistakes.push({
    path,
    problem: inBucket
      ? "no datastore has a log that is archived: that takes a bundled postgres of several servers"
      : "a log is archived in a bucket, and copies go to a volume",
    allowed: inBucket
      ? "false, or postgres with servers: 2 or more"
      : "to: { datastore, bucket } or { endpoint, bucket, accessKeyId }",
    fix: inBucket ? "set servers: 3 for it, or remove archive" : "set to, or remove archive",
  });
}

/** The store's own servers write to the bucket. */
export function linksOfArchives(backups: readonly BackupPlan[], restored: readonly BundledDatastore[]): Link[] {
  return backups.flatMap(({ archive, datastore }): Link[] => {
    if (!archive) return [];
    const readers = restored.filter(({ recovery }) => recovery?.archive === datastore.name);
    return [datastore, ...readers].map(({ name }) => ({
      from: { kind: "pods", component: name },
      to: archive.to.peer,
      ports: [archive.to.port],
    }));
  });
}
