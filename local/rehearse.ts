/** `npm run rehearse -- STACK`: brings a stack up, changes it and takes it down, without an account. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ConfigurationError } from "../config/mistakes.ts";
import type { Plan } from "../config/plan.ts";
import { run, UserError } from "./command.ts";
import { terminalProgress } from "./progress.ts";
import { type Changes, Rehearsal } from "./rehearsal/rehearsal.ts";
import { override, readSettings } from "./rehearsal/stack-file.ts";
import { LOCAL_DIRECTORY } from "./stack.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run rehearse -- STACK [--app NAME] [-c KEY=VALUE]... [--keep]

  STACK          a stack that has a file Pulumi.STACK.yaml
  --app NAME     the application, instead of the file's
  -c KEY=VALUE   a setting over the file's, such as -c cluster.version=1.35
  --keep         leave it standing, for a look at the cluster; the next rehearsal clears it`;

async function rehearse(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      app: { type: "string" },
      config: { type: "string", short: "c", multiple: true },
      keep: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack] = positionals;
  if (values.help || !stack) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const assignments = [...(values.app ? [`app=${values.app}`] : []), ...(values.config ?? [])];
  const settings = assignments.reduce(override, readSettings(".", stack));
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  const directory = join(process.cwd(), LOCAL_DIRECTORY, "rehearsals", `${stack}-${settings.app ?? "pybase"}`);

  const act = async <T>(title: string, work: () => Promise<T>, outcome: (result: T) => string): Promise<T> => {
    const step = progress.step(title);
    try {
      const result = await work();
      step.done(`${title}: ${outcome(result)}`);
      return result;
    } catch (error) {
      step.failed();
      throw error instanceof ConfigurationError ? new UserError(error.message) : error;
    }
  };

  const rehearsal = await act(
    "Stand-ins for the clouds",
    () => Rehearsal.prepare({ stack, settings, directory, pulumi }),
    () => "ready",
  );
  await act("pulumi up, from nothing", () => rehearsal.up(), describe);
  const kinds = await rehearsal.resources();
  await act("pulumi up, again", async () => unchanged(await rehearsal.up()), describe);
  const { path, value } = tuning(rehearsal.rehearsed.plan);
  await rehearsal.configure(path, value);
  await act(`pulumi up, with ${path} at ${value}`, () => rehearsal.up(), describe);
  const outputs = await rehearsal.outputs();
  if (!values.keep) {
    await rehearsal.unprotect();
    await act("pulumi destroy", () => rehearsal.destroy(), describe);
    const left = Object.entries(rehearsal.leftovers()).flatMap(([cloud, left]) =>
      left.map((what) => `${cloud}: ${what}`),
    );
    if (left.length > 0) throw new UserError(`The clouds have still:\n${left.map((what) => `  ${what}`).join("\n")}`);
    await rehearsal.clear();
  }
  console.log(summary(kinds, outputs));
  return 0;
}

function describe(changes: Changes): string {
  return Object.entries(changes)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
}

function unchanged(changes: Changes): Changes {
  const changed = Object.entries(changes).filter(([kind]) => kind !== "unchanged");
  if (changed.length === 0) return changes;
  throw new UserError(`The second update changed what the first had made: ${describe(Object.fromEntries(changed))}.`);
}

/** An everyday edit of the stack file. */
function tuning({ tiers }: Plan): { path: string; value: string } {
  const scaled = tiers.find(({ autoscale }) => autoscale);
  if (scaled?.autoscale) return { path: `tiers.${scaled.name}.autoscale.max`, value: String(scaled.autoscale.max + 1) };
  const tier = tiers.find(({ kind }) => kind === "web" || kind === "worker");
  if (!tier) throw new UserError("The application has no tier that could be tuned.");
  return { path: `tiers.${tier.name}.replicas`, value: String(tier.replicas + 1) };
}

function summary(kinds: Readonly<Record<string, number>>, outputs: Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(kinds).map(([type, count]) => `  ${String(count).padStart(4)}  ${type}`);
  const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const lines = Object.entries(outputs).map(([name, value]) => `  ${name}  ${JSON.stringify(value)}`);
  return ["", `${total} resources:`, ...rows, "", "Outputs:", ...lines, ""].join("\n");
}

await run(rehearse);
