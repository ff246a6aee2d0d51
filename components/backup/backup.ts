import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BackupPlan } from "../../config/backup.ts";
import type { Plan } from "../../config/plan.ts";
import { isRestored } from "../../config/restores.ts";
import type { Connection } from "../datastores/datastore.ts";
import { keyOf } from "../datastores/rclone.ts";
import { labelsOf } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import { allowLinks } from "../network.ts";
import { plain } from "../secrets/secret-text.ts";
import type { Secrets, StoredSecret } from "../secrets/secrets.ts";
import { backupPod, commandOf } from "./pod.ts";
import { restore } from "./restore.ts";
import { restoreCheck } from "./restore-check.ts";
import { cronJob } from "./schedule.ts";

export interface BackupArgs {
  plan: Plan;
  backup: BackupPlan;
  namespace: Namespace;
  connection: Connection;
  /** Those that a restore has to find stopped. */
  users: readonly pulumi.Resource[];
  /** The application's volumes by name. */
  volumes: Record<string, k8s.core.v1.PersistentVolumeClaim>;
  secrets: Secrets;
}

interface Metadata {
  namespace: pulumi.Output<string>;
  labels: Record<string, string>;
}

/** Copies one datastore to a volume or a bucket on schedule, and keeps the latest copies. */
export class Backup extends pulumi.ComponentResource {
  constructor(name: string, args: BackupArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:backup:Backup", name, {}, opts);
    const { plan, backup, namespace, connection, secrets } = args;

    const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, backup.name) };
    const inside = { parent: this, deletedWith: namespace.takesAlong, dependsOn: namespace };
    const network = allowLinks(name, { plan, component: backup.name, namespace: metadata.namespace }, inside);
    const password = credentials(name, args, metadata, inside);
    const keys = bucketKeys(name, args, metadata, inside);
    const claim = claimOf(name, args, metadata, { ...inside, protect: plan.profile.protectData });
    const podArgs = {
      backup,
      imagePullSecrets: namespace.imagePullSecrets,
      confinement: plan.confinement,
      imagePullPolicy: plan.imagePullPolicy,
      password: password?.envFrom,
      keys: keys?.envFrom,
      claim: claim?.metadata.name,
    };
    cronJob(
      name,
      // What is put back is not to be copied meanwhile, nor the copy that it is put back from to go.
      { metadata, schedule: backup.schedule, pod: backupPod(podArgs), suspend: backup.rests || undefined },
      { ...inside, dependsOn: [namespace, network] },
    );
    const copies = { plan, namespace, connection, secrets, keys: keys?.envFrom, claim: claim?.metadata.name };
    if (backup.check) {
      restoreCheck(`${name}-check`, { ...copies, backup: { ...backup, check: backup.check } }, inside);
    }
    if (isRestored(backup)) {
      const copier = backupPod({ ...podArgs, beforeRestore: true });
      const { users } = args;
      restore(`${name}-restore`, { ...copies, backup, copier, copierLabels: metadata.labels, users }, inside);
    }

    this.registerOutputs({});
  }
}

/** The password, under the name that the datastore's own tools look for it. */
function credentials(
  name: string,
  { backup, connection, secrets }: BackupArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): StoredSecret | undefined {
  const variable = commandOf(backup).passwordVariable;
  if (variable === undefined) return undefined;
  const values = { [variable]: connection.field("password").value };
  return secrets.store(`${name}-secret`, { metadata, values }, opts);
}

/** What opens the bucket, and what copies are encrypted with. */
function bucketKeys(
  name: string,
  { backup: { to }, secrets }: BackupArgs,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): StoredSecret | undefined {
  if (to.kind !== "bucket") return undefined;
  const values = {
    [keyOf("TO")]: plain(to.secret),
    ...(to.encryption ? { ENCRYPTION_KEY: plain(to.encryption) } : {}),
  };
  return secrets.store(`${name}-bucket`, { metadata, values }, opts);
}

function claimOf(
  name: string,
  { backup, volumes }: BackupArgs,
  { namespace, labels }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolumeClaim | undefined {
  switch (backup.to.kind) {
    case "volume":
      return volumes[backup.to.volume];
    case "bucket":
      return undefined;
    case "claim":
      return new k8s.core.v1.PersistentVolumeClaim(
        `${name}-volume`,
        {
          // A class that binds at first use waits for the first backup.
          metadata: { name: backup.name, namespace, labels, annotations: { "pulumi.com/skipAwait": "true" } },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: backup.to.storageClass,
            resources: { requests: { storage: backup.to.storage } },
          },
        },
        opts,
      );
  }
}
