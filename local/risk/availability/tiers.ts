/** Tiers and servers that restart, become fewer, or go. */
import { type Change, type Changes, differsIn, reasonsOf, stays } from "../changes.ts";
import { NEO4J, repositoryOf } from "../data/engines.ts";
import {
  containersOf,
  DEPLOYMENT,
  fewest,
  isScaler,
  isWorkload,
  JOB,
  leastOf,
  reasonsToRoll,
  rolls,
  STATEFUL_SET,
} from "../pods.ts";
import type { Inputs } from "../preview.ts";
import type { Rule } from "../rule.ts";
import { at, listAt, numberAt, same, textAt } from "../values.ts";

const PDB = "kubernetes:policy/v1:PodDisruptionBudget";
const PROBES = ["readinessProbe", "livenessProbe", "startupProbe"] as const;

const isRecreated = (inputs: Inputs) => at(inputs, "spec.strategy.type") === "Recreate";

export const tiers: readonly Rule[] = [
  {
    id: "tier-removed",
    theme: "availability",
    whole: true,
    applies: ({ type, operation }) => type === "landfall:application:Tier" && operation === "delete",
    level: "downtime",
    sentence: ({ subject }) => `${subject} is removed: whatever it served answers no more.`,
    instead: "see that nobody calls it any more",
  },
  {
    id: "tier-replaced",
    theme: "availability",
    applies: ({ type, operation }) => type === DEPLOYMENT && operation === "replace",
    level: ({ deletedFirst }) => (deletedFirst ? "downtime" : "brief interruption"),
    sentence: (change) =>
      `The Deployment of ${change.subject} is replaced${reasonsOf(change)}: ${
        change.deletedFirst
          ? "its pods are gone before the new ones are there."
          : "the new one starts beside the old one."
      }`,
    instead: "undo what cannot be changed in place, or do it when few are there",
  },
  {
    id: "tier-rolled",
    theme: "availability",
    applies: (change) => change.type === DEPLOYMENT && change.operation === "update" && rolls(change),
    level: (change, changes) => (isSpared(change, changes) ? "safe" : "brief interruption"),
    sentence: (change, changes) => {
      const why = `${change.subject} restarts (${reasonsToRoll(change)})`;
      if (isRecreated(change.after)) return `${why}: its only pod stops before the next one starts.`;
      return isSpared(change, changes)
        ? `${why}, pod after pod, while the others serve.`
        : `${why}: with one pod, connections break when it is exchanged.`;
    },
  },
  {
    id: "store-restarted",
    theme: "availability",
    applies: (change) => change.type === STATEFUL_SET && change.operation === "update" && rolls(change),
    level: "brief interruption",
    sentence: (change) =>
      (numberAt(change.after, "spec.replicas") ?? 2) > 1
        ? `${change.subject} restarts, server after server (${reasonsToRoll(change)}): connections break, and the lead goes over once.`
        : `${change.subject} restarts (${reasonsToRoll(change)}): nobody can use it until its only server is back.`,
    instead: "do it when few are there",
  },
  {
    id: "password-kept",
    theme: "availability",
    applies: (change) =>
      change.type === STATEFUL_SET &&
      stays(change) &&
      keepsPassword(change.before) &&
      keepsPassword(change.after) &&
      differsIn(change, passwordOf),
    level: "downtime",
    sentence: ({ subject }) =>
      `The servers of ${subject} keep the password that they have, whatever its Secret says: where that has another one, nobody who restarts with it gets in.`,
    instead: "set the new password in the database first: docs/secrets.md, rotation",
  },
  {
    id: "readiness-removed",
    theme: "availability",
    applies: (change) => isWorkload(change) && loses(change, "readinessProbe"),
    level: "downtime",
    sentence: ({ subject }) =>
      `${subject} loses its readiness probe: pods get requests before they can answer, and a version that never comes up takes the place of one that works.`,
    instead: "keep a readiness probe",
  },
  {
    id: "probes-changed",
    theme: "availability",
    applies: (change) =>
      isWorkload(change) &&
      change.operation === "update" &&
      !loses(change, "readinessProbe") &&
      PROBES.some((probe) => !same(probesOf(change, "before", probe), probesOf(change, "after", probe))),
    level: "brief interruption",
    sentence: ({ subject }) =>
      `${subject} is asked otherwise whether it is ready or alive: one that is asked too soon or too strictly is restarted again and again.`,
    instead: "try the probes in a stack that nobody uses",
  },
  {
    id: "replicas-none",
    theme: "availability",
    applies: (change, changes) => falls(change, changes, (after) => after === 0),
    level: "downtime",
    sentence: ({ subject }) => `${subject} has no pods left to wait for work: 0 is its fewest.`,
    instead: "keep one, unless waiting for the first is meant",
  },
  {
    id: "replicas-one",
    theme: "availability",
    applies: (change, changes) => falls(change, changes, (after) => after === 1),
    level: "brief interruption",
    sentence: ({ subject }) => `${subject} has one pod left: each update, each drained node is an interruption.`,
    instead: "keep two or more",
  },
  {
    id: "disruption-budget-removed",
    theme: "availability",
    applies: ({ type, operation }) => type === PDB && operation === "delete",
    level: "brief interruption",
    sentence: ({ subject }) => `${subject} loses its disruption budget: a drain may take all of its pods at once.`,
    instead: "keep minAvailable or maxUnavailable",
  },
  {
    id: "job-run-again",
    theme: "availability",
    applies: ({ type, operation }) => type === JOB && (operation === "replace" || operation === "create"),
    level: ({ operation }) => (operation === "replace" ? "brief interruption" : "safe"),
    sentence: ({ subject, operation }) =>
      operation === "replace"
        ? `The Job ${subject} runs again, before what depends on it changes: a migration may lock what it changes.`
        : `The Job ${subject} runs, before what depends on it starts.`,
  },
];

/** Whether others serve while one pod is exchanged. */
function isSpared(change: Change, changes: Changes): boolean {
  return (
    !isRecreated(change.after) && Math.min(fewest(change, changes, "before"), fewest(change, changes, "after")) > 1
  );
}

function probesOf(change: Change, side: "before" | "after", probe: (typeof PROBES)[number]): unknown[] {
  return containersOf(change, change[side]).flatMap((container) => at(container, probe) ?? []);
}

function serverOf(inputs: Inputs): unknown {
  return listAt(inputs, "spec.template.spec.containers")[0];
}

/** Whether they are several of those that have their accounts in common (components/datastores/neo4j.ts). */
function keepsPassword(inputs: Inputs): boolean {
  const image = textAt(serverOf(inputs), "image") ?? "";
  return NEO4J.images.test(repositoryOf(image)) && (numberAt(inputs, "spec.replicas") ?? 1) > 1;
}

/** Name of the Secret that has it. */
function passwordOf(inputs: Inputs): unknown {
  const variable = listAt(serverOf(inputs), "env").find((one) => at(one, "name") === "PASSWORD");
  return at(variable, "valueFrom.secretKeyRef.name");
}

/** Whether a container that stays has no such probe any more. */
function loses(change: Change, probe: (typeof PROBES)[number]): boolean {
  const after = containersOf(change, change.after);
  return containersOf(change, change.before).some((container) => {
    const stays = after.find((other) => at(other, "name") === at(container, "name"));
    return stays !== undefined && at(container, probe) !== undefined && at(stays, probe) === undefined;
  });
}

/** Whether the fewest pods become fewer, and how few. */
function falls(change: Change, changes: Changes, isFew: (after: number) => boolean): boolean {
  if (change.operation !== "update") return false;
  if (change.type === DEPLOYMENT) {
    const [before, after] = [fewest(change, changes, "before"), fewest(change, changes, "after")];
    return after < before && isFew(after) && numberAt(change.after, "spec.replicas") !== undefined;
  }
  const [before, after] = [leastOf(change.before), leastOf(change.after)];
  return isScaler(change.type) && before !== undefined && after !== undefined && after < before && isFew(after);
}
