/** Jobs that are run once, by hand, from what makes others on schedule. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";

export interface CronJob {
  metadata: { name: string; uid: string; labels?: Record<string, string> };
  spec: { jobTemplate: { spec: JobSpec } };
}

export interface JobSpec {
  template: { metadata?: { labels?: Record<string, string> }; spec: PodSpec };
  [key: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: { persistentVolumeClaim?: { claimName: string } }[];
  [key: string]: unknown;
}

interface Container {
  name: string;
  command?: string[];
  [key: string]: unknown;
}

export interface Job {
  metadata: { name: string };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

const POLL_MILLISECONDS = 2_000;

/** Makes a job as `kubectl create job --from` does: it goes with the CronJob. */
export async function start(
  { send }: Cluster,
  namespace: string,
  { metadata: { name, uid, labels } }: CronJob,
  { what, spec }: { what: string; spec: JobSpec },
): Promise<string> {
  const job = await send<Job>("POST", jobsOf(namespace), {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      generateName: `${name.slice(0, 50)}-${what}-`,
      labels,
      ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name, uid }],
    },
    spec,
  });
  return job?.metadata.name as string;
}

/** Waits until the job has come to its end; `undefined` where it has not within that many seconds. */
export async function finished(
  { ask }: Cluster,
  namespace: string,
  name: string,
  seconds: number,
): Promise<{ failed?: string } | undefined> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const job = await ask<Job>(`${jobsOf(namespace)}/${name}`);
    if (job && holds(job, "Complete")) return {};
    const failed = job && failureOf(job);
    if (failed !== undefined) return { failed };
    await sleep(POLL_MILLISECONDS);
  }
  return undefined;
}

/** Why it has failed for good; undefined where it has not. */
export function failureOf(job: Job): string | undefined {
  const failed = holds(job, "Failed");
  return failed && (failed.message ?? "no reason is told");
}

function holds({ status }: Job, condition: string) {
  return status?.conditions?.find(({ type, status }) => type === condition && status === "True");
}

export function jobsOf(namespace: string): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs`;
}
