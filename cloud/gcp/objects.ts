import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedDatastore } from "../../config/plan.ts";
import { createAccount } from "./accounts.ts";
import type { Store, StoreArgs } from "./stores.ts";

/** Objects by Cloud Storage, which speaks S3 too: versioned, and closed to whoever is not let in by name. */
export class Buckets extends pulumi.ComponentResource {
  readonly store: Store;

  constructor(name: string, { datastore, site }: StoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:gcp:Buckets", name, {}, opts);
    const inside = { parent: this, dependsOn: site.services };
    const { endpoint } = datastore;

    // Names of buckets are the whole world's, so each has a suffix.
    const buckets = endpoint.buckets.map(
      (bucket) =>
        new gcp.storage.Bucket(`${name}-${bucket}`, bucketArgs(datastore, site.region), {
          ...inside,
          protect: datastore.protect,
        }),
    );
    const admit: Store["admit"] = (who, member, opts) => {
      for (const [index, bucket] of buckets.entries()) {
        new gcp.storage.BucketIAMMember(
          `${who}-${endpoint.buckets[index]}`,
          { bucket: bucket.name, role: "roles/storage.objectUser", member },
          opts,
        );
      }
    };
    const key = datastore.access === "password" ? this.key(name, admit, inside) : undefined;
    const names = pulumi.all(buckets.map(({ name }) => name));
    this.store = {
      endpoint: pulumi
        .all([names, key?.accessId ?? ""])
        .apply(([names, username]) => ({ ...endpoint, host: HOST, username, buckets: names })),
      password: key?.secret,
      ready: buckets,
      admit,
    };
    this.registerOutputs({});
  }

  /** S3's clients sign with a key: https://cloud.google.com/storage/docs/authentication/hmackeys */
  private key(
    name: string,
    admit: NonNullable<Store["admit"]>,
    opts: pulumi.CustomResourceOptions,
  ): gcp.storage.HmacKey {
    const account = createAccount(name, `Objects of ${name}`, opts);
    admit(`${name}-account`, account.member, opts);
    return new gcp.storage.HmacKey(`${name}-key`, { serviceAccountEmail: account.email }, opts);
  }
}

const HOST = "storage.googleapis.com";
const DAY_SECONDS = 86_400;
/** Google's least for what is deleted. */
const LEAST_SOFT_DELETE_DAYS = 7;

/** Several zones, former versions, nothing public. */
export function bucketArgs(
  { protect, backupRetentionDays }: Pick<ManagedDatastore, "protect" | "backupRetentionDays">,
  region: string,
): gcp.storage.BucketArgs {
  return {
    // A region's buckets are in several of its zones.
    location: region.toUpperCase(),
    storageClass: "STANDARD",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    // What was overwritten or deleted can be had back for as long as backups are kept.
    versioning: { enabled: true },
    softDeletePolicy: {
      retentionDurationSeconds: Math.max(backupRetentionDays, LEAST_SOFT_DELETE_DAYS) * DAY_SECONDS,
    },
    lifecycleRules: [
      {
        action: { type: "Delete" },
        condition: { daysSinceNoncurrentTime: backupRetentionDays, withState: "ARCHIVED" },
      },
      { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
    ],
    forceDestroy: !protect,
  };
}
