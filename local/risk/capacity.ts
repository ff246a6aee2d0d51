/** What has less room than before. */
import { parseQuantity } from "../../config/quantity.ts";
import type { Change, Changes } from "./changes.ts";
import { containersOf, fewest, isScaler, isWorkload, mostOf, templateOf } from "./pods.ts";
import type { Inputs } from "./preview.ts";
import type { Rule } from "./rule.ts";
import { at, growth, listAt, numberAt, textAt } from "./values.ts";

const QUOTA = "kubernetes:core/v1:ResourceQuota";

/** Where pools of machines say how many there may be. */
const POOLS: Readonly<Record<string, readonly [least: string, most: string]>> = {
  "aws:eks/nodeGroup:NodeGroup": ["scalingConfig.minSize", "scalingConfig.maxSize"],
  "gcp:container/nodePool:NodePool": ["autoscaling.totalMinNodeCount", "autoscaling.totalMaxNodeCount"],
  "azure-native:containerservice:AgentPool": ["minCount", "maxCount"],
};

export const capacity: readonly Rule[] = [
  {
    id: "quota-too-small",
    theme: "capacity",
    applies: (change, changes) => lowered(change).some((what) => exceeds(change, changes, what)),
    level: "downtime",
    sentence: (change, changes) => {
      const short = lowered(change).filter((what) => exceeds(change, changes, what));
      return `The quota becomes smaller than what the tiers and datastores ask for at their most (${short.join(", ")}): pods that scale up or restart are refused.`;
    },
    instead: "leave the quota out of the stack file: it is then the sum of everything at its largest",
  },
  {
    id: "quota-lowered",
    theme: "capacity",
    applies: (change, changes) => {
      const less = lowered(change);
      return less.length > 0 && !less.some((what) => exceeds(change, changes, what));
    },
    level: "safe",
    sentence: (change) => `The quota becomes smaller (${lowered(change).join(", ")}); what is asked for still fits.`,
  },
  {
    id: "autoscale-lowered",
    theme: "capacity",
    applies: ({ type, operation, before, after }) =>
      isScaler(type) && operation === "update" && (mostOf(after) ?? 0) < (mostOf(before) ?? 0),
    level: "brief interruption",
    sentence: ({ subject, before, after }) =>
      `${subject} scales to ${mostOf(after)} pods at most, not ${mostOf(before)}: those above go at once, and a peak finds fewer.`,
    instead: "look at how many there were at the last peak",
  },
  {
    id: "autoscaler-removed",
    theme: "capacity",
    applies: ({ type, operation }) => isScaler(type) && operation === "delete",
    level: "brief interruption",
    sentence: ({ subject }) => `${subject} scales no more: it has as many pods as the stack says, whatever comes.`,
    instead: "set replicas to what a peak needs",
  },
  {
    id: "resources-lowered",
    theme: "capacity",
    applies: (change) => isWorkload(change) && change.operation === "update" && squeezed(change).length > 0,
    level: "brief interruption",
    sentence: (change) =>
      `${change.subject} may use less ${squeezed(change).join(" and ")}: what needs more is slowed, or ended where it is memory.`,
    instead: "look at what it used at the last peak",
  },
  {
    id: "machines-fewer",
    theme: "capacity",
    applies: (change) =>
      change.operation === "update" && POOLS[change.type]?.some((path) => shrinks(change, path)) === true,
    level: "brief interruption",
    sentence: ({ subject }) => `${subject} has fewer machines: pods move, and a peak may find no room.`,
    instead: "see that the quota of the namespace still fits on the machines",
  },
  {
    id: "machines-others",
    theme: "capacity",
    applies: ({ type, operation, reasons }) =>
      type in POOLS &&
      operation === "replace" &&
      reasons.some((reason) => /instanceTypes|machineType|vmSize/.test(reason)),
    level: "brief interruption",
    sentence: ({ subject }) => `${subject} is of other machines: the largest pods have to fit on one.`,
  },
  {
    id: "priority-changed",
    theme: "capacity",
    applies: ({ type, operation, before, after }) =>
      type === "kubernetes:scheduling.k8s.io/v1:PriorityClass" &&
      operation !== "create" &&
      operation !== "delete" &&
      at(before, "value") !== at(after, "value"),
    level: "brief interruption",
    sentence: ({ name, before, after }) =>
      `The priority ${name} goes from ${at(before, "value")} to ${at(after, "value")}: pods that run keep theirs; new ones may push others out, or be pushed out.`,
  },
  {
    id: "pods-of-other-priority",
    theme: "capacity",
    applies: (change) =>
      isWorkload(change) &&
      change.operation === "update" &&
      textAt(templateOf(change, change.before), "spec.priorityClassName") !==
        textAt(templateOf(change, change.after), "spec.priorityClassName"),
    level: "brief interruption",
    sentence: ({ subject }) => `Pods of ${subject} have another priority: they may push others out, or be pushed out.`,
  },
];

/** Limits of a quota that become smaller. */
function lowered({ type, operation, before, after }: Change): string[] {
  if (type !== QUOTA || operation !== "update") return [];
  const hard = at(before, "spec.hard") as Record<string, unknown> | undefined;
  const wanted = at(after, "spec.hard") as Record<string, unknown> | undefined;
  return Object.keys(hard ?? {}).filter((what) => (growth(hard?.[what], wanted?.[what]) ?? 0) < 0);
}

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";

/** Whether all workloads at their most ask for more of it than the quota has. */
function exceeds(quota: Change, changes: Changes, what: string): boolean {
  const limits = at(quota.after, "spec.hard") as Record<string, unknown> | undefined;
  const limit = limits?.[what];
  if (typeof limit !== "string") return false;
  const [side, resource] = what.split(".") as [string, string | undefined];
  let sum = 0n;
  for (const change of changes.all) {
    if (change.operation === "delete") continue;
    if (what === "requests.storage" && change.type === CLAIM) {
      sum += quantity(at(change.after, "spec.resources.requests.storage"));
    }
    if (resource !== "cpu" && resource !== "memory") continue;
    if (!/:(Deployment|StatefulSet)$/.test(change.type)) continue;
    const asked = listAt(templateOf(change, change.after), "spec.containers").map((container) =>
      quantity(at(container, `resources.${side}.${resource}`)),
    );
    sum += asked.reduce((all, one) => all + one, 0n) * BigInt(most(change, changes));
  }
  return sum > parseQuantity(limit);
}

function most(change: Change, changes: Changes): number {
  const scaled = changes.of(change.subject).filter(({ type, operation }) => isScaler(type) && operation !== "delete");
  return Math.max(fewest(change, changes, "after"), ...scaled.map(({ after }) => mostOf(after) ?? 0));
}

function quantity(value: unknown): bigint {
  return typeof value === "string" || typeof value === "number" ? parseQuantity(String(value)) : 0n;
}

/** Limits of a container that become smaller. */
function squeezed(change: Change): string[] {
  const before = containersOf(change, change.before);
  const less = containersOf(change, change.after).flatMap((container) => {
    const was = before.find((other) => at(other, "name") === at(container, "name"));
    return ["cpu", "memory"].filter(
      (what) => (growth(at(was, `resources.limits.${what}`), at(container, `resources.limits.${what}`)) ?? 0) < 0,
    );
  });
  return [...new Set(less)];
}

function shrinks({ before, after }: { before: Inputs; after: Inputs }, path: string): boolean {
  return (numberAt(after, path) ?? 0) < (numberAt(before, path) ?? 0);
}
