/** A last copy of the bundled datastores, by the CronJobs that make the others. */
import { UserError } from "../command.ts";
import type { Cluster } from "./cluster.ts";
import { volumesOf } from "./found.ts";
import { type CronJob, finished, start } from "./jobs.ts";
import { nameOf, type State } from "./state.ts";

const BACKUP = "landfall:backup:Backup";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
const PATIENCE_SECONDS = 3_600;

/** `namespace/name` of the CronJobs that make backups; those that check them are beside. */
export function backupsOf({ resources }: State): string[] {
  const schedules = new Map(
    resources.filter(({ type }) => type === BACKUP).map(({ urn }) => [urn, `${nameOf({ urn })}-schedule`]),
  );
  return resources
    .filter((it) => it.type === CRON_JOB && schedules.get(it.parent ?? "") === nameOf(it))
    .map((it) => it.id ?? nameOf(it));
}

/** Runs the job once, to its end, and keeps the volume that its copy is on. @throws UserError where it fails */
export async function backUp(cluster: Cluster, cronJob: string): Promise<void> {
  const { ask, send } = cluster;
  const [namespace, name] = cronJob.split("/") as [string, string];
  const schedule = await ask<CronJob>(`/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`);
  if (!schedule)
    throw new UserError(`There is no CronJob ${cronJob}.\n  fix      npx pulumi up, or leave out --backup`);
  const { spec } = schedule.spec.jobTemplate;
  const job = await start(cluster, namespace, schedule, { what: "final", spec });
  const end = await finished(cluster, namespace, job, PATIENCE_SECONDS);
  if (!end) {
    throw new UserError(
      `The last backup by ${cronJob} has not ended within ${PATIENCE_SECONDS / 60} minutes; nothing was deleted.`,
    );
  }
  if (end.failed !== undefined) {
    throw new UserError(
      `The last backup by ${cronJob} failed: ${end.failed}.\n  fix      kubectl logs job/${job}; nothing was deleted`,
    );
  }
  const claims = (spec.template.spec.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  for (const volume of await volumesOf(ask, [namespace])) {
    if (!claims.some((claim) => volume.claim === `${namespace}/${claim}`)) continue;
    // https://kubernetes.io/docs/tasks/administer-cluster/change-pv-reclaim-policy/
    const spec = { persistentVolumeReclaimPolicy: "Retain" };
    await send("PATCH", `/api/v1/persistentvolumes/${volume.name}`, { spec });
  }
}
