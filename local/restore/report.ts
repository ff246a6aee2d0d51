/** A restore in plain words. */
import { type Copy, timeOf } from "./copies.ts";
import { migrationsAfter, stoppedFor, type Target } from "./target.ts";

export interface Restore {
  stack: string;
  target: Target;
  wanted: Wanted;
}

/** A copy, or a moment of the archive. */
export type Wanted =
  | { kind: "copy"; copy: Copy; copies: readonly Copy[]; copyFirst: boolean }
  | { kind: "moment"; at: Date; retentionDays: number };

/** What the store has afterwards, in a word. */
export function nameOf(wanted: Wanted): string {
  return wanted.kind === "copy" ? wanted.copy.name : wanted.at.toISOString();
}

export function describe({ stack, target, wanted }: Restore, now = new Date()): string {
  const { datastore, plan } = target;
  const stopped = stoppedFor(target);
  const migrations = migrationsAfter(target);
  const { source, since, before, equal } = wanted.kind === "copy" ? ofCopy(wanted, now) : ofMoment(wanted, now);
  const facts: [string, string][] = [
    ["store", `${datastore.engine} ${datastore.name} in namespace ${plan.namespace}: all that it has is replaced`],
    [wanted.kind, source],
    ["lost", `what was written since ${since.toISOString()}`],
    ["stopped", stopped.length > 0 ? `${stopped.join(", ")}, until it is restored` : "nobody: no tier uses it"],
    ["before", before],
    [
      "after",
      `what it has then is compared with ${equal}; tiers start again${migrations.map((it) => `, ${it} runs again`).join("")}`,
    ],
  ];
  return [
    `Restore of ${datastore.declared} of ${stack}`,
    "",
    ...facts.map(([what, text]) => `  ${what.padEnd(8)} ${text}`),
    "",
    `Pulumi.${stack}.yaml says so meanwhile (datastores.${datastore.declared}.restore): see that no pipeline lands another one.`,
    "",
  ].join("\n");
}

function ofCopy({ copy, copies, copyFirst }: Extract<Wanted, { kind: "copy" }>, now: Date) {
  const place = copies.indexOf(copy);
  const newer = place > 0 ? `; ${place} later ${place === 1 ? "one is" : "ones are"} left aside` : "";
  return {
    source: `${copyLine(copy, now)}, of ${copies.length} that there are${newer}`,
    since: timeOf(copy),
    before: copyFirst ? "what it has now is copied, to be put back in the same way" : "nothing is copied",
    equal: "the copy",
  };
}

function ofMoment({ at, retentionDays }: Extract<Wanted, { kind: "moment" }>, now: Date) {
  return {
    source: `${at.toISOString()}, ${age(at, now)} ago, of the archive, which keeps ${retentionDays} days`,
    since: at,
    before: "nothing is copied: the archive goes on, and any other moment can be had back in the same way",
    equal: "servers that have recovered it",
  };
}

export function list(datastore: string, copies: readonly Copy[], now = new Date()): string {
  if (copies.length === 0) return `There is no copy of ${datastore}.`;
  return [`Copies of ${datastore}, the latest first:`, ...copies.map((copy) => `  ${copyLine(copy, now)}`)].join("\n");
}

function copyLine(copy: Copy, now: Date): string {
  const mark = copy.beforeRestore ? ", of before a restore" : "";
  return `${copy.name}, ${age(timeOf(copy), now)} old, ${size(copy.bytes)}${mark}`;
}

function age(time: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - time.getTime()) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

function size(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
