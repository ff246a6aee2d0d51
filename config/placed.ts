/** Where the data of each datastore is. The stack's outputs say so, and no update leaves data behind unawares. */
import type { BackupPlan } from "./backup.ts";
import type { Layers } from "./layers.ts";
import type { Mistake } from "./mistakes.ts";
import { isSwitched, type MovePlan, recoveryOf } from "./moves.ts";
import type { DatastorePlan } from "./plan.ts";
import type { MoveStage } from "./schema/datastore.ts";

/** What tells a store from another one of the same datastore. */
export interface Whereabouts {
  mode: DatastorePlan["mode"];
  /** Of its objects, in the cluster. */
  name?: string;
  /** Of the server in the cluster: another one may not read its volume. */
  version?: string;
  /** Of its volumes, in the cluster; left out where that is the cluster's default. */
  storageClass?: string;
}

export interface Placed {
  /** The store that the tiers use. */
  at: Whereabouts;
  /** The move that it is in. */
  move?: {
    stage: MoveStage;
    from: Whereabouts;
    to: Whereabouts;
    /** Since when the tiers use the new store; ISO 8601. */
    switched?: string;
  };
  /** Copy, server or moment that it is restored from, for which its tiers are stopped. */
  restoring?: string;
}

/** What the stack's last update left, by datastore; nothing where there was none. */
export type LastPlaced = Readonly<Record<string, Placed>>;

export function placedBy(
  layers: Layers,
  {
    datastores,
    moves,
    backups,
  }: { datastores: readonly DatastorePlan[]; moves: readonly MovePlan[]; backups: readonly BackupPlan[] },
  before: LastPlaced,
  now: Date,
): Record<string, Placed> {
  const placed = Object.fromEntries(
    datastores.map((store): [string, Placed] => {
      const move = moves.filter(isStaged).find(({ datastore }) => datastore === store.declared);
      const copy = backups.find(({ datastore }) => datastore === store)?.restore?.copy;
      const moving = moves.find(({ datastore }) => datastore === store.declared);
      const restoring = copy ?? moving?.server ?? recoveryOf(moving)?.at;
      return [
        store.declared,
        {
          at: whereabouts(store),
          ...(move ? { move: stateOf(move, before, now) } : {}),
          ...(restoring === undefined ? {} : { restoring }),
        },
      ];
    }),
  );
  for (const [name, was] of Object.entries(before)) {
    const is = placed[name];
    if (!is) continue;
    const move = moves.filter(isStaged).find(({ datastore }) => datastore === name);
    const mistake = isSame(was.at, is.at) ? releasedTooEarly(name, was, move, now) : leftBehind(name, was, is);
    if (mistake) layers.mistakes.push(mistake);
  }
  return placed;
}

/** A move to another store, which a restore is not. */
function isStaged(move: MovePlan): move is Staged {
  return move.stage !== "restore";
}

type Staged = MovePlan & { stage: MoveStage };

function stateOf(move: Staged, before: LastPlaced, now: Date): NonNullable<Placed["move"]> {
  const state = { stage: move.stage, from: whereabouts(move.from), to: whereabouts(move.to) };
  if (!isSwitched(move)) return state;
  return { ...state, switched: before[move.datastore]?.move?.switched ?? now.toISOString() };
}

function whereabouts(store: DatastorePlan): Whereabouts {
  if (store.mode !== "bundled") return { mode: store.mode };
  const { mode, name, version, storageClass } = store;
  // State keeps no undefined.
  return { mode, name, version, ...(storageClass === undefined ? {} : { storageClass }) };
}

/** What first tells the two apart; undefined where they are one. */
function difference(one: Whereabouts, other: Whereabouts): keyof Whereabouts | undefined {
  return (["mode", "name", "version", "storageClass"] as const).find((key) => one[key] !== other[key]);
}

function isSame(one: Whereabouts, other: Whereabouts): boolean {
  return difference(one, other) === undefined;
}

/** Refuses to have the tiers use a store that lacks the data. */
function leftBehind(name: string, was: Placed, { at, move }: Placed): Mistake | undefined {
  const isNext =
    was.move?.stage === "freeze" &&
    move?.stage === "switch" &&
    isSame(was.move.from, move.from) &&
    isSame(was.move.to, move.to);
  if (isNext) return undefined;
  const path = `landfall:datastores.${name}`;
  if (was.move?.switched !== undefined && isSame(was.move.from, at)) {
    return {
      path: move ? `${path}.moveStage` : path,
      got: move?.stage,
      problem: `what was written since ${was.move.switched} is in the store ${describe(was.at)}, and would be left behind there`,
      allowed: move ? "switch, release" : undefined,
      fix: `going back is a move too: mode: ${at.mode}, moveFrom: ${was.at.mode}, in the stages copy, freeze, switch`,
    };
  }
  if (move) {
    const next = was.move?.stage === "freeze" ? "freeze, then switch" : "copy, then freeze, then switch";
    return {
      path: `${path}.moveStage`,
      got: move.stage,
      problem: `the data is in the store ${describe(was.at)}, and the store ${describe(at)} has not all of it`,
      allowed: `${next}, with an update each`,
      fix: was.move ? "take the stages one after the other" : "set moveStage: copy",
    };
  }
  const changed = difference(was.at, at);
  return {
    path: `${path}.${changed === "name" ? "instance" : changed}`,
    got: changed === "name" ? undefined : at[changed as "mode" | "version" | "storageClass"],
    problem: `the data is in the store ${describe(was.at)}, and would be left behind there`,
    allowed: `${describe(was.at)}, or a move in stages`,
    fix: `add moveFrom: ${moveFrom(was.at, at)}, and see docs/operations.md; or leave it as it was`,
  };
}

/** Refuses to give up the old store before its time. */
function releasedTooEarly(name: string, was: Placed, move: MovePlan | undefined, now: Date): Mistake | undefined {
  if (was.move?.switched === undefined) {
    if (move?.stage !== "release") return undefined;
    return {
      path: `landfall:datastores.${name}.moveStage`,
      got: "release",
      problem: "the tiers do not use the new store yet, so the old one cannot be given up",
      allowed: "prepare, copy, freeze, switch",
      fix: "switch first",
    };
  }
  const turned = move !== undefined && isSame(whereabouts(move.to), was.move.from);
  if (turned || move?.stage === "switch") return undefined;
  if (!move) {
    if (was.move.stage === "release") return undefined;
    return {
      path: `landfall:datastores.${name}.moveFrom`,
      problem: `is missing: the old store (${describe(was.move.from)}) would go with all that it has`,
      allowed: "moveStage: release, with an update, before it is removed",
      fix: "put it back; with moveStage: release, if the old store is not needed any more",
    };
  }
  const kept = new Date(Date.parse(was.move.switched) + move.keepOldDays * DAY_MILLISECONDS);
  if (now >= kept) return undefined;
  return {
    path: `landfall:datastores.${name}.moveStage`,
    got: "release",
    problem: `the old store is kept for ${move.keepOldDays} days after the switch, until ${kept.toISOString()}`,
    allowed: "switch",
    fix: "wait, or lower keepOldDays",
  };
}

const DAY_MILLISECONDS = 86_400_000;

function describe({ mode, name, version, storageClass }: Whereabouts): string {
  const facts = [name && `"${name}"`, version && `version ${version}`, storageClass && `class ${storageClass}`];
  const known = facts.filter((fact) => fact !== undefined);
  return known.length > 0 ? `${mode} (${known.join(", ")})` : mode;
}

/** What the stack file has to say of the store that the data is in. */
function moveFrom(was: Whereabouts, at: Whereabouts): string {
  if (was.mode !== at.mode) return was.mode;
  const told = Object.entries(was).filter(([key, value]) => key !== "name" && value !== at[key as keyof Whereabouts]);
  return `{ mode: ${was.mode}${told.map(([key, value]) => `, ${key}: "${value}"`).join("")} }`;
}
