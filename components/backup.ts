import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { BACKUP_RESOURCES, type BackupPlan } from "../config/backup.ts";
import type { Plan } from "../config/plan.ts";
import { serverHosts } from "./datastores/bundled.ts";
import type { Connection } from "./datastores/datastore.ts";
import type { BackupCommand } from "./datastores/engine.ts";
import { engines } from "./datastores/engines.ts";
import { labelsOf } from "./labels.ts";
import type { Namespace } from "./namespace.ts";
import { allowLinks } from "./network.ts";
import { containerSecurity, podSecurity, scratch } from "./pod.ts";
import type { Secrets, StoredSecret } from "./secrets/secrets.ts";

export interface BackupArgs {
  plan: Plan;
  backup: BackupPlan;
  namespace: Namespace;
  connection: Connection;
  secrets: Secrets;
  volume: k8s.core.v1.PersistentVolumeClaim;
}

const BACKUPS = "/backups";

/** Copies one datastore to a volume on schedule, and keeps the latest copies. */
export class Backup extends pulumi.ComponentResource {
  constructor(name: string, args: BackupArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:backup:Backup", name, {}, opts);
    const { plan, backup, namespace } = args;

    const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, backup.name) };
    const inside = { parent: this, deletedWith: namespace.resource, dependsOn: namespace };
    const network = allowLinks(name, { plan, component: backup.name, namespace: metadata.namespace }, inside);
    const secret = credentials(name, args, metadata, inside);
    new k8s.batch.v1.CronJob(
      `${name}-schedule`,
      {
        metadata,
        spec: {
          schedule: backup.schedule,
          timeZone: "Etc/UTC",
          concurrencyPolicy: "Forbid",
          startingDeadlineSeconds: 3600,
          successfulJobsHistoryLimit: 3,
          failedJobsHistoryLimit: 3,
          jobTemplate: { spec: { backoffLimit: 2, template: podTemplate(args, metadata.labels, secret) } },
        },
      },
      { ...inside, dependsOn: [namespace, network] },
    );

    this.registerOutputs({});
  }
}

/** The password, under the name that the datastore's own tools look for it. */
function credentials(
  name: string,
  { backup, connection, secrets }: BackupArgs,
  metadata: { namespace: pulumi.Output<string>; labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): StoredSecret | undefined {
  const variable = commandOf(backup).passwordVariable;
  if (variable === undefined) return undefined;
  const values = { [variable]: connection.field("password").value };
  return secrets.store(`${name}-secret`, { metadata, values }, opts);
}

function podTemplate(
  { plan, backup, namespace, volume }: BackupArgs,
  labels: Record<string, string>,
  secret: StoredSecret | undefined,
): k8s.types.input.core.v1.PodTemplateSpec {
  const { volumes, volumeMounts } = scratch(["/tmp"]);
  const { script, env } = commandOf(backup);
  return {
    metadata: { labels },
    spec: {
      restartPolicy: "Never",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: namespace.imagePullSecrets,
      securityContext: podSecurity(plan.confinement, backup.image.uid, backup.image.gid),
      containers: [
        {
          name: "backup",
          image: backup.image.reference,
          command: ["sh", "-euc", keeping(backup, script)],
          env: [
            { name: "HOME", value: "/tmp" },
            { name: "HOSTS", value: hostsOf(backup).join(" ") },
            ...Object.entries(env?.(backup.datastore.endpoint) ?? {}).map(([name, value]) => ({ name, value })),
          ],
          envFrom: secret?.envFrom,
          resources: BACKUP_RESOURCES,
          securityContext: containerSecurity,
          volumeMounts: [{ name: "backups", mountPath: BACKUPS }, ...volumeMounts],
        },
      ],
      volumes: [{ name: "backups", persistentVolumeClaim: { claimName: volume.metadata.name } }, ...volumes],
    },
  };
}

/** Each server has its part, unless they are copies of the one that clients are led to. */
function hostsOf({ datastore }: BackupPlan): string[] {
  const { operator, failover, endpoint } = datastore;
  return operator || failover ? [endpoint.host] : serverHosts(datastore);
}

function commandOf({ datastore }: BackupPlan): BackupCommand {
  return engines[datastore.engine].backup as BackupCommand;
}

/** A copy gets its name once it is whole; then the oldest that are too many go. */
export function keeping({ datastore, keep }: Pick<BackupPlan, "datastore" | "keep">, script: string, root = BACKUPS) {
  return [
    `mkdir -p "${root}/${datastore.name}" && cd "${root}/${datastore.name}"`,
    "rm -rf unfinished && mkdir unfinished",
    script,
    'mv unfinished "$(date -u +%Y%m%dT%H%M%SZ)"',
    `ls -d 2*Z | sort -r | tail -n +${keep + 1} | while read -r old; do rm -rf "$old"; done`,
  ].join("\n");
}
