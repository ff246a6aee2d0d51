import * as gcp from "@pulumi/gcp";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { GkePlan } from "./plan.ts";

/** Daily copies of the application's objects and volumes by Backup for GKE, where the stack asks for them. */
export function createBackupPlan(
  name: string,
  { namespace }: Plan,
  { region, backupRetentionDays }: GkePlan,
  cluster: gcp.container.Cluster,
  opts: pulumi.CustomResourceOptions,
): void {
  if (backupRetentionDays === undefined) return;
  new gcp.gkebackup.BackupPlan(
    `${name}-backup`,
    {
      cluster: cluster.id,
      location: region,
      backupConfig: {
        selectedNamespaces: { namespaces: [namespace] },
        includeVolumeData: true,
        includeSecrets: true,
      },
      backupSchedule: { cronSchedule: "30 1 * * *" },
      retentionPolicy: { backupRetainDays: backupRetentionDays },
    },
    opts,
  );
}
