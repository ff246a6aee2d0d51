/** `npm run rehearse`: brings a stack up, changes it and takes it down, without an account. */
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { ConfigurationError } from "../config/mistakes.ts";
import { run, UserError } from "./command.ts";
import { DRILLS } from "./drills/drills.ts";
import { type Progress, terminalProgress } from "./progress.ts";
import { rehearseAll } from "./rehearsal/all.ts";
import { type One, rehearseOne, type Told } from "./rehearsal/one.ts";
import { failuresOf } from "./rehearsal/proving.ts";
import { override, readSettings } from "./rehearsal/stack-file.ts";
import { LOCAL_DIRECTORY } from "./stack.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run rehearse -- STACK [--app NAME] [-c KEY=VALUE]... [--quick] [--drill NAME]... [--keep] [--json]
npm run rehearse -- --matrix [--only TEXT]... [--again] [--drill NAME]... [--parallel N] [--json]

  STACK          a stack that has a file Pulumi.STACK.yaml
  --app NAME     the application, or its file, instead of the stack file's
  -c KEY=VALUE   a setting over the file's, such as -c cluster.version=1.35
  --quick        without the drills, which take minutes
  --drill NAME   only this drill, or those, or all:
                 ${Object.keys(DRILLS).join(", ")}
  --keep         leave it standing, for a look at the cluster; the next rehearsal clears it
  --json         how it went, for machines

  --matrix       every application x cluster x profile x place of its datastores; goes on where it ended
  --only TEXT    cells with these words in their names, such as pybase/eks or production
  --again        those that passed, too
  --drill NAME   this drill, too, or those, with all proofs and a report for each cell; all for each of them
  --parallel N   so many at a time (default: one for each of the machine's processors)

Ends with 0 when all went as it must, 1 when something did not.`;

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
  const drills = values.quick ? [] : drillsCalled(values.drill ?? (values.matrix ? [] : ["all"]));
  const parallel = atLeastOne(values.parallel);
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  if (values.matrix) {
    const { only, again = false, json } = values;
    return rehearseAll({ only, again, drills, parallel, json, pulumi }, progress);
  }
  const assignments = [...(values.app ? [`app=${values.app}`] : []), ...values.config];
  const settings = assignments.reduce(override, readSettings(".", stack as string));
  const application = basename(String(settings.app ?? "pybase")).replace(/\.\w+$/, "");
  const directory = join(process.cwd(), LOCAL_DIRECTORY, "rehearsals", `${stack}-${application}`);
  const { keep } = values;
  const one = { stack: stack as string, application, settings, directory, pulumi, keep, drills, report: directory };
  const result = await told(one, progress);
  console.log(values.json ? JSON.stringify({ stack, ...result }, undefined, 2) : summary(result));
  return failuresOf([...result.proofs, ...result.drills]).length > 0 ? 1 : 0;
}

function drillsCalled(names: readonly string[]): readonly string[] {
  if (names.includes("all")) return Object.keys(DRILLS);
  const unknown = names.find((name) => !(name in DRILLS));
  if (unknown === undefined) return names;
  throw new UserError(`--drill ${unknown}: no such drill\n  allowed  ${Object.keys(DRILLS).join(", ")}, all`);
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UserError(`--parallel ${text}: not a number from 1`);
  return Number(text);
}

async function told(one: One, progress: Progress): Promise<Told> {
  try {
    return await rehearseOne(one, progress);
  } catch (error) {
    throw error instanceof ConfigurationError ? new UserError(error.message) : error;
  }
}

function summary({ kinds, outputs, report }: Told): string {
  const rows = Object.entries(kinds).map(([type, count]) => `  ${String(count).padStart(4)}  ${type}`);
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name}  ${JSON.stringify(value)}`);
  return ["", `The report: ${report}`, "", `${total} resources:`, ...rows, "", "Outputs:", ...lines, ""].join("\n");
}

await run(main);
