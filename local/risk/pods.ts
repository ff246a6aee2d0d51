/** What workloads run, how often, and which of it changes. */
import type { Change, Changes } from "./changes.ts";
import type { Inputs } from "./preview.ts";
import { at, listAt, numberAt, same, textAt } from "./values.ts";

export const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
export const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
export const JOB = "kubernetes:batch/v1:Job";
export const CRON_JOB = "kubernetes:batch/v1:CronJob";
export const AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const SCALED_OBJECT = /^kubernetes:keda\.sh\/[^:]+:ScaledObject$/;

/** A workload's pods. */
export function templateOf({ type }: Pick<Change, "type">, inputs: Inputs): unknown {
  return at(inputs, type === CRON_JOB ? "spec.jobTemplate.spec.template" : "spec.template");
}

export function isWorkload({ type }: Pick<Change, "type">): boolean {
  return [DEPLOYMENT, STATEFUL_SET, JOB, CRON_JOB].includes(type);
}

export function containersOf(change: Pick<Change, "type">, inputs: Inputs): readonly unknown[] {
  const pod = templateOf(change, inputs);
  return [...listAt(pod, "spec.initContainers"), ...listAt(pod, "spec.containers")];
}

/** Whether its pods are replaced by others. */
export function rolls(change: Change): boolean {
  return !same(templateOf(change, change.before), templateOf(change, change.after));
}

/** Fewest pods of a Deployment, its autoscaler's word included. */
export function fewest(change: Change, changes: Changes, side: "before" | "after"): number {
  const own = numberAt(change[side], "spec.replicas");
  if (own !== undefined) return own;
  for (const { type, [side]: inputs } of changes.of(change.subject)) {
    const least = isScaler(type) ? leastOf(inputs) : undefined;
    if (least !== undefined) return least;
  }
  return 1;
}

export function isScaler(type: string): boolean {
  return type === AUTOSCALER || SCALED_OBJECT.test(type);
}

export function leastOf(inputs: Inputs): number | undefined {
  return numberAt(inputs, "spec.minReplicas") ?? numberAt(inputs, "spec.minReplicaCount");
}

export function mostOf(inputs: Inputs): number | undefined {
  return numberAt(inputs, "spec.maxReplicas") ?? numberAt(inputs, "spec.maxReplicaCount");
}

/** Why the pods are others, in words; without values, for a variable's may be secret. */
export function reasonsToRoll(change: Change): string {
  const [before, after] = [containersOf(change, change.before), containersOf(change, change.after)];
  const reasons = after.flatMap((container) => {
    const was = before.find((other) => at(other, "name") === at(container, "name"));
    if (was === undefined) return [`another container, ${at(container, "name")}`];
    const [from, to] = [textAt(was, "image"), textAt(container, "image")];
    return [
      ...(from !== to ? [imagesOf(from, to)] : []),
      ...PARTS.filter(([, path]) => !same(at(was, path), at(container, path))).map(([words]) => words),
    ];
  });
  const pod = (inputs: Inputs) => at(templateOf(change, inputs), "spec");
  const [was, becomes] = [pod(change.before), pod(change.after)];
  const others = Object.keys({ ...(was ?? {}), ...(becomes ?? {}) }).filter(
    (part) => !["containers", "initContainers"].includes(part) && !same(at(was, part), at(becomes, part)),
  );
  return [...new Set([...reasons, ...others])].join(", ") || "other labels";
}

const PARTS: readonly (readonly [words: string, path: string])[] = [
  ["settings or secrets", "envFrom"],
  ["variables", "env"],
  ["command", "command"],
  ["arguments", "args"],
  ["resources", "resources"],
  ["readiness", "readinessProbe"],
  ["liveness", "livenessProbe"],
  ["start-up probe", "startupProbe"],
  ["security context", "securityContext"],
  ["volumes", "volumeMounts"],
  ["ports", "ports"],
];

function imagesOf(from: string | undefined, to: string | undefined): string {
  return tagOf(from) === tagOf(to) ? "image from elsewhere" : `image ${tagOf(from)} to ${tagOf(to)}`;
}

function tagOf(image = "nothing"): string {
  return /:([^:/]+)$/.exec(image)?.[1] ?? image;
}
