/** `npm run rehearse -- --matrix`: the cells that are wanted, several at a time, on from where the last run ended. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "../../config/mistakes.ts";
import { UserError } from "../command.ts";
import { type Progress, silentProgress } from "../progress.ts";
import { LOCAL_DIRECTORY } from "../stack.ts";
import { allCells, type Cell, nameOf, settingsOf } from "./matrix.ts";
import { rehearseOne } from "./one.ts";
import { failuresOf } from "./proving.ts";
import { markdown, programDigest, type Result, Results } from "./results.ts";

const DIRECTORY = join(process.cwd(), LOCAL_DIRECTORY, "rehearsals");
const RESULTS = join(LOCAL_DIRECTORY, "rehearsals", "matrix.json");
const TABLE = join(LOCAL_DIRECTORY, "rehearsals", "matrix.md");

export interface MatrixOptions {
  /** Words in the names of those that are wanted. */
  only: readonly string[];
  /** Whether those that passed are rehearsed, too. */
  again: boolean;
  /** Of each cell, which then has a report of its own and all proofs. */
  drills: readonly string[];
  parallel: number;
  json: boolean;
  pulumi: string;
}

/** @returns 0 where all that is wanted is as it must be, else 1 */
export async function rehearseAll(options: MatrixOptions, progress: Progress): Promise<number> {
  const { only, again, drills, parallel, json } = options;
  mkdirSync(DIRECTORY, { recursive: true });
  const results = new Results(RESULTS);
  const program = programDigest();
  const isDone = (cell: Cell) => {
    const result = results.of(cell);
    if (again || result === undefined || result.outcome === "failed" || result.program !== program) return false;
    return result.outcome === "refused" || drills.every((drill) => result.drills?.includes(drill));
  };
  const wanted = allCells().filter((cell) => only.every((text) => nameOf(cell).includes(text)));
  const open = wanted.filter((cell) => !isDone(cell));
  const waiting = open[Symbol.iterator]();
  const started = Date.now();
  const done: Result[] = [];
  const step = progress.step(`${open.length} rehearsals, ${parallel} at a time`);
  const worker = async (number: number) => {
    for (const cell of waiting) {
      const result = { ...(await rehearseCell(cell, options, `matrix-${number}`)), program };
      results.put(result);
      done.push(result);
      tell(progress, result);
      const rehearsed = done.filter(({ outcome }) => outcome !== "refused").length;
      if (rehearsed === 0) continue;
      const left = ((Date.now() - started) / rehearsed) * (open.length - done.length);
      step.update(`${done.length} done, about ${Math.ceil(left / 60_000)} min left`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, number) => worker(number)));
  step.done(`${done.length} rehearsals`);
  const seen = wanted.flatMap((cell) => results.of(cell) ?? []);
  writeFileSync(TABLE, markdown(seen, new Date().toISOString().slice(0, 10)));
  const failed = seen.filter(({ outcome }) => outcome === "failed").length;
  const words = `\n${seen.length - failed} of ${seen.length} as they must be; ${TABLE} has the table, ${RESULTS} the rest.`;
  console.log(json ? JSON.stringify(seen, undefined, 2) : words);
  return failed > 0 ? 1 : 0;
}

async function rehearseCell(
  cell: Cell,
  { drills, pulumi }: MatrixOptions,
  folder: string,
): Promise<Omit<Result, "program">> {
  const started = Date.now();
  const ended = () => ({ ...cell, seconds: Math.round((Date.now() - started) / 1000) });
  try {
    const planned = await settingsOf(cell);
    if (planned.kind === "refused") return { ...ended(), outcome: "refused", note: planned.because };
    const { settings, note } = planned;
    const { application, profile: stack } = cell;
    const directory = join(DIRECTORY, folder);
    const report = drills.length > 0 ? join(DIRECTORY, nameOf(cell).replaceAll("/", "-")) : undefined;
    const one = { stack, application, settings, directory, pulumi, drills, report };
    const { kinds, proofs, drills: held } = await rehearseOne(one, silentProgress);
    const failures = failuresOf([...proofs, ...held]);
    if (failures.length > 0) return { ...ended(), outcome: "failed", note: failures.join("\n") };
    const resources = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    const drilled = held.length > 0 ? held.map(({ name }) => name) : undefined;
    return { ...ended(), outcome: "passed", note, resources, drills: drilled };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ConfigurationError)) throw error;
    return { ...ended(), outcome: "failed", note: error.message };
  }
}

function tell(progress: Progress, { outcome, note, seconds, ...cell }: Result): void {
  const step = progress.step(nameOf(cell));
  if (outcome === "failed") step.failed(`${nameOf(cell)} (${seconds} s)\n${note}`);
  else step.done(`${nameOf(cell)}: ${outcome}${note ? `, ${note}` : ""} (${seconds} s)`);
}
