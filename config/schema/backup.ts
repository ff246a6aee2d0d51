/** Copies of the bundled datastores, and snapshots of their volumes. */
import { z } from "zod";
import { cidr, name, quantity } from "./primitives.ts";

const schedule = z.string().regex(/^(\S+\s+){4}\S+$/, "five fields, such as 0 2 * * *");

const inBucket = {
  bucket: z.string().regex(/^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/, "a bucket name"),
  /** Folder in the bucket. @default the namespace */
  prefix: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/, "a path such as shop/production")
    .optional(),
  /** Whether contents are encrypted before they leave the pod; names are not. @default false */
  encrypt: z.boolean().optional(),
  /** Room to put a copy together before it is uploaded. @default as large as the datastore's own volumes */
  scratch: quantity.optional(),
};

export const DESTINATION_FORMS = "{ volume }, { storage }, { datastore, bucket } or { endpoint, bucket, accessKeyId }";
export const destination = z.union(
  [
    /** One of the application's volumes, for all datastores. */
    z.strictObject({ volume: name }),
    /** A volume of its own for each datastore, that one node mounts at a time: every cluster has those. */
    z.strictObject({
      storage: quantity,
      /** By the name that the stack knows it by. @default the stack's */
      storageClass: name.optional(),
    }),
    /** A bucket of one of the application's object stores, bundled or external. */
    z.strictObject({ datastore: name, ...inBucket }),
    /** A bucket elsewhere; its secret key is `landfall:secrets.backup`. */
    z.strictObject({
      endpoint: z
        .string()
        .regex(/^https?:\/\/[a-z0-9.-]+(:\d{1,5})?$/, "an address such as https://s3.eu-west-1.amazonaws.com"),
      region: z.string().optional(),
      accessKeyId: z.string(),
      /** Address ranges of the endpoint, for the NetworkPolicies. Needed where it is a name. */
      cidrs: z.array(cidr).min(1).optional(),
      ...inBucket,
    }),
  ],
  DESTINATION_FORMS,
);

/** VolumeSnapshots of the datastores' volumes. */
export const snapshots = z.strictObject({
  /** When, in cron's five fields and UTC. @default every night at 1 */
  schedule: schedule.optional(),
  /** Snapshots that are kept of each volume. @default 7 */
  keep: z.int().min(1).max(10_000).optional(),
  /** By the name that the stack knows it by. @default the cluster's default class */
  class: name.optional(),
});

/** Restores the latest copy of each datastore into a server that is thrown away, and compares the two. */
export const restoreCheck = z.strictObject({
  /** When, in cron's five fields and UTC. @default Sundays at 4 */
  schedule: schedule.optional(),
  /** Age at which the latest copy is too old, in hours. @default 26: a day, and what a copy takes */
  maxAgeHours: z.int().min(1).max(8760).optional(),
});

/** The log of what is written, and whole copies to begin with, so that any moment can be had back. */
export const archive = z.strictObject({
  /** When whole copies are made, in cron's five fields and UTC. @default every night at 3 */
  schedule: schedule.optional(),
  /** For how many days any moment can be had back. @default as many days as `keep` says copies */
  retentionDays: z.int().min(1).max(3650).optional(),
  /** What the bucket encrypts it with, by S3's names. @default what the bucket does by itself */
  encryption: z.enum(["AES256", "aws:kms"]).optional(),
});

export const backup = z.strictObject({
  /** Where copies go. @default none are made */
  to: destination.optional(),
  /** When they are made, in cron's five fields and UTC. @default every night at 2 */
  schedule: schedule.optional(),
  /** Copies that are kept of each datastore. @default 7 */
  keep: z.int().min(1).max(10_000).optional(),
  /** @default true in production, else false */
  check: z.union([restoreCheck, z.boolean()], "true, false, or a mapping").optional(),
  /** Of postgres with several servers, to a bucket. @default true in production where the two are, else false */
  archive: z.union([archive, z.boolean()], "true, false, or a mapping").optional(),
  /** @default none */
  snapshots: z.union([snapshots, z.literal(false)], "false, or a mapping").optional(),
});

export type Backup = z.output<typeof backup>;
export type DestinationInput = z.output<typeof destination>;
