/** Alarms of backups and of what proves them, by what kube-state-metrics says of their CronJobs. */
import { type BackupPlan, MAX_AGE_HOURS } from "../backup.ts";
import type { AlertPlan } from "./alerts.ts";
import type { Scene } from "./components.ts";

/** How long a run may take before it counts as failed. */
const PATIENCE = "2h";

export function alertsOfBackups(
  { namespace, layers: { application } }: Pick<Scene, "namespace" | "layers">,
  backups: readonly BackupPlan[],
): AlertPlan[] {
  return backups.flatMap(({ name, datastore, check, archive }): AlertPlan[] => {
    const labels = { namespace, application: application.name, component: datastore.declared };
    const of = (metric: string, schedule: string) =>
      `max by (cronjob) (kube_cronjob_${metric}{namespace="${namespace}",cronjob="${schedule}"})`;
    const hasFailed = (schedule: string) =>
      `${of("status_last_schedule_time", schedule)} > (${of("status_last_successful_time", schedule)} or 0 * ${of("created", schedule)})`;
    const hours = check?.maxAgeHours ?? MAX_AGE_HOURS;
    const alerts: AlertPlan[] = [
      {
        name: "BackupFailed",
        expr: hasFailed(name),
        for: PATIENCE,
        labels: { severity: "warning", ...labels },
        summary: `${datastore.declared}: its last backup failed`,
        description: `No backup of ${datastore.declared} in ${namespace} has succeeded since it was last started.`,
      },
      {
        name: "BackupTooOld",
        expr: `time() - (${of("status_last_successful_time", name)} or ${of("created", name)}) > ${hours * 3600}`,
        for: "15m",
        labels: { severity: "critical", ...labels },
        summary: `${datastore.declared}: no backup for ${hours} hours`,
        description: `The latest backup of ${datastore.declared} in ${namespace} is {{ $value | humanizeDuration }} old.`,
      },
    ];
    if (archive) {
      // Each server shows them, and only the one that leads archives.
      const last = (what: string) =>
        `max(cnpg_pg_stat_archiver_last_${what}_time{namespace="${namespace}",job="${datastore.name}"})`;
      alerts.push({
        name: "ArchiveFailing",
        expr: `${last("failed")} > ${last("archived")}`,
        for: "5m",
        labels: { severity: "critical", ...labels },
        summary: `${datastore.declared}: its log cannot be archived`,
        description: `What ${datastore.declared} in ${namespace} has written for five minutes is in no archive, and fills its volume.`,
      });
    }
    if (!check) return alerts;
    return [
      ...alerts,
      {
        name: "RestoreCheckFailed",
        expr: hasFailed(`${name}-check`),
        for: PATIENCE,
        labels: { severity: "critical", ...labels },
        summary: `${datastore.declared}: its latest backup could not be restored`,
        description: `What was restored of ${datastore.declared} in ${namespace} is not what was backed up, or is too old.`,
      },
    ];
  });
}
