/** Explanations for people. */
import { allowed } from "../schema/page.ts";
import type { Tried } from "./dependents.ts";
import type { Explained } from "./explained.ts";

/** Widest that a value is written. */
const WIDEST = 60;

export function tableText(rows: readonly Explained[]): string {
  return columns(rows.map((row) => [row.path, written(row.value), sourceOf(row)]));
}

/** Who decides the value. */
export function sourceOf({ said, schema }: Explained): string {
  const [first] = said;
  if (first) return first.from;
  const fallback = defaultOf(schema?.description);
  return fallback ? `default: ${fallback}` : "worked out";
}

export function valueText(stack: string, row: Explained, tried: Tried | undefined | "not tried"): string {
  const { path, said, schema, value } = row;
  const layers = said.map(({ value: inner, from }, index) => [index === 0 ? "" : "laid over", written(inner), from]);
  const known = schema ? [describe(row), `Allowed: ${allowed(schema)}.`].filter((line) => line !== "") : [];
  return [
    `landfall:${path} of stack ${stack}`,
    "",
    ...(layers.length > 0
      ? [columns(layers)]
      : [columns([["", value === undefined ? "not set" : written(value), sourceOf(row)]])]),
    "",
    ...known.map((line) => `  ${line}`),
    ...(known.length > 0 ? [""] : []),
    ...dependentsText(tried),
  ].join("\n");
}

function describe({ schema }: Explained): string {
  return schema?.description ?? "";
}

function dependentsText(tried: Tried | undefined | "not tried"): string[] {
  if (tried === "not tried") return [];
  if (!tried) return ["  What depends on it could not be tried: every other value that was tried is refused.", ""];
  const { dependents } = tried;
  if (dependents.length === 0) return [`  Nothing depends on it: ${written(tried.with)} would change nothing.`, ""];
  const rows = dependents.map(({ resource, fields, how }) => [resource, how === "changes" ? shortened(fields) : how]);
  return [`  On it depend, as ${written(tried.with)} would show:`, "", columns(rows), ""];
}

function shortened(fields: readonly string[]): string {
  const most = 4;
  return fields.slice(0, most).join(", ") + (fields.length > most ? ` and ${fields.length - most} more` : "");
}

export interface Difference {
  path: string;
  values: [unknown, unknown];
}

export function differencesText(stacks: readonly [string, string], rows: readonly Difference[]): string {
  if (rows.length === 0) return `${stacks[0]} and ${stacks[1]} are alike.\n`;
  return columns([
    ["", ...stacks],
    ...rows.map(({ path, values }) => [path, ...values.map((value) => (value === undefined ? "-" : written(value)))]),
  ]);
}

export function written(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

function defaultOf(description = ""): string | undefined {
  return /Default: (.*?)\.?$/.exec(description)?.[1];
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ")}`.trimEnd())
    .join("\n");
}
