/** `npm run destroy`: says what goes, what stays and what would be left behind; then takes the stack down. */
import { parseArgs } from "node:util";
import { didYouMean } from "../config/mistakes.ts";
import type { Plan } from "../config/plan.ts";
import { isAgreed, type Question } from "./agreement.ts";
import { run, UserError } from "./command.ts";
import { terminalProgress } from "./progress.ts";
import { intendedPlan, override, readSettings } from "./rehearsal/stack-file.ts";
import { type Cluster, openCluster } from "./teardown/cluster.ts";
import { Engine } from "./teardown/engine.ts";
import { look, NOTHING_FOUND } from "./teardown/found.ts";
import { outsideOf } from "./teardown/outside.ts";
import { planTeardown, scopeOf, stillHeld, type TeardownPlan } from "./teardown/plan.ts";
import { type Held, liftingOf } from "./teardown/protections.ts";
import { describe, leftOver, refusal } from "./teardown/report.ts";
import type { State } from "./teardown/state.ts";
import { backUpAll, lift, takeDown } from "./teardown/teardown.ts";
import { Told } from "./teardown/told.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run destroy -- STACK [--yes] [--backup] [--release WHAT|all]... [--json] [-c KEY=VALUE]...

  STACK           the stack that goes
  --yes           without asking for its name
  --backup        a last backup of bundled datastores first, and a last snapshot of managed ones
  --release WHAT  lets go of what is held: a datastore, a volume, namespace, cluster; all of it
  --json          what would go, as JSON; nothing is done
  -c KEY=VALUE    a setting of the stack, written to its file as pulumi's own --config does

Ends with 0 when it is gone, 2 when something is held or nobody agreed, 1 when something went wrong.`;

const REFUSED = 2;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      yes: { type: "boolean", default: false },
      backup: { type: "boolean", default: false },
      release: { type: "string", multiple: true, default: [] },
      json: { type: "boolean", default: false },
      config: { type: "string", short: "c", multiple: true, default: [] },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack] = positionals;
  if (values.help || !stack) {
    console.log(USAGE);
    return values.help ? 0 : REFUSED;
  }
  const { backup, release } = values;
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi"], progress);
  const engine = new Engine(pulumi, stack);
  const settings = values.config.reduce(override, readSettings(".", stack));
  const intended = await intendedPlan(settings, stack);
  const told = new Told(stack);

  const state = await engine.state();
  const cluster = await openCluster(state);
  try {
    const plan = await planNow(state, cluster, intended, told);
    checkNames(release, plan.held, intended);
    const held = stillHeld(plan, release);
    if (values.json) {
      console.log(JSON.stringify({ stack, ...plan }, null, 2));
      return held.length > 0 ? REFUSED : 0;
    }
    if (state.resources.length === 0) {
      const left = told.read();
      console.log([`Nothing of ${stack} stands.`, ...(left.length > 0 ? [leftOver(left)] : [])].join(" "));
      told.forget();
      return 0;
    }
    console.log(describe(stack, plan));
    if (held.length > 0) {
      console.error(refusal(stack, held));
      return REFUSED;
    }
    if (!(await isAgreed(question(stack), values.yes))) return REFUSED;

    await engine.unlock();
    if (state.pendingCreates.length > 0) await engine.clearPendingCreates();
    if (backup) await backUpAll(state, cluster, progress);
    for (const assignment of values.config) await engine.configure(...split(assignment));
    if (backup || plan.held.length > 0) await lift(engine, liftingOf(plan.held, intended, backup));
    const settled = await planNow(await engine.state(), cluster, intended, told);
    told.write(settled.stays);
    await takeDown(engine, cluster, settled, progress);
    told.forget();
    console.log(`\n${stack} is gone. ${leftOver(settled.stays)}`);
    return 0;
  } finally {
    cluster?.close();
  }
}

async function planNow(state: State, cluster: Cluster | undefined, intended: Plan, told: Told): Promise<TeardownPlan> {
  const found = cluster ? await look(cluster.ask, scopeOf(state)) : NOTHING_FOUND;
  return planTeardown(state, found, [...told.read(), ...outsideOf(intended)]);
}

function question(stack: string): Question {
  const yes = `${stack} may go`;
  return { name: stack, purpose: "take it down", otherwise: "Nothing was deleted.", yes };
}

function checkNames(release: readonly string[], held: readonly Held[], { datastores }: Plan): void {
  // An earlier run that was cut short may have let go of some already.
  const stores = datastores.map(({ name }) => name);
  const known = [...new Set(["all", ...held.map(({ what }) => what), "cluster", "namespace", ...stores])];
  for (const name of release) {
    if (known.includes(name)) continue;
    const meant = didYouMean(name, known);
    throw new UserError(
      `--release ${name}: nothing of the stack is called so.\n  allowed  ${known.join(", ")}\n  fix      ${meant ? `did you mean "${meant}"?` : "name one of these"}`,
    );
  }
}

function split(assignment: string): [path: string, value: string] {
  const [path = "", ...value] = assignment.split("=");
  return [path.replace(/^landfall:/, ""), value.join("=")];
}

await run(main);
