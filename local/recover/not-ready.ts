/** Why pods do not get ready: the engine says that it has waited, and at times no more. */
import type { Ask } from "../../cloud/api-server.ts";

interface Condition {
  type: string;
  status: string;
  message?: string;
}

interface ContainerStatus {
  name: string;
  image: string;
  state?: { waiting?: { reason: string; message?: string } };
  lastState?: { terminated?: { exitCode: number } };
}

interface Workload {
  metadata: { name: string; deletionTimestamp?: string; ownerReferences?: { name: string }[] };
  spec: { replicas?: number };
  status?: {
    replicas?: number;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

interface Event {
  message: string;
  involvedObject: { kind: string; name: string };
}

/** A container is about to start, and nothing is wrong yet. */
const STARTING = ["ContainerCreating", "PodInitializing"];

/** A line for each thing that keeps pods of the namespace from being made, finding a machine, or starting. */
export async function whyNotReady(ask: Ask, namespace: string): Promise<string[]> {
  const list = async <T>(path: string) => (await ask<{ items: T[] }>(path))?.items ?? [];
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const core = `/api/v1/namespaces/${namespace}`;
  const [replicaSets, statefulSets, pods, events] = await Promise.all([
    list<Workload>(`${apps}/replicasets`),
    list<Workload>(`${apps}/statefulsets`),
    list<Workload>(`${core}/pods`),
    list<Event>(`${core}/events?fieldSelector=reason%3DFailedCreate`),
  ]);
  const lines = [
    ...replicaSets.flatMap(({ metadata, status }) =>
      (status?.conditions ?? [])
        .filter((it) => it.type === "ReplicaFailure" && it.status === "True")
        .map(({ message }) => notMade(metadata.ownerReferences?.[0]?.name ?? metadata.name, message)),
    ),
    ...statefulSets
      .filter(({ spec, status }) => (status?.replicas ?? 0) < (spec.replicas ?? 1))
      .flatMap(({ metadata: { name } }) => {
        const last = events.findLast(
          (it) => it.involvedObject.kind === "StatefulSet" && it.involvedObject.name === name,
        );
        return last ? [notMade(name, last.message)] : [];
      }),
    ...pods.filter(({ metadata }) => !metadata.deletionTimestamp).flatMap((pod) => whyPodIsNot(pod, namespace)),
  ];
  return [...new Set(lines)];
}

function notMade(name: string, message = ""): string {
  return `${name}: its pods cannot be made: ${message}`;
}

function whyPodIsNot({ metadata: { name }, status }: Workload, namespace: string): string[] {
  const unscheduled = status?.conditions?.find((it) => it.type === "PodScheduled" && it.status === "False");
  if (unscheduled) return [`${name} finds no machine: ${unscheduled.message}`];
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return containers.flatMap(({ name: container, image, state, lastState }) => {
    const waiting = state?.waiting;
    if (!waiting || STARTING.includes(waiting.reason)) return [];
    if (waiting.reason === "CrashLoopBackOff") {
      const code = lastState?.terminated?.exitCode;
      return [
        `${name} ends as soon as it starts (CrashLoopBackOff${code === undefined ? "" : `, exit code ${code}`}): kubectl -n ${namespace} logs ${name} -c ${container} --previous`,
      ];
    }
    return [
      `${name} does not start with the image ${image} (${waiting.reason}): ${waiting.message ?? "no reason given"}`,
    ];
  });
}
