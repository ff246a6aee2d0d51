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
    return result ? `${SIGNS[result.outcome]} ${result.resources ?? ""}`.trim() : "";
  };
  const counts = (Object.keys(SIGNS) as Result["outcome"][]).map(
    (outcome) => `${results.filter((result) => result.outcome === outcome).length} ${outcome}`,
  );
  const notes = distinct(
    results.flatMap(({ note, ...rest }) => (note ? [`- ${nameOf(rest)}: ${note.split("\n")[0]}`] : [])),
  );
  return [
    "# Rehearsals",
    "",
    `Every application on every kind of cluster, in every profile, with its datastores bundled, managed or external:`,
    `up from nothing, again without a change, an edit, down without a trace. ${counts.join(", ")}, on ${date}.`,
    "✓ with the number of resources; – where nobody runs the datastores there, which the plan says by name.",
    "",
    `| | ${columns.join(" | ")} |`,
    `|---|${columns.map(() => "---|").join("")}`,
    ...rows.map((row) => `| ${row} | ${columns.map((column) => cell(row, column)).join(" | ")} |`),
    "",
    ...notes,
    "",
  ].join("\n");
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
