/** `npm run preview`: what a change of a stack means, before it is made. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run, UserError } from "./command.ts";
import { baseOf, checkOut } from "./preview/base.ts";
import { type Progress, terminalProgress } from "./progress.ts";
import { type CostDifference, costDifference } from "./proofs/cost-difference.ts";
import { Rehearsal } from "./rehearsal/rehearsal.ts";
import { isConfigurationError, override, planOf, readSettings } from "./rehearsal/stack-file.ts";
import { assess } from "./risk/assess.ts";
import { errorsOf, readPreview, withRefused } from "./risk/preview.ts";
import { exitCode, json, markdown, type Report, text } from "./risk/report.ts";
import { LOCAL_DIRECTORY, previewStack } from "./stack.ts";
import { widthOf } from "./terminal.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run preview -- STACK [--allow WHAT]... [-c KEY=VALUE]... [--json | --markdown]
npm run preview -- STACK --rehearsed [--base REF] ...

  STACK          a stack that has a file Pulumi.STACK.yaml
  --allow WHAT   data at risk that is meant, as a finding is called, such as data:postgres
  -c KEY=VALUE   a setting over the file's, such as -c cluster.version=1.35; the file stays as it is
  --json         for machines
  --markdown     for a comment on a pull request

  --rehearsed    against a rehearsal of the base, without state and credentials: for pull requests
  --base REF     what stands, as git knows it (default: where this branch left main, else HEAD)

Exit code 0; 2 where data is at risk that --allow does not name; 1 where the change would not go through, or breaks a
mandatory policy.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      allow: { type: "string", multiple: true, default: [] },
      config: { type: "string", short: "c", multiple: true, default: [] },
      json: { type: "boolean" },
      markdown: { type: "boolean" },
      rehearsed: { type: "boolean" },
      base: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack] = positionals;
  if (values.help || !stack || (values.json && values.markdown)) {
    console.log(USAGE);
    return values.help ? 0 : 1;
  }
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  const { config, base = baseOf() } = values;
  const directory = join(process.cwd(), LOCAL_DIRECTORY, "rehearsals", `preview-${stack}`);
  const checkOutBase = () => checkOut(base, stack, `${directory}-base`);
  const program = values.rehearsed ? checkOutBase() : undefined;
  const answer = program
    ? await rehearsed(stack, { pulumi, progress, config, base, directory, program })
    : await previewStack(pulumi, stack, config);
  const preview = readPreview(answer.output);
  if (!preview) throw new UserError(`pulumi preview failed:\n\n${answer.everything.trim()}`);
  const told = withRefused(preview);
  const report: Report = {
    stack,
    findings: assess(told),
    preview: told,
    allowed: values.allow,
    violations: answer.violations,
    cost: await costOver(stack, config, () => program ?? checkOutBase()),
    errors: errorsOf(preview, answer),
  };
  console.log(values.json ? json(report) : values.markdown ? markdown(report) : text(report, widthOf(process.stdout)));
  return exitCode(report);
}

/** What the stack costs more or less than git's base of it; undefined where git has none, or one of them has no plan. */
async function costOver(
  stack: string,
  config: readonly string[],
  base: () => string,
): Promise<CostDifference | undefined> {
  try {
    const program = base();
    const before = await planOf(readSettings(program, stack), stack, program);
    const after = await planOf(config.reduce(override, readSettings(process.cwd(), stack)), stack, process.cwd());
    return costDifference(before.plan, after.plan);
  } catch (error) {
    if (error instanceof UserError || isConfigurationError(error)) return undefined;
    throw error;
  }
}

interface RehearsedOptions {
  pulumi: string;
  progress: Progress;
  config: readonly string[];
  /** As git knows it. */
  base: string;
  directory: string;
  /** Folder of the program as the base has it. */
  program: string;
}

/** Brings up what the base has, and previews what the working tree has over it. */
async function rehearsed(stack: string, options: RehearsedOptions) {
  const wanted = options.config.reduce(override, readSettings(process.cwd(), stack));
  const rehearsal = await landed(stack, options);
  try {
    await rehearsal.restate(wanted);
    return await rehearsal.preview();
  } catch (error) {
    throw isConfigurationError(error) ? new UserError(error.message) : error;
  } finally {
    await rehearsal.ground.clear();
  }
}

/** The base, brought up. */
async function landed(stack: string, { pulumi, progress, base, directory, program }: RehearsedOptions) {
  const step = progress.step(`pulumi up of ${stack} as ${base} has it, rehearsed`);
  let rehearsal: Rehearsal | undefined;
  try {
    rehearsal = await Rehearsal.prepare({ stack, settings: readSettings(program, stack), directory, pulumi, program });
    await rehearsal.up({ policies: false });
    step.done();
    return rehearsal;
  } catch (error) {
    step.failed();
    await rehearsal?.ground.clear();
    throw isConfigurationError(error) ? new UserError(error.message) : error;
  }
}

await run(main);
