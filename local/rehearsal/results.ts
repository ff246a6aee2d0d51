/** Results of many rehearsals, kept in a file so that the next run goes on where one ended. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cell, nameOf } from "./matrix.ts";

export interface Result extends Cell {
  outcome: "passed" | "refused" | "failed";
  /** What is special about it, or why it was refused or failed. */
  note?: string;
  /** Resources that were made. */
  resources?: number;
  /** Those that were held. */
  drills?: string[];
  seconds: number;
  /** The program that it was rehearsed with. */
  program: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export class Results {
  readonly #file: string;
  readonly #results: Map<string, Result>;

  constructor(file: string) {
    this.#file = file;
    const saved: Result[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
    this.#results = new Map(saved.map((result) => [nameOf(result), result]));
  }

  of(cell: Cell): Result | undefined {
    return this.#results.get(nameOf(cell));
  }

  put(result: Result): void {
    this.#results.set(nameOf(result), result);
    const all = [...this.#results.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
    writeFileSync(this.#file, `${JSON.stringify(all, null, 2)}\n`);
  }

  all(): Result[] {
    return [...this.#results.values()];
  }
}

/** Changes whenever the program or what it is rehearsed with does. */
export function programDigest(): string {
  const hash = createHash("sha256");
  for (const folder of [
    "apps",
    "cloud",
    "components",
    "config",
    "local/cluster",
    "local/emulators",
    "local/rehearsal",
  ]) {
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
    }
  }
  return hash
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex")
    .slice(0, 12);
}

const SIGNS = { passed: "✓", refused: "–", failed: "✗" } as const;

/** A table with a row for each application and profile, and what is to be said of cells below it. */
export function markdown(results: readonly Result[], date: string): string {
  const columns = distinct(results.map(({ provider, mode }) => `${provider} ${mode}`));
  const rows = distinct(results.map(({ application, profile }) => `${application} ${profile}`));
  const cell = (row: string, column: string) => {
    const result = results.find(
      ({ application, profile, provider, mode }) =>
        `${application} ${profile}` === row && `${provider} ${mode}` === column,
    );
    return result ? signOf(result) : "";
  };
  const counts = (Object.keys(SIGNS) as Result["outcome"][]).map(
    (outcome) => `${results.filter((result) => result.outcome === outcome).length} ${outcome}`,
  );
  return [
    "# Rehearsals",
    "",
    `Every application on every kind of cluster, in every profile, with its datastores bundled, managed or external:`,
    `up from nothing, again without a change, an edit, down without a trace. ${counts.join(", ")}, on ${date}.`,
    "✓ with the number of resources, in bold where drills were held, too; – where nobody runs the datastores there, which",
    "the plan says by name.",
    "",
    `| | ${columns.join(" | ")} |`,
    `|---|${columns.map(() => "---|").join("")}`,
    ...rows.map((row) => `| ${row} | ${columns.map((column) => cell(row, column)).join(" | ")} |`),
    "",
    ...notesOf(results),
    "",
  ].join("\n");
}

function signOf({ outcome, resources, drills }: Result): string {
  const sign = [SIGNS[outcome], resources].join(" ").trim();
  return drills ? `**${sign}**` : sign;
}

/** Each once for all cells of an application that have it. */
function notesOf(results: readonly Result[]): string[] {
  const noted = results.flatMap(({ note, ...cell }) =>
    note ? [{ ...cell, note: note.split("\n")[0] as string }] : [],
  );
  const alike = Map.groupBy(noted, ({ application, mode, note }) => `${application} ${mode}: ${note}`);
  return [...alike].map(([text, cells]) => {
    const providers = distinct(cells.map(({ provider }) => provider)).join(", ");
    const profiles = distinct(cells.map(({ profile }) => profile)).join(", ");
    return `- ${text} (${providers}; ${profiles})`;
  });
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
