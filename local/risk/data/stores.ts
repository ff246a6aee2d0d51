/** Datastores that go, come, or are run by somebody else. */
import type { Change } from "../changes.ts";
import { counterpart, isCalledElsewhere, isStore, runnerOf } from "../components.ts";
import { COPY, MOVE } from "../instead.ts";
import type { Rule } from "../rule.ts";

export const stores: readonly Rule[] = [
  {
    id: "datastore-moved",
    theme: "data",
    whole: true,
    applies: (change, changes) =>
      isStore(change) && change.operation === "delete" && counterpart(change, changes) !== undefined,
    level: "data at risk",
    sentence: (change, changes) => {
      const next = counterpart(change, changes) as Change;
      return `${change.subject} goes from ${runnerOf(change)} to ${runnerOf(next)}, which starts empty: the data stays behind in the old store, and the old store is deleted.`;
    },
    instead: MOVE,
  },
  {
    id: "datastore-moved-out",
    theme: "data",
    whole: true,
    applies: (change, changes) =>
      isStore(change) &&
      change.operation === "delete" &&
      !counterpart(change, changes) &&
      isCalledElsewhere(change, changes),
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} goes from ${runnerOf(change)} to an address outside the stack: the data stays behind in the old store, and the old store is deleted.`,
    instead: MOVE,
  },
  {
    id: "datastore-moved-in",
    theme: "data",
    whole: true,
    applies: (change, changes) =>
      isStore(change) &&
      change.operation === "create" &&
      !counterpart(change, changes) &&
      isCalledElsewhere(change, changes),
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} goes from an address outside the stack to ${runnerOf(change)}, which starts empty: the data stays behind in the old store.`,
    instead: MOVE,
  },
  {
    id: "datastore-removed",
    theme: "data",
    whole: true,
    applies: (change, changes) =>
      isStore(change) &&
      change.operation === "delete" &&
      !counterpart(change, changes) &&
      !isCalledElsewhere(change, changes),
    level: "data at risk",
    sentence: (change) => `${change.subject}, run by ${runnerOf(change)}, is removed with all of its data.`,
    instead: COPY,
  },
];
