/** A last copy of the bundled datastores, by the CronJobs that make the others. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../command.ts";
import type { Cluster } from "./cluster.ts";
import { volumesOf } from "./found.ts";
import { nameOf, type State } from "./state.ts";

const BACKUP = "landfall:backup:Backup";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
const PATIENCE_MILLISECONDS = 3_600_000;
const POLL_MILLISECONDS = 2_000;

interface CronJob {
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
  spec: {
    jobTemplate: {
      spec: { template: { spec: { volumes?: { persistentVolumeClaim?: { claimName: string } }[] } } };
    };
  };
}

interface Job {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

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
export async function backUp({ ask, send }: Cluster, cronJob: string): Promise<void> {
  const [namespace, name] = cronJob.split("/") as [string, string];
  const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
  const schedule = await ask<CronJob>(`/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`);
  if (!schedule)
    throw new UserError(`There is no CronJob ${cronJob}.\n  fix      npx pulumi up, or leave out --backup`);
  const { jobTemplate } = schedule.spec;
  const { labels } = schedule.metadata;
  const job = await send<Job>("POST", jobs, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { generateName: `${name.slice(0, 50)}-final-`, labels },
    spec: jobTemplate.spec,
  });
  await finished(() => ask<Job>(`${jobs}/${job?.metadata.name}`), cronJob);
  const claims = (jobTemplate.spec.template.spec.volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  for (const volume of await volumesOf(ask, [namespace])) {
    if (!claims.some((claim) => volume.claim === `${namespace}/${claim}`)) continue;
    // https://kubernetes.io/docs/tasks/administer-cluster/change-pv-reclaim-policy/
    const spec = { persistentVolumeReclaimPolicy: "Retain" };
    await send("PATCH", `/api/v1/persistentvolumes/${volume.name}`, { spec });
  }
}

async function finished(read: () => Promise<Job | undefined>, cronJob: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < deadline) {
    const job = await read();
    const conditions = (job?.status?.conditions ?? []).filter(({ status }) => status === "True");
    if (conditions.some(({ type }) => type === "Complete")) return;
    const failed = conditions.find(({ type }) => type === "Failed");
    if (failed) {
      throw new UserError(
        `The last backup by ${cronJob} failed: ${failed.message}.\n  fix      kubectl logs job/${job?.metadata.name}; nothing was deleted`,
      );
    }
    await sleep(POLL_MILLISECONDS);
  }
  throw new UserError(
    `The last backup by ${cronJob} has not ended within ${PATIENCE_MILLISECONDS / 60_000} minutes; nothing was deleted.`,
  );
}
