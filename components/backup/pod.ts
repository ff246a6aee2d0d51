/** The pod that copies one datastore. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BackupPlan } from "../../config/backup.ts";
import type { BucketDestination } from "../../config/backup-destination.ts";
import { BACKUP_RESOURCES } from "../../config/backup-resources.ts";
import type { Plan } from "../../config/plan.ts";
import { serverHosts } from "../datastores/bundled.ts";
import type { BackupCommand } from "../datastores/engine.ts";
import { engines } from "../datastores/engines.ts";
import { remoteOf } from "../datastores/rclone.ts";
import { containerSecurity, podSecurity, pulled, scratch } from "../pod.ts";
import type { StoredSecret } from "../secrets/secrets.ts";
import { BACKUPS, copying, keeping, marked, uploading, waiting } from "./scripts.ts";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;

export interface PodArgs {
  backup: BackupPlan;
  /** Whether the copy is made so that a restore can be undone: none goes for it. @default false */
  beforeRestore?: boolean;
  imagePullSecrets: PodSpec["imagePullSecrets"];
  confinement: Plan["confinement"];
  imagePullPolicy: Plan["imagePullPolicy"];
  /** The datastore's password; none where its engine has none. */
  password?: StoredSecret["envFrom"];
  /** The keys of a bucket. */
  keys?: StoredSecret["envFrom"];
  /** Claim of the volume that keeps the copies; none where a bucket does. */
  claim?: pulumi.Input<string>;
}

export function backupPod(args: PodArgs): PodSpec {
  return podWithCopies(args, containersOf(args));
}

interface Parts {
  initContainers?: Container[];
  containers: Container[];
  /** @default none but those of the copies and of what is written meanwhile */
  volumes?: types.input.core.v1.Volume[];
  /** Directories that containers write to. @default /tmp */
  writable?: readonly string[];
}

/** A pod that has the copies at hand, runs to its end and asks nothing of the API server. */
export function podWithCopies(
  args: Pick<PodArgs, "backup" | "imagePullSecrets" | "confinement" | "imagePullPolicy" | "claim">,
  { volumes = [], writable = ["/tmp"], initContainers, containers }: Parts,
): PodSpec {
  const { backup, imagePullSecrets, confinement } = args;
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    imagePullSecrets,
    securityContext: podSecurity(confinement, backup.image.uid, backup.image.gid),
    initContainers: initContainers && pulled(args, initContainers),
    containers: pulled(args, containers),
    volumes: [{ name: "backups", ...volumeOf(args) }, ...volumes, ...scratch(writable).volumes],
  };
}

/** A volume that comes and goes with its pod: a node's own disk may be small. */
export function passing(storage: string, storageClassName?: string): Omit<types.input.core.v1.Volume, "name"> {
  const spec = { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage } } };
  return { ephemeral: { volumeClaimTemplate: { spec } } };
}

/** A copy is uploaded once it is whole: by another container, for it takes another tool. */
function containersOf(args: PodArgs): Parts {
  const { backup, beforeRestore } = args;
  const command = commandOf(backup).script;
  const script = beforeRestore && backup.restore ? `${waiting(backup.restore)}${marked(command)}` : command;
  const kept = { datastore: backup.datastore, keep: beforeRestore ? undefined : backup.keep };
  if (backup.to.kind !== "bucket") return { containers: [copier(args, "backup", keeping(kept, script))] };
  return {
    initContainers: [copier(args, "copy", copying(backup, script))],
    containers: [clientOf(args, backup.to, "upload", uploading(kept, backup.to.encryption !== undefined))],
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

/** What knows the bucket: the store's folder in it is `$TO`. */
export function clientOf(
  { backup, keys }: Pick<PodArgs, "backup" | "keys">,
  to: BucketDestination,
  name: string,
  script: string,
): Container {
  const folder = backup.datastore.name;
  return {
    ...container(name, to.image, script),
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

export function container(name: string, image: string, script: string): Container {
  return {
    name,
    image,
    command: ["sh", "-euc", script],
    resources: BACKUP_RESOURCES,
    securityContext: containerSecurity,
    volumeMounts: [{ name: "backups", mountPath: BACKUPS }, ...scratch(["/tmp"]).volumeMounts],
  };
}

/** Where copies are, or where one is on its way to or from a bucket. */
function volumeOf({ backup, claim }: Pick<PodArgs, "backup" | "claim">): Omit<types.input.core.v1.Volume, "name"> {
  if (backup.to.kind !== "bucket") return { persistentVolumeClaim: { claimName: claim as pulumi.Input<string> } };
  return passing(backup.to.scratch.storage, backup.to.scratch.storageClass);
}

/** Each server has its part, unless they are copies of the one that clients are led to. */
function hostsOf({ datastore }: BackupPlan): string[] {
  const { operator, failover, endpoint } = datastore;
  return operator || failover ? [endpoint.host] : serverHosts(datastore);
}

export function variables(values: Record<string, string>): types.input.core.v1.EnvVar[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

export function commandOf({ datastore }: BackupPlan): BackupCommand {
  return engines[datastore.engine].backup as BackupCommand;
}
