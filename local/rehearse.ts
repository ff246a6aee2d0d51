/** `npm run rehearse`: brings a stack up, changes it and takes it down, without an account. */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { ConfigurationError } from "../config/mistakes.ts";
import { run, UserError } from "./command.ts";
import { DRILLS, drillStack } from "./drills/drills.ts";
import { type Progress, type Step, terminalProgress } from "./progress.ts";
import type { Proof } from "./proofs/proof.ts";
import { allCells, type Cell, nameOf, settingsOf } from "./rehearsal/matrix.ts";
import { describeProof, failuresOf, proveStack, proveWhole } from "./rehearsal/proving.ts";
import { Rehearsal } from "./rehearsal/rehearsal.ts";
import { markdown, programDigest, type Result, Results } from "./rehearsal/results.ts";
import { type Act, describeChanges, type Rehearsed, rehearse } from "./rehearsal/sequence.ts";
import { override, readSettings, type Settings } from "./rehearsal/stack-file.ts";
import type { ActData, ReportData } from "./report/data.ts";
import { pictureOf } from "./report/picture.ts";
import { writeReport } from "./report/write.ts";
import { LOCAL_DIRECTORY } from "./stack.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run rehearse -- STACK [--app NAME] [-c KEY=VALUE]... [--quick] [--drill NAME]... [--keep] [--json]
npm run rehearse -- --matrix [--only TEXT]... [--again] [--parallel N] [--json]

  STACK          a stack that has a file Pulumi.STACK.yaml
  --app NAME     the application, or its file, instead of the stack file's
  -c KEY=VALUE   a setting over the file's, such as -c cluster.version=1.35
  --quick        without the drills, which take minutes
  --drill NAME   only this drill, or those: ${Object.keys(DRILLS).join(", ")}
  --keep         leave it standing, for a look at the cluster; the next rehearsal clears it
  --json         how it went, for machines

  --matrix       every application x cluster x profile x place of its datastores; goes on where it ended
  --only TEXT    cells with these words in their names, such as pybase/eks or production
  --again        those that passed, too
  --parallel N   so many at a time (default: one for each of the machine's processors)

Ends with 0 when all went as it must, 1 when something did not.`;

const RESULTS = join(LOCAL_DIRECTORY, "rehearsals", "matrix.json");
const REPORT = join(LOCAL_DIRECTORY, "rehearsals", "matrix.md");

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      app: { type: "string" },
      config: { type: "string", short: "c", multiple: true, default: [] },
      quick: { type: "boolean" },
      drill: { type: "string", multiple: true },
      keep: { type: "boolean" },
      matrix: { type: "boolean" },
      only: { type: "string", multiple: true, default: [] },
      again: { type: "boolean" },
      parallel: { type: "string", default: String(availableParallelism()) },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack] = positionals;
  if (values.help || (!stack && !values.matrix)) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  if (values.matrix) {
    const { only, again = false, json } = values;
    return rehearseAll(pulumi, progress, { only, again, json, parallel: atLeastOne(values.parallel) });
  }
  const assignments = [...(values.app ? [`app=${values.app}`] : []), ...values.config];
  const settings = assignments.reduce(override, readSettings(".", stack as string));
  const drills = values.quick ? [] : drillsCalled(values.drill ?? Object.keys(DRILLS));
  const { keep = false } = values;
  const result = await rehearseOne({ stack: stack as string, settings, pulumi, keep, drills }, progress);
  console.log(values.json ? JSON.stringify({ stack, ...result }, undefined, 2) : summary(result));
  return failuresOf([...result.proofs, ...result.drills]).length > 0 ? 1 : 0;
}

function drillsCalled(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => !(name in DRILLS));
  if (unknown === undefined) return names;
  throw new UserError(`--drill ${unknown}: no such drill\n  allowed  ${Object.keys(DRILLS).join(", ")}`);
}

interface One {
  stack: string;
  settings: Settings;
  pulumi: string;
  keep: boolean;
  drills: readonly string[];
}

/** How it went, and where its report lies. */
type Told = Rehearsed & { acts: ActData[]; report: string };

async function rehearseOne({ stack, settings, pulumi, keep, drills }: One, progress: Progress): Promise<Told> {
  const application = basename(String(settings.app ?? "pybase")).replace(/\.\w+$/, "");
  const directory = join(process.cwd(), LOCAL_DIRECTORY, "rehearsals", `${stack}-${application}`);
  const acts: ActData[] = [];
  const act: Act = async (title, work) => {
    const step = progress.step(title);
    const started = Date.now();
    try {
      const changes = await work();
      acts.push({ title, changes, seconds: (Date.now() - started) / 1000 });
      step.done(`${title}: ${describeChanges(changes)}`);
      return changes;
    } catch (error) {
      step.failed();
      throw error;
    }
  };
  const prove = async (rehearsal: Rehearsal) => {
    const proofs = await proveWhole(rehearsal);
    for (const proof of proofs) tellProof(progress.step(proof.title), proof);
    return proofs;
  };
  const drill = (rehearsal: Rehearsal) =>
    drillStack(rehearsal, drills, async (name, hold) => {
      const step = progress.step(`drill ${name}`);
      try {
        const held = await hold();
        tellProof(step, held);
        return held;
      } catch (error) {
        step.failed();
        throw error;
      }
    });
  try {
    const rehearsal = await Rehearsal.prepare({ stack, settings, directory, pulumi });
    const when = new Date().toISOString();
    const rehearsed = await rehearse(rehearsal, { act, prove, drill }, keep);
    const { provider } = rehearsal.plan.cluster;
    const { proofs, drills, kinds } = rehearsed;
    const picture = pictureOf(rehearsal.plan);
    const data: ReportData = { stack, application, provider, when, acts, proofs, drills, kinds, picture };
    const file = `${directory}.report.json`;
    writeFileSync(file, JSON.stringify(data, undefined, 2));
    return { ...rehearsed, acts, report: relative(process.cwd(), writeReport(file)) };
  } catch (error) {
    throw error instanceof ConfigurationError ? new UserError(error.message) : error;
  }
}

function tellProof(step: Step, proof: Proof): void {
  if (proof.outcome === "failed") step.failed(describeProof(proof));
  else step.done(describeProof(proof));
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UserError(`--parallel ${text}: not a number from 1`);
  return Number(text);
}

interface MatrixOptions {
  only: readonly string[];
  again: boolean;
  parallel: number;
  json: boolean;
}

async function rehearseAll(pulumi: string, progress: Progress, { only, again, parallel, json }: MatrixOptions) {
  mkdirSync(join(LOCAL_DIRECTORY, "rehearsals"), { recursive: true });
  const results = new Results(RESULTS);
  const program = programDigest();
  const isDone = (cell: Cell) => {
    const result = results.of(cell);
    return !again && result !== undefined && result.outcome !== "failed" && result.program === program;
  };
  const wanted = allCells().filter((cell) => only.every((text) => nameOf(cell).includes(text)));
  const open = wanted.filter((cell) => !isDone(cell));
  const waiting = open[Symbol.iterator]();
  const started = Date.now();
  const done: Result[] = [];
  const step = progress.step(`${open.length} rehearsals, ${parallel} at a time`);
  const worker = async (number: number) => {
    for (const cell of waiting) {
      const result = await rehearseCell(cell, pulumi, program, `matrix-${number}`);
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
  writeFileSync(REPORT, markdown(seen, new Date().toISOString().slice(0, 10)));
  const failed = seen.filter(({ outcome }) => outcome === "failed").length;
  const words = `\n${seen.length - failed} of ${seen.length} as they must be; ${REPORT} has the table, ${RESULTS} the rest.`;
  console.log(json ? JSON.stringify(seen, undefined, 2) : words);
  return failed > 0 ? 1 : 0;
}

function tell(progress: Progress, { outcome, note, seconds, ...cell }: Result): void {
  const step = progress.step(nameOf(cell));
  if (outcome === "failed") step.failed(`${nameOf(cell)} (${seconds} s)\n${note}`);
  else step.done(`${nameOf(cell)}: ${outcome}${note ? `, ${note}` : ""} (${seconds} s)`);
}

async function rehearseCell(cell: Cell, pulumi: string, program: string, folder: string): Promise<Result> {
  const started = Date.now();
  const ended = () => ({ ...cell, program, seconds: Math.round((Date.now() - started) / 1000) });
  try {
    const planned = await settingsOf(cell);
    if (planned.kind === "refused") return { ...ended(), outcome: "refused", note: planned.because };
    const directory = join(process.cwd(), LOCAL_DIRECTORY, "rehearsals", folder);
    const { settings, note } = planned;
    const rehearsal = await Rehearsal.prepare({ stack: cell.profile, settings, directory, pulumi });
    const { kinds, proofs } = await rehearse(rehearsal, { act: (_, work) => work(), prove: proveStack });
    const failures = failuresOf(proofs);
    if (failures.length > 0) return { ...ended(), outcome: "failed", note: failures.join("\n") };
    const resources = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    return { ...ended(), outcome: "passed", note, resources };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ConfigurationError)) throw error;
    return { ...ended(), outcome: "failed", note: error.message };
  }
}

function summary({ kinds, outputs, report }: Told): string {
  const rows = Object.entries(kinds).map(([type, count]) => `  ${String(count).padStart(4)}  ${type}`);
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name}  ${JSON.stringify(value)}`);
  return ["", `The report: ${report}`, "", `${total} resources:`, ...rows, "", "Outputs:", ...lines, ""].join("\n");
}

await run(main);
