/** Whether everything that runs has rolled out, and every job has ended well. */
import { type Check, failure, ok, warning } from "../checks.ts";
import { reasonOf } from "./reasons.ts";
import {
  type Condition,
  type DaemonSet,
  type Deployment,
  isOwnedBy,
  type Job,
  type Pod,
  type Seen,
  type StatefulSet,
} from "./seen.ts";

export function checkWorkloads(seen: Seen): Check[] {
  return [
    ...seen.deployments.map((it) => checkDeployment(seen, it)),
    ...seen.statefulSets.map((it) => checkStatefulSet(seen, it)),
    ...seen.daemonSets.map((it) => checkDaemonSet(seen, it)),
    ...latestJobs(seen.jobs).map((it) => checkJob(seen, it)),
  ];
}

function checkDeployment(seen: Seen, deployment: Deployment): Check {
  const { metadata, spec, status } = deployment;
  const what = `Deployment ${metadata.name}`;
  const wanted = spec.replicas ?? 1;
  if (spec.paused)
    return warning(
      what,
      "its rollout is paused",
      `kubectl -n ${seen.namespace} rollout resume deployment/${metadata.name}`,
    );
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status ?? {};
  if (isObserved(deployment) && updatedReplicas === wanted && availableReplicas >= wanted && replicas === wanted) {
    return ok(what, `${availableReplicas} of ${wanted} pods are ready`);
  }
  const sets = seen.replicaSets.filter((set) => isOwnedBy(set, metadata.uid));
  const why = reasonOf(seen, podsOf(seen, deployment), [...sets, deployment]);
  return unready(
    seen,
    what,
    `${availableReplicas} of ${wanted} pods are ready, ${updatedReplicas} of them as the stack has them`,
    why,
  );
}

function checkStatefulSet(seen: Seen, set: StatefulSet): Check {
  const { metadata, spec, status } = set;
  const what = `StatefulSet ${metadata.name}`;
  const wanted = spec.replicas ?? 1;
  const { readyReplicas = 0, updatedReplicas = 0, currentRevision, updateRevision } = status ?? {};
  const isNew = currentRevision === updateRevision || updatedReplicas === wanted;
  if (isObserved(set) && readyReplicas === wanted && isNew)
    return ok(what, `${readyReplicas} of ${wanted} pods are ready`);
  const why = reasonOf(seen, podsOf(seen, set), [set]);
  return unready(
    seen,
    what,
    `${readyReplicas} of ${wanted} pods are ready${isNew ? "" : ", and not all as the stack has them"}`,
    why,
  );
}

function checkDaemonSet(seen: Seen, set: DaemonSet): Check {
  const { metadata, status } = set;
  const what = `DaemonSet ${metadata.name}`;
  const { desiredNumberScheduled = 0, numberReady = 0, updatedNumberScheduled = 0 } = status ?? {};
  const said = `${numberReady} of ${desiredNumberScheduled} pods are ready`;
  const isDone = numberReady === desiredNumberScheduled && updatedNumberScheduled === desiredNumberScheduled;
  if (isObserved(set) && isDone) return ok(what, said);
  return unready(seen, what, said, reasonOf(seen, podsOf(seen, set), [set]));
}

function unready({ namespace }: Seen, what: string, said: string, why: string): Check {
  const [, kind = "", name = ""] = /^(\S+) (.*)$/.exec(what) ?? [];
  return failure(
    what,
    `${said}: ${why}`,
    `kubectl -n ${namespace} describe ${kind.toLowerCase()} ${name}, and logs of its pods`,
  );
}

function isObserved({
  metadata,
  status,
}: Pick<Deployment, "metadata"> & { status?: { observedGeneration?: number } }): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

function podsOf({ pods }: Seen, { spec }: Deployment | StatefulSet | DaemonSet): Pod[] {
  const wanted = Object.entries(spec.selector.matchLabels ?? {});
  return pods.filter(({ metadata }) => wanted.every(([key, value]) => metadata.labels?.[key] === value));
}

/** The last of each schedule: what failed before it is history. */
function latestJobs(jobs: readonly Job[]): Job[] {
  const scheduled = new Map<string, Job>();
  for (const job of jobs) {
    const schedule = scheduleOf(job);
    if (schedule === undefined) continue;
    const known = scheduled.get(schedule);
    const isLater = (job.metadata.creationTimestamp ?? "") > (known?.metadata.creationTimestamp ?? "");
    if (!known || isLater) scheduled.set(schedule, job);
  }
  return [...jobs.filter((job) => scheduleOf(job) === undefined), ...scheduled.values()];
}

function scheduleOf({ metadata }: Job): string | undefined {
  return metadata.ownerReferences?.find(({ kind }) => kind === "CronJob")?.name;
}

function checkJob(seen: Seen, job: Job): Check {
  const { metadata, spec, status } = job;
  const what = `Job ${metadata.name}`;
  const holds = (type: string): Condition | undefined =>
    status?.conditions?.find((condition) => condition.type === type && condition.status === "True");
  if (holds("Complete")) return ok(what, "it has ended well");
  const pods = seen.pods.filter((pod) => isOwnedBy(pod, metadata.uid));
  const failed = holds("Failed");
  if (failed) {
    const why = pods.length > 0 ? `; ${reasonOf(seen, pods, [job])}` : "";
    return unready(seen, what, "it has failed", `${failed.message ?? failed.reason}${why}`);
  }
  if (spec.suspend) return warning(what, "it is suspended");
  if (scheduleOf(job) !== undefined) return ok(what, "it runs");
  return unready(seen, what, "it has not ended", reasonOf(seen, pods, [job]));
}
