/** Why something is not ready, in the words of its pods and of what Kubernetes tells of it. */
import type { Condition, Event, Pod, Seen } from "./seen.ts";

/** The pods' own words are enough; a crash loop's may be long. */
const LONGEST = 300;

/** What makes pods: a Deployment, its ReplicaSets, a StatefulSet, a Job. */
export interface Maker {
  metadata: { uid: string };
  status?: { conditions?: readonly Condition[] };
}

/** Why pods that should be ready are not; what makes them says it where there are none. */
export function reasonOf(seen: Seen, pods: readonly Pod[], makers: readonly Maker[]): string {
  const waiting = pods.filter(
    (pod) => !pod.metadata.deletionTimestamp && !isReady(pod) && pod.status?.phase !== "Succeeded",
  );
  const told = waiting.flatMap((pod) => {
    const words = wordsOf(seen, pod);
    return words === undefined ? [] : `pod ${pod.metadata.name} ${words}`;
  });
  const [first] = told;
  if (first !== undefined) return shortened(told.length > 1 ? `${first}, as ${told.length - 1} more` : first);
  const conditions = makers.flatMap(({ status }) => status?.conditions ?? []);
  const notMade = conditions.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  if (notMade) return shortened(`its pods cannot be made: ${notMade.message}`);
  const event = latest(
    seen,
    makers.map(({ metadata }) => metadata.uid),
  );
  if (event) return shortened(`${event.reason}: ${event.message}`);
  return waiting.length > 0 ? `${waiting.length} of its pods are not ready yet` : "nobody says why";
}

export function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
}

function wordsOf(seen: Seen, { metadata, status }: Pod): string | undefined {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  for (const { name, state, lastState } of containers) {
    const ended = state?.terminated ?? lastState?.terminated;
    const crash = ended && ended.exitCode !== 0 ? `${ended.reason ?? "Error"}, exit code ${ended.exitCode}` : undefined;
    const { waiting } = state ?? {};
    if (waiting?.reason && waiting.reason !== "ContainerCreating" && waiting.reason !== "PodInitializing") {
      const words = [waiting.message, crash && `it ended with ${crash}`, ended?.message].filter(Boolean).join("; ");
      return `waits in container ${name}: ${waiting.reason}${words ? `: ${words}` : ""}`;
    }
    if (crash) return `has ended in container ${name}: ${[crash, ended?.message].filter(Boolean).join(": ")}`;
  }
  const unscheduled = (status?.conditions ?? []).find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  if (unscheduled) return `has no machine: ${unscheduled.message}`;
  const event = latest(seen, [metadata.uid]);
  return event && `is not ready: ${event.reason}: ${event.message}`;
}

export function latest({ events }: Seen, uids: readonly string[]): Event | undefined {
  const timeOf = ({ lastTimestamp, eventTime }: Event) => lastTimestamp ?? eventTime ?? "";
  return events
    .filter(({ involvedObject }) => involvedObject.uid !== undefined && uids.includes(involvedObject.uid))
    .sort((a, b) => timeOf(a).localeCompare(timeOf(b)))
    .at(-1);
}

export function shortened(words: string): string {
  const line = words.replaceAll(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}
