/** The pod that copies one datastore. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { BACKUP_RESOURCES, type BackupPlan } from "../../config/backup.ts";
import type { BucketDestination } from "../../config/backup-destination.ts";
import type { Plan } from "../../config/plan.ts";
import { serverHosts } from "../datastores/bundled.ts";
import type { BackupCommand } from "../datastores/engine.ts";
import { engines } from "../datastores/engines.ts";
import { remoteOf } from "../datastores/rclone.ts";
import { containerSecurity, podSecurity, scratch } from "../pod.ts";
import type { StoredSecret } from "../secrets/secrets.ts";
import { BACKUPS, copying, keeping, uploading } from "./scripts.ts";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;

export interface PodArgs {
  backup: BackupPlan;
  imagePullSecrets: PodSpec["imagePullSecrets"];
  confinement: Plan["confinement"];
  /** The datastore's password; none where its engine has none. */
  password?: StoredSecret["envFrom"];
  /** The keys of a bucket. */
  keys?: StoredSecret["envFrom"];
  /** Claim of the volume that keeps the copies; none where a bucket does. */
  claim?: pulumi.Input<string>;
}

export function backupPod(args: PodArgs): PodSpec {
  const { backup, imagePullSecrets, confinement } = args;
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    imagePullSecrets,
    securityContext: podSecurity(confinement, backup.image.uid, backup.image.gid),
    ...containersOf(args),
    volumes: [{ name: "backups", ...volumeOf(args) }, ...scratch(["/tmp"]).volumes],
  };
}

/** A copy is uploaded once it is whole: by another container, for it takes another tool. */
function containersOf(args: PodArgs): Pick<PodSpec, "containers" | "initContainers"> {
  const { backup } = args;
  const { script } = commandOf(backup);
  if (backup.to.kind !== "bucket") return { containers: [copier(args, "backup", keeping(backup, script))] };
  return {
    initContainers: [copier(args, "copy", copying(backup, script))],
    containers: [uploader(args, backup.to)],
  };
}

function copier({ backup, password }: PodArgs, name: string, script: string): Container {
  const { env } = commandOf(backup);
  return {
    ...container(name, backup.image.reference, script),
    env: variables({
      HOME: "/tmp",
      HOSTS: hostsOf(backup).join(" "),
      ...env?.(backup.datastore.endpoint),
    }),
    envFrom: password,
  };
}

function uploader({ backup, keys }: PodArgs, to: BucketDestination): Container {
  const folder = backup.datastore.name;
  return {
    ...container("upload", to.image, uploading(backup, to.encryption !== undefined)),
    env: variables({
      HOME: "/tmp",
      ...remoteOf("TO", to),
      ...(to.encryption ? { ...sealed(to.path), TO: `sealed:${folder}` } : { TO: `to:${to.path}/${folder}` }),
    }),
    envFrom: keys,
  };
}

/** Names stay as they are, for encrypted they may become longer than S3 takes. */
function sealed(path: string): Record<string, string> {
  return {
    RCLONE_CONFIG_SEALED_TYPE: "crypt",
    RCLONE_CONFIG_SEALED_REMOTE: `to:${path}`,
    RCLONE_CONFIG_SEALED_FILENAME_ENCRYPTION: "off",
    RCLONE_CONFIG_SEALED_DIRECTORY_NAME_ENCRYPTION: "false",
    RCLONE_CONFIG_SEALED_SUFFIX: "none",
  };
}

function container(name: string, image: string, script: string): Container {
  return {
    name,
    image,
    command: ["sh", "-euc", script],
    resources: BACKUP_RESOURCES,
    securityContext: containerSecurity,
    volumeMounts: [{ name: "backups", mountPath: BACKUPS }, ...scratch(["/tmp"]).volumeMounts],
  };
}

/** What is on its way to a bucket lies on a volume that comes and goes with the pod: a node's own disk may be small. */
function volumeOf({ backup, claim }: PodArgs): Omit<types.input.core.v1.Volume, "name"> {
  if (backup.to.kind !== "bucket") return { persistentVolumeClaim: { claimName: claim as pulumi.Input<string> } };
  const { storage, storageClass } = backup.to.scratch;
  return {
    ephemeral: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: storageClass,
          resources: { requests: { storage } },
        },
      },
    },
  };
}

/** Each server has its part, unless they are copies of the one that clients are led to. */
function hostsOf({ datastore }: BackupPlan): string[] {
  const { operator, failover, endpoint } = datastore;
  return operator || failover ? [endpoint.host] : serverHosts(datastore);
}

function variables(values: Record<string, string>): types.input.core.v1.EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export function commandOf({ datastore }: BackupPlan): BackupCommand {
  return engines[datastore.engine].backup as BackupCommand;
}
