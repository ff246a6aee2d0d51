/** What `npm run doctor` and `npm run smoke` have found, for people and for machines. */
import { type Colour, type Paint, WIDEST, wrapped } from "./terminal.ts";

/** `unknown` is what cannot be asked here; it fails nothing. */
export type Outcome = "ok" | "warning" | "failure" | "unknown";

export interface Check {
  /** What is checked, in a few words: `Deployment api`. */
  what: string;
  outcome: Outcome;
  /** One sentence, with the cause where something is wrong. */
  sentence: string;
  /** What to do about it. */
  fix?: string;
}

export interface Area {
  title: string;
  checks: readonly Check[];
}

const SIGNS: Readonly<Record<Outcome, { sign: string; colour: Colour }>> = {
  ok: { sign: "✓", colour: "green" },
  warning: { sign: "!", colour: "yellow" },
  failure: { sign: "✗", colour: "red" },
  unknown: { sign: "?", colour: "cyan" },
};

export function ok(what: string, sentence: string): Check {
  return { what, outcome: "ok", sentence };
}

export function warning(what: string, sentence: string, fix?: string): Check {
  return { what, outcome: "warning", sentence, fix };
}

export function failure(what: string, sentence: string, fix?: string): Check {
  return { what, outcome: "failure", sentence, fix };
}

export function unknown(what: string, sentence: string, fix?: string): Check {
  return { what, outcome: "unknown", sentence, fix };
}

/** Of what a tool says: the rest is for who calls it by hand. */
export function firstLine(words: string): string {
  return (words.split("\n").find((line) => line.trim() !== "") ?? "").trim();
}

export function count(areas: readonly Area[], outcome: Outcome): number {
  return areas.flatMap(({ checks }) => checks).filter((check) => check.outcome === outcome).length;
}

/** 1 where something failed. */
export function exitCode(areas: readonly Area[]): number {
  return count(areas, "failure") > 0 ? 1 : 0;
}

/**
 * A block for each area, and the sum.
 *
 * @param name of what was checked, which the last line begins with
 */
export function text(name: string, areas: readonly Area[], paint: Paint = (it) => it, width = WIDEST): string {
  const blocks = areas
    .filter(({ checks }) => checks.length > 0)
    .map(({ title, checks }) => [title, ...checks.flatMap((check) => linesOf(check, paint, width))].join("\n"));
  return [...blocks, `${name}: ${sumOf(areas)}`].join("\n\n");
}

function linesOf({ what, outcome, sentence, fix }: Check, paint: Paint, width: number): string[] {
  const { sign, colour } = SIGNS[outcome];
  const [first = "", ...rest] = wrapped(`${what}: ${sentence}`, "    ", width);
  return [
    `  ${paint(sign, colour)} ${first.slice(4)}`,
    ...rest,
    ...(fix === undefined ? [] : wrapped(`fix: ${fix}`, "      ", width)),
  ];
}

function sumOf(areas: readonly Area[]): string {
  const [failures, warnings, unknowns] = (["failure", "warning", "unknown"] as const).map((it) => count(areas, it));
  const said = [
    failures ? `${failures} ${failures === 1 ? "failure" : "failures"}` : "",
    warnings ? `${warnings} ${warnings === 1 ? "warning" : "warnings"}` : "",
    unknowns ? `${unknowns} that cannot be asked here` : "",
  ].filter(Boolean);
  const well = `${count(areas, "ok")} in order`;
  return [well, ...said].join(", ");
}

export function json(name: string, areas: readonly Area[]): string {
  const checks = areas.flatMap(({ title, checks }) => checks.map((check) => ({ area: title, ...check })));
  return JSON.stringify({ of: name, exitCode: exitCode(areas), checks }, undefined, 2);
}
