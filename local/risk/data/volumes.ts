/** Volumes, and the namespace that they are in. */
import { type Change, differs, isGone, reasonsOf } from "../changes.ts";
import { COPY, MOVE } from "../instead.ts";
import type { Rule } from "../rule.ts";
import { at, growth, textAt } from "../values.ts";

export const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";
const CLASS = "spec.storageClassName";
const SIZE = "spec.resources.requests.storage";

const is =
  (...operations: Change["operation"][]) =>
  ({ type, operation }: Change) =>
    type === CLAIM && operations.includes(operation);

export const volumes: readonly Rule[] = [
  {
    id: "volume-deleted",
    theme: "data",
    applies: is("delete"),
    level: "data at risk",
    sentence: (change) =>
      `The volume ${nameOf(change)} is deleted with what is on it; where its class retains, the disk stays without a claim, and costs.`,
    instead: COPY,
  },
  {
    id: "volume-replaced",
    theme: "data",
    applies: (change) => is("replace")(change) && !differs(change, CLASS),
    level: "data at risk",
    sentence: (change) =>
      `The volume ${nameOf(change)} is deleted and made again, empty${reasonsOf(change)}: it cannot be changed in place.`,
    instead: MOVE,
  },
  {
    id: "volume-shrunk",
    theme: "data",
    applies: (change) => is("update", "replace")(change) && sizeOf(change) < 0,
    level: "data at risk",
    sentence: (change) =>
      `The volume ${nameOf(change)} shrinks from ${text(change.before, SIZE)} to ${text(change.after, SIZE)}: no volume does, and Kubernetes refuses it in the middle of the update.`,
    instead: `leave its size, or ${MOVE}`,
  },
  {
    id: "volume-grown",
    theme: "data",
    applies: (change) => is("update")(change) && sizeOf(change) > 0,
    level: "safe",
    sentence: (change) =>
      `The volume ${nameOf(change)} grows from ${text(change.before, SIZE)} to ${text(change.after, SIZE)}, if its class allows that (allowVolumeExpansion); else Kubernetes refuses it.`,
  },
  {
    id: "volume-class-changed",
    theme: "data",
    applies: (change) => is("update", "replace")(change) && differs(change, CLASS),
    level: "data at risk",
    sentence: (change) =>
      `The volume ${nameOf(change)} is to have another storage class. Nothing carries the data over: it would be a new volume.`,
    instead: MOVE,
  },
  {
    id: "namespace-gone",
    theme: "data",
    whole: true,
    applies: (change) => change.type === "kubernetes:core/v1:Namespace" && isGone(change),
    level: "data at risk",
    sentence: (change) =>
      `The namespace ${nameOf(change)} is deleted${change.operation === "replace" ? " and made again" : ""}, with everything in it: volumes, Secrets, backups kept on volumes.`,
    instead: COPY,
  },
];

function nameOf({ before, name }: Change): string {
  return textAt(before, "metadata.name") ?? name;
}

function text(inputs: unknown, path: string): string {
  return String(at(inputs, path) ?? "nothing");
}

/** Negative where it shrinks. */
function sizeOf({ before, after }: Change): number {
  return growth(at(before, SIZE), at(after, SIZE)) ?? 0;
}
