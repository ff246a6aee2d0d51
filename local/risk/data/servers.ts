/** Servers of bundled datastores, and whether they find their volumes again. */
import { type Change, type Changes, differs, isGone, reasonsOf } from "../changes.ts";
import { COPY, MOVE } from "../instead.ts";
import { STATEFUL_SET } from "../pods.ts";
import type { Rule } from "../rule.ts";
import { at, numberAt } from "../values.ts";
import { CLAIM } from "./volumes.ts";

const is =
  (...operations: Change["operation"][]) =>
  ({ type, operation }: Change) =>
    type === STATEFUL_SET && operations.includes(operation);

export const servers: readonly Rule[] = [
  {
    id: "servers-replaced",
    theme: "data",
    applies: is("replace"),
    level: (change, changes) => (keepsVolumes(change, changes) ? "downtime" : "data at risk"),
    sentence: (change, changes) =>
      keepsVolumes(change, changes)
        ? `All servers of ${change.subject} stop, and are made again${reasonsOf(change)}. Its volumes are resources of their own, and stay.`
        : `All servers of ${change.subject} are deleted and made again${reasonsOf(change)}, and not all of its volumes stay.`,
    instead: "undo what cannot be changed in place, or do it in a window for maintenance, after a backup",
  },
  {
    id: "servers-deleted",
    theme: "data",
    applies: is("delete"),
    level: "data at risk",
    sentence: (change) => `The servers of ${change.subject} are deleted.`,
    instead: COPY,
  },
  {
    id: "claim-templates-changed",
    theme: "data",
    applies: (change) => is("update", "replace")(change) && differs(change, "spec.volumeClaimTemplates"),
    level: "data at risk",
    sentence: (change) =>
      `The volumes that ${change.subject} asks for are others (volumeClaimTemplates), which replaces the StatefulSet; servers that look for new volumes start empty.`,
    instead: MOVE,
  },
  {
    id: "servers-clustered",
    theme: "data",
    applies: (change) => is("update", "replace")(change) && alone(change),
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} goes from ${inWords(change.before)} to ${inWords(change.after)}: a server that ran alone does not become one of several by itself, nor the other way round.`,
    instead: "docs/high-availability.md says for each engine how the data is carried over",
  },
  {
    id: "servers-fewer",
    theme: "data",
    applies: (change) =>
      (is("update")(change) || change.type.startsWith("kubernetes:postgresql.cnpg.io/")) &&
      change.operation === "update" &&
      !alone(change) &&
      (count(change.after) ?? 0) < (count(change.before) ?? 0),
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} has ${count(change.after)} servers in the place of ${count(change.before)}: what only the others have goes with them.`,
    instead: "move its shards and replicas off the servers that go first",
  },
];

/** Servers of a StatefulSet or of CloudNativePG's cluster; undefined where an autoscaler decides. */
function count(inputs: unknown): number | undefined {
  return numberAt(inputs, "spec.replicas") ?? numberAt(inputs, "spec.instances");
}

function inWords(inputs: unknown): string {
  const number = count(inputs);
  return number === 1 ? "1 server" : `${number ?? "several"} servers`;
}

/** Whether it ran alone and will no longer, or the other way round. */
function alone({ before, after }: Change): boolean {
  return (count(before) === 1) !== (count(after) === 1);
}

/** Whether each volume of the servers is a claim of the stack's own that stays. */
function keepsVolumes({ subject, before }: Change, changes: Changes): boolean {
  const claims = changes.of(subject).filter(({ type }) => type === CLAIM);
  return (
    at(before, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted") !== "Delete" &&
    claims.length > 0 &&
    claims.every((claim) => !isGone(claim))
  );
}
