/** `npm run restore`: puts a copy of a bundled datastore back, or says how it is done where the cloud keeps the copies. */
import { parseArgs } from "node:util";
import type { BundledDatastore, Plan } from "../config/plan.ts";
import { isAgreed, type Question } from "./agreement.ts";
import { run, UserError } from "./command.ts";
import { type Progress, terminalProgress } from "./progress.ts";
import { intendedPlan, readSettings, type Settings } from "./rehearsal/stack-file.ts";
import { type Pending, pendingIn, putBack, removeRecovered, takeOut } from "./restore/carry-out.ts";
import { type Copy, checkMoment, choose, isCopyName, listCopies, parseTime } from "./restore/copies.ts";
import { externally, managedSteps } from "./restore/elsewhere.ts";
import { describe, list, nameOf, type Restore, type Wanted } from "./restore/report.ts";
import { datastoreIn, restoringIn, scheduleIn, type Target, targetOf } from "./restore/target.ts";
import { readPreview } from "./risk/preview.ts";
import { previewStack } from "./stack.ts";
import { type Cluster, openCluster } from "./teardown/cluster.ts";
import { Engine } from "./teardown/engine.ts";
import type { State } from "./teardown/state.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run restore -- STACK DATASTORE [--at TIME] [--list] [--yes] [--without-copy] [--with-changes] [--give-up] [--json]

  STACK DATASTORE  what is restored, by the name that the application has for it
  --at TIME        the latest copy from before then, in UTC unless it says otherwise (default: the latest); or a copy's name;
                   where the log is archived, that very moment
  --list           which copies there are; nothing is done
  --yes            without asking for the datastore's name
  --without-copy   what the store has now is lost: no copy is made of it first
  --with-changes   also lands what else the stack file says that has not been landed
  --give-up        starts the tiers of a restore that failed on what the store has now
  --json           what would be done, as JSON; nothing is done

A datastore that the cloud runs is restored by the cloud: the steps are printed, with this stack's names.
Run again after it was cut short, it goes on. Ends with 0 when all is done, 2 when nobody agreed, 1 when something went wrong.`;

const REFUSED = 2;

interface Options {
  at?: string;
  list: boolean;
  yes: boolean;
  withoutCopy: boolean;
  withChanges: boolean;
  giveUp: boolean;
  json: boolean;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      at: { type: "string" },
      list: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      "without-copy": { type: "boolean", default: false },
      "with-changes": { type: "boolean", default: false },
      "give-up": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack, name] = positionals;
  if (values.help || !stack || !name) {
    console.log(USAGE);
    return values.help ? 0 : REFUSED;
  }
  const options: Options = {
    ...values,
    withoutCopy: values["without-copy"],
    withChanges: values["with-changes"],
    giveUp: values["give-up"],
  };
  const before = options.at === undefined ? undefined : parseTime(options.at);
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi"], progress);
  const settings = readSettings(".", stack);
  const plan = await intendedPlan(settings, stack);
  const datastore = datastoreIn(plan, name);
  const engine = new Engine(pulumi, stack);
  switch (datastore.mode) {
    case "external":
      console.log(options.json ? JSON.stringify({ stack, datastore: name, mode: "external" }) : externally(datastore));
      return 0;
    case "managed": {
      const steps = managedSteps(stack, datastore, await engine.state(), before);
      console.log(options.json ? JSON.stringify({ stack, datastore: name, mode: "managed", steps }) : steps.join("\n"));
      return 0;
    }
    case "bundled":
      return restoreBundled({ stack, plan, settings, datastore, options, before, pulumi, engine, progress });
  }
}

interface Bundled {
  stack: string;
  plan: Plan;
  settings: Settings;
  datastore: BundledDatastore;
  options: Options;
  before: Date | undefined;
  pulumi: string;
  engine: Engine;
  progress: Progress;
}

/** With the cluster that it stands in. */
interface Standing extends Bundled {
  target: Target;
  state: State;
  cluster: Cluster;
}

async function restoreBundled(args: Bundled): Promise<number> {
  const { stack, plan, datastore, engine } = args;
  const target = targetOf(plan, datastore);
  const state = await engine.state();
  const cluster = await openCluster(state);
  if (!cluster) {
    throw new UserError(`Nothing of ${stack} stands in a cluster.\n  fix      npx pulumi up --stack ${stack}`);
  }
  try {
    return await restoreIn({ ...args, target, state, cluster });
  } finally {
    cluster.close();
  }
}

async function restoreIn(args: Standing): Promise<number> {
  const { stack, settings, options, target, state, cluster, engine } = args;
  const { declared } = target.datastore;
  const pending = pendingIn(settings, declared);
  const restoring = restoringIn(state, target);
  if (options.giveUp || (!pending && restoring !== undefined && !options.list && !options.json)) {
    if (options.giveUp && !pending && restoring === undefined) {
      throw new UserError(`No restore of ${declared} is under way.\n  fix      leave out --give-up`);
    }
    console.log(`The tiers of ${declared} are started on what it has now.`);
    if (options.giveUp && !(await isAgreed(question(declared), options.yes))) return REFUSED;
    await ready(engine, state);
    await takeOut(engine, settings, declared);
    // An engine that was killed may have stopped tiers that its state has running.
    await engine.reconcile();
    await removeRecovered(cluster, target, pending);
    return 0;
  }
  if (options.list) {
    const copies = await listed(args);
    console.log(options.json ? JSON.stringify(copies, null, 2) : list(declared, copies));
    return 0;
  }
  const goesOn = pending !== undefined && options.at === undefined;
  const wanted = await wantedOf(args, pending);
  const restore: Restore = { stack, target, wanted };
  if (options.json) {
    const { kind, ...what } = wanted;
    console.log(JSON.stringify({ stack, datastore: declared, mode: "bundled", ...what, pending }, null, 2));
    return 0;
  }
  if (goesOn) console.log(`A restore of ${declared} was cut short, or failed. It goes on.`);
  console.log(describe(restore));
  if (!pending && !options.withChanges) await checkLanded(args);
  if (!(await isAgreed(question(declared), options.yes))) return REFUSED;
  await ready(engine, state);
  await putBack(engine, cluster, restore, pending);
  console.log(`\n${declared} has what ${nameOf(wanted)} has. Its tiers start.`);
  await takeOut(engine, readSettings(".", stack), declared);
  await engine.up();
  console.log(`\n${declared} is restored to ${nameOf(wanted)}.`);
  return 0;
}

/** What was asked for; else what a restore that was cut short has begun with; else the latest copy. */
async function wantedOf(args: Standing, pending: Pending | undefined): Promise<Wanted> {
  const { options, before, target } = args;
  const { archive, datastore } = target.backup;
  const begun = options.at === undefined ? pending : undefined;
  const moment = begun && "at" in begun ? parseTime(begun.at) : before;
  if (archive && moment && !isCopyName(options.at ?? "")) {
    checkMoment(datastore.declared, moment, archive.retentionDays);
    return { kind: "moment", at: moment, retentionDays: archive.retentionDays };
  }
  const copies = await listed(args);
  const copy = begun && "copy" in begun ? named(copies, begun.copy) : choose(copies, datastore.declared, before);
  const copyFirst = !options.withoutCopy && !(pending && "copy" in pending && pending.copyFirst === false);
  return { kind: "copy", copy, copies, copyFirst };
}

function question(datastore: string): Question {
  const yes = `${datastore} may be overwritten`;
  return { name: datastore, purpose: "go on", otherwise: "Nothing was changed.", yes };
}

async function listed({ stack, target, state, cluster, progress }: Standing): Promise<Copy[]> {
  const cronJob = scheduleIn(state, target);
  if (cronJob === undefined) {
    throw new UserError(
      `The backups of ${target.datastore.declared} have not been landed.\n  fix      npx pulumi up --stack ${stack}`,
    );
  }
  const step = progress.step(`Copies of ${target.datastore.declared}`);
  try {
    const copies = await listCopies(cluster, cronJob, target.backup);
    step.done();
    return copies;
  } catch (error) {
    step.failed();
    throw error;
  }
}

function named(copies: readonly Copy[], name: string): Copy {
  const copy = copies.find((copy) => copy.name === name);
  if (copy) return copy;
  throw new UserError(
    `The stack file asks for the copy ${name}, and there is none.\n  allowed  ${copies.map(({ name }) => name).join(", ") || "nothing"}\n  fix      --at takes another one; --give-up takes none`,
  );
}

/** An update lands all that the stack file says, and in the midst of a restore that should be the restore. */
async function checkLanded({ pulumi, stack }: Bundled): Promise<void> {
  const { output, everything } = await previewStack(pulumi, stack, []);
  const preview = readPreview(output);
  if (!preview) throw new UserError(`pulumi preview failed:\n\n${everything.trim()}`);
  const changes = preview.steps.filter(({ op }) => !["same", "read", "refresh"].includes(op));
  if (changes.length === 0) return;
  throw new UserError(
    [
      `The stack file or the program says what has not been landed: ${changes.length} resources would change along with the restore.`,
      `  fix      npm run preview -- ${stack} shows them; land them or take them back, or agree to them with --with-changes`,
    ].join("\n"),
  );
}

async function ready(engine: Engine, state: State): Promise<void> {
  await engine.unlock();
  if (state.pendingCreates.length > 0) await engine.clearPendingCreates();
}

await run(main);
