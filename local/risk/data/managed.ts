/** Stores and clusters that a cloud runs, and what another value of what they say means. */
import type { Change } from "../changes.ts";
import { KEEP_PROTECTION, MOVE } from "../instead.ts";
import type { Rule } from "../rule.ts";
import { at, growth, numberAt, same, textAt } from "../values.ts";
import { SERVICES } from "./services.ts";

const COPY = "take a snapshot in the cloud and restore it in a test first";
const LOCK = "azure-native:authorization:ManagementLockByScope";

export const managed: readonly Rule[] = [
  {
    id: "cloud-protection-removed",
    theme: "data",
    applies: (change) =>
      change.operation === "update" &&
      at(change.before, pathOf(change, "protection")) === true &&
      at(change.after, pathOf(change, "protection")) !== true,
    level: "data at risk",
    sentence: (change) => `The cloud no longer refuses to delete ${titleOf(change)} of ${change.subject}.`,
    instead: KEEP_PROTECTION,
  },
  {
    id: "cloud-lock-removed",
    theme: "data",
    applies: ({ type, operation }) => type === LOCK && operation === "delete",
    level: "data at risk",
    sentence: ({ subject }) => `Azure no longer refuses to delete ${subject}: its lock goes.`,
    instead: KEEP_PROTECTION,
  },
  {
    id: "contents-unprotected",
    theme: "data",
    applies: ({ operation, before, after }) =>
      operation === "update" && at(before, "forceDestroy") === false && at(after, "forceDestroy") === true,
    level: "data at risk",
    sentence: ({ subject }) => `Buckets of ${subject} may be deleted with the objects in them (forceDestroy).`,
    instead: KEEP_PROTECTION,
  },
  {
    id: "retention-shortened",
    theme: "data",
    applies: (change) => (grows(change, "retention") ?? 0) < 0,
    level: "data at risk",
    sentence: (change) =>
      `The cloud keeps backups of ${titleOf(change)} of ${change.subject} for less long, and deletes those that are older at once.`,
    instead: `leave it as it is, or ${COPY}`,
  },
  {
    id: "storage-shrunk",
    theme: "data",
    applies: (change) => change.operation === "update" && (grows(change, "storage") ?? 0) < 0,
    level: "data at risk",
    sentence: (change) =>
      `The storage of ${titleOf(change)} of ${change.subject} shrinks: clouds refuse that in the middle of the update, or make another one.`,
    instead: "leave its size; it takes a new store and a move of the data",
  },
  {
    id: "storage-grown",
    theme: "data",
    applies: (change) => change.operation === "update" && (grows(change, "storage") ?? 0) > 0,
    level: "safe",
    sentence: (change) =>
      `The storage of ${titleOf(change)} of ${change.subject} grows in place; it cannot shrink again.`,
  },
  {
    id: "high-availability-off",
    theme: "availability",
    applies: (change) => change.operation === "update" && spared(change, "before") && !spared(change, "after"),
    level: "downtime",
    sentence: (change) =>
      `The second server of ${titleOf(change)} of ${change.subject} goes: from then on the loss of its zone, and each maintenance, is downtime.`,
    instead: "keep highAvailability in production",
  },
  {
    id: "high-availability-on",
    theme: "availability",
    applies: (change) => change.operation === "update" && !spared(change, "before") && spared(change, "after"),
    level: "brief interruption",
    sentence: (change) =>
      `${titleOf(change)} of ${change.subject} gets a second server, while it serves.`.replace(/^t/, "T"),
  },
  {
    id: "managed-version-major",
    theme: "availability",
    applies: (change) => change.operation === "update" && versionsOf(change)?.major === true,
    level: "downtime",
    sentence: (change) =>
      `${change.subject} goes to another major version (${versionsOf(change)?.words}): minutes without it, and no way back but a backup. Amazon RDS refuses it without allowMajorVersionUpgrade.`,
    instead: `${COPY}, then ${MOVE}`,
  },
  {
    id: "managed-version-minor",
    theme: "availability",
    applies: (change) => change.operation === "update" && versionsOf(change)?.major === false,
    level: "brief interruption",
    sentence: (change) =>
      `${change.subject} goes to another minor version (${versionsOf(change)?.words}) and restarts.`,
  },
  {
    id: "machine-changed",
    theme: "availability",
    applies: (change) => change.operation === "update" && differs(change, "machine"),
    level: (change) => (spared(change, "before") ? "brief interruption" : "downtime"),
    sentence: (change) =>
      spared(change, "before")
        ? `${change.subject} moves to other machines by a failover: connections break once.`
        : `${change.subject} moves to another machine: it is away for some minutes.`,
    instead: "do it when few are there",
  },
];

function pathOf({ type }: Change, what: "protection" | "retention" | "storage" | "version" | "machine"): string {
  return SERVICES[type]?.[what] ?? "nowhere";
}

function titleOf({ type }: Change): string {
  return SERVICES[type]?.title ?? "it";
}

function grows(change: Change, what: "retention" | "storage"): number | undefined {
  const path = pathOf(change, what);
  return growth(numberAt(change.before, path), numberAt(change.after, path));
}

function spared({ type, ...change }: Change, side: "before" | "after"): boolean {
  const spare = SERVICES[type]?.spare;
  return spare?.[1].test(String(at(change[side], spare[0]))) ?? false;
}

function differs(change: Change, what: "machine"): boolean {
  const path = pathOf(change, what);
  return !same(at(change.before, path), at(change.after, path));
}

/** Words such as `16 to 17`; PostgreSQL and Redis count majors by the first number, older engines by the first two. */
function versionsOf(change: Change): { words: string; major: boolean } | undefined {
  const path = pathOf(change, "version");
  const [from, to] = [textAt(change.before, path), textAt(change.after, path)];
  if (from === undefined || to === undefined || from === to) return undefined;
  const majorOf = (version: string) => /\d+/.exec(version)?.[0];
  return { words: `${from} to ${to}`, major: majorOf(from) !== majorOf(to) };
}
