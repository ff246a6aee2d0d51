/** The copies that there are of a datastore. */
import { setTimeout as sleep } from "node:timers/promises";
import { BEFORE_RESTORE, LISTED, listing } from "../../components/backup/scripts.ts";
import type { BackupPlan } from "../../config/backup.ts";
import { timeOf as timeNamed } from "../../config/restores.ts";
import { UserError } from "../command.ts";
import type { Cluster } from "../teardown/cluster.ts";
import { type CronJob, finished, type JobSpec, jobsOf, start } from "../teardown/jobs.ts";

export interface Copy {
  name: string;
  bytes: number;
  /** Whether it is what a store had before another copy was put back. */
  beforeRestore: boolean;
}

const PATIENCE_SECONDS = 600;
/** A kubelet tells a pod's last words and its end at once, others a moment apart. */
const LAST_WORDS_SECONDS = 30;

/** Asks a pod that sees what backups see; the latest is the first. @param cronJob `namespace/name` of the backup's */
export async function listCopies(cluster: Cluster, cronJob: string, backup: BackupPlan): Promise<Copy[]> {
  const [namespace, name] = cronJob.split("/") as [string, string];
  const schedule = await cluster.ask<CronJob>(`/apis/batch/v1/namespaces/${namespace}/cronjobs/${name}`);
  if (!schedule) {
    throw new UserError(`There is no CronJob ${cronJob}, which makes the copies.\n  fix      npx pulumi up --refresh`);
  }
  const spec = listerOf(schedule.spec.jobTemplate.spec, listing(backup));
  const job = await start(cluster, namespace, schedule, { what: "list", spec });
  try {
    const end = await finished(cluster, namespace, job, PATIENCE_SECONDS);
    const fix = `\n  fix      kubectl -n ${namespace} describe pods -l job-name=${job}; then run this again`;
    if (!end) throw new UserError(`Nobody said within ${PATIENCE_SECONDS} seconds which copies there are.${fix}`);
    if (end.failed !== undefined) throw new UserError(`The copies cannot be listed: ${end.failed}.${fix}`);
    return parseCopies(await lastWords(cluster, namespace, job));
  } finally {
    await cluster.send("DELETE", `${jobsOf(namespace)}/${job}?propagationPolicy=Background`);
  }
}

/** The backup's own pod, which only looks. */
function listerOf({ template }: JobSpec, script: string): JobSpec {
  const [container] = template.spec.containers;
  const { initContainers, ...pod } = template.spec;
  const lister = { ...container, name: "list", command: ["sh", "-euc", script] };
  return {
    backoffLimit: 0,
    activeDeadlineSeconds: PATIENCE_SECONDS,
    ttlSecondsAfterFinished: PATIENCE_SECONDS,
    template: { ...template, spec: { ...pod, containers: [lister] } },
  };
}

interface Pods {
  items: { status?: { containerStatuses?: { state?: { terminated?: { message?: string } } }[] } }[];
}

async function lastWords({ ask }: Cluster, namespace: string, job: string): Promise<string> {
  for (let second = 0; second < LAST_WORDS_SECONDS; second++) {
    const pods = await ask<Pods>(`/api/v1/namespaces/${namespace}/pods?labelSelector=job-name%3D${job}`);
    for (const { status } of pods?.items ?? []) {
      const message = status?.containerStatuses?.[0]?.state?.terminated?.message;
      if (message !== undefined) return message;
    }
    await sleep(1000);
  }
  throw new UserError(
    `The pod that lists copies ended without a word.\n  fix      kubectl -n ${namespace} get events; then run this again`,
  );
}

export function parseCopies(words: string): Copy[] {
  const [first, ...lines] = words.trim().split("\n");
  if (first !== LISTED) throw new UserError(`What lists copies said "${first}".\n  fix      see the backup's image`);
  return lines.map((line) => {
    const [name = "", bytes = "", mark] = line.split(" ");
    return { name, bytes: Number(bytes), beforeRestore: mark === BEFORE_RESTORE };
  });
}

/** When a copy was made, by its name. */
export function timeOf({ name }: Pick<Copy, "name">): Date {
  return timeNamed(name);
}

/**
 * The latest copy that is not of after `at`. Without a time, what a store had before a restore is not meant: that is
 * what the restore was to undo.
 *
 * @throws UserError where there is none
 */
export function choose(copies: readonly Copy[], datastore: string, at: Date | undefined): Copy {
  const meant = copies.find((copy) => (at ? timeOf(copy) <= at : !copy.beforeRestore)) ?? (at ? undefined : copies[0]);
  if (meant) return meant;
  if (copies.length === 0) {
    throw new UserError(
      `There is no copy of ${datastore}.\n  fix      see whether its backups run: docs/backup.md; snapshots of its volume are put back by hand`,
    );
  }
  const oldest = copies[copies.length - 1] as Copy;
  throw new UserError(
    [
      `--at ${at?.toISOString()}: there is no copy of ${datastore} from before that.`,
      `  allowed  ${timeOf(oldest).toISOString()} or later: the oldest copy is ${oldest.name}`,
      "  fix      --list shows them all",
    ].join("\n"),
  );
}

const DAY = 86_400_000;

/** @throws UserError for a moment that no archive has */
export function checkMoment(datastore: string, moment: Date, retentionDays: number, now = new Date()): void {
  const oldest = new Date(now.getTime() - retentionDays * DAY);
  if (moment > oldest && moment < now) return;
  throw new UserError(
    [
      `--at ${moment.toISOString()}: the archive of ${datastore} does not have that moment.`,
      `  allowed  from ${oldest.toISOString()} (${retentionDays} days) until now`,
      "  fix      --list shows the copies, of which older ones may be kept",
    ].join("\n"),
  );
}

/** A time in the form of a copy's name, to the second. */
export function named(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Whether it is a copy that is named, and not a time. */
export function isCopyName(text: string): boolean {
  return /^\d{8}T\d{6}Z$/.test(text);
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** A time, in UTC unless it says otherwise, or a copy's name. @throws UserError for anything else */
export function parseTime(text: string): Date {
  const [isTime, zone] = TIME.exec(text) ?? [];
  const whole = text.length > "2026-11-21".length ? text.replace(" ", "T") : `${text}T00:00`;
  const time = isTime === undefined ? timeOf({ name: text }) : new Date(zone ? whole : `${whole}Z`);
  if (!Number.isNaN(time.getTime())) return time;
  throw new UserError(
    [
      `--at ${text}: this is no time.`,
      "  allowed  a time in UTC such as 2026-11-21T02:00, with a zone such as 2026-11-21T03:00+01:00, or a copy's name",
      "  fix      --list shows the copies with their times",
    ].join("\n"),
  );
}
