/** `npm run recover`: puts a stack right after an update that was killed, cut off, or failed half-way. */
import { parseArgs } from "node:util";
import { openApiServer } from "../cloud/api-server.ts";
import { ClusterError, kubeconfigFiles, readContext } from "../cloud/kubeconfig-file.ts";
import type { Plan } from "../config/plan.ts";
import { isAgreed } from "./agreement.ts";
import { run, UserError } from "./command.ts";
import { type Progress, terminalProgress } from "./progress.ts";
import { orphansOf } from "./recover/orphans.ts";
import { damagedState, mendState } from "./recover/state-file.ts";
import { intendedPlan, readSettings } from "./rehearsal/stack-file.ts";
import { see } from "./smoke/seen.ts";
import { checkWorkloads } from "./smoke/workloads.ts";
import { deadLocks, lockOwners } from "./stack.ts";
import { openCluster } from "./teardown/cluster.ts";
import { Engine } from "./teardown/engine.ts";
import { nameOf, typeOf } from "./teardown/state.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run recover -- STACK [--yes] [--json]

  STACK   the stack whose last update was killed, cut off, or failed half-way
  --yes   without asking for its name
  --json  what is found to be put right, as JSON; nothing is done

Lets go of locks that nobody holds any more, puts back a state that is damaged, lands what the stack file says on what is
really there, removes what no state knows of, and looks whether anything is left to do. Data is not touched.
Ends with 0 when all is well, 2 when nobody agreed, 1 when something is wrong still.`;

const REFUSED = 2;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      yes: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack] = positionals;
  if (values.help || !stack) {
    console.log(USAGE);
    return values.help ? 0 : REFUSED;
  }
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi"], progress);
  const plan = await intendedPlan(readSettings(".", stack), stack);
  const engine = new Engine(pulumi, stack);
  await engine.checkMade();
  if (values.json) {
    console.log(JSON.stringify({ stack, ...(await found(engine, stack)) }, null, 2));
    return 0;
  }
  const purpose = "land what the stack file says on what is there";
  const question = { name: stack, purpose, otherwise: "Nothing was changed.", yes: `${stack} may be updated` };
  if (!(await isAgreed(question, values.yes))) return REFUSED;

  await engine.unlock();
  await mend(engine, stack, progress);
  const state = await engine.state();
  if (state.resources.length === 0) await checkNothingStands(plan);
  if (state.pendingCreates.length > 0) {
    tellOfClouds(state.pendingCreates);
    await engine.clearPendingCreates();
  }
  await reconcile(engine, plan);
  await removeOrphans(engine, stack, progress);
  await engine.checkNothingIsLeft();
  console.log(`\n${stack} is as its stack file has it.`);
  return 0;
}

/** What is to be put right; what a state has that is damaged is known once it is mended. */
async function found(engine: Engine, stack: string) {
  const folder = await engine.folder();
  const locks = folder === undefined ? {} : { held: lockOwners(folder, stack), dead: deadLocks(folder) };
  const damaged = folder === undefined ? undefined : damagedState(folder, stack);
  if (damaged !== undefined) return { locks, state: { damaged } };
  const state = await engine.state();
  const cluster = await openCluster(state);
  try {
    const orphans = cluster ? await orphansOf(cluster, state, stack) : [];
    return { locks, state: { pendingCreates: state.pendingCreates }, orphans: orphans.map(({ title }) => title) };
  } finally {
    cluster?.close();
  }
}

async function mend(engine: Engine, stack: string, progress: Progress): Promise<void> {
  const folder = await engine.folder();
  if (folder === undefined) return;
  const step = progress.step("The state");
  try {
    const mended = mendState(folder, stack);
    step.done(
      mended ? `The state was damaged, and is that of ${mended.from}; it lies in ${mended.damaged}` : undefined,
    );
  } catch (error) {
    step.failed();
    throw new UserError(
      `${(error as Error).message}.\n  fix      npx pulumi stack import --stack ${stack} --file an export of yours`,
    );
  }
}

/** What is in a cluster has a fixed name, by which the update finds it; clouds refuse a second one of a name, or make it. */
function tellOfClouds(pendingCreates: readonly string[]): void {
  const clouds = pendingCreates.map((urn) => ({ type: typeOf(urn), name: nameOf({ urn }) }));
  const unknown = clouds.filter(({ type }) => !/^(kubernetes|pulumi|landfall):/.test(type));
  if (unknown.length === 0) return;
  console.error(
    [
      "",
      "Nobody knows whether the cloud has made these, for the update was cut short meanwhile:",
      ...unknown.map(({ type, name }) => `  ${type} ${name}`),
      "  fix      look for each in the cloud. One that `npx pulumi stack --show-ids` does not have holds nothing yet:",
      "           delete it, then run this again",
      "",
    ].join("\n"),
  );
}

/** An update of a stack that knows nothing would take what stands for its own without its history, and lose the rest. */
async function checkNothingStands({ cluster, namespace, stack }: Plan): Promise<void> {
  if (cluster.provider !== "kubeconfig") return;
  try {
    const { ask, close } = await openApiServer(readContext(kubeconfigFiles(cluster.path), cluster.context));
    try {
      const labels = encodeURIComponent(`app.kubernetes.io/managed-by=landfall,app.kubernetes.io/instance=${stack}`);
      const found = await ask<{ items: object[] }>(`/api/v1/namespaces/${namespace}/services?labelSelector=${labels}`);
      if ((found?.items ?? []).length === 0) return;
    } finally {
      close();
    }
  } catch (error) {
    throw error instanceof ClusterError ? new UserError(error.message.trim()) : error;
  }
  throw new UserError(
    [
      `The state of ${stack} is empty, and the stack stands in namespace ${namespace}.`,
      `  fix      npx pulumi stack import --stack ${stack} --file an export of it; docs/operations.md, The state is lost`,
    ].join("\n"),
  );
}

/** @throws UserError that says why pods do not get ready, where that is why the update failed */
async function reconcile(engine: Engine, { namespace }: Plan): Promise<void> {
  try {
    await engine.reconcile();
  } catch (error) {
    const cluster = error instanceof UserError ? await openCluster(await engine.state()) : undefined;
    if (!cluster) throw error;
    try {
      const failures = checkWorkloads(await see(cluster.ask, namespace)).filter(({ outcome }) => outcome === "failure");
      const reasons = failures.map(({ what, sentence, fix }) => `  ${what}: ${sentence}\n    ${fix}`);
      throw new UserError([...reasons, (error as Error).message].join("\n"));
    } finally {
      cluster.close();
    }
  }
}

async function removeOrphans(engine: Engine, stack: string, progress: Progress): Promise<void> {
  const state = await engine.state();
  const cluster = await openCluster(state);
  if (!cluster) return;
  const step = progress.step("Objects that no state knows of");
  try {
    const orphans = await orphansOf(cluster, state, stack);
    for (const { path } of orphans) await cluster.send("DELETE", path);
    const titles = orphans.map(({ title }) => title).join(", ");
    step.done(orphans.length > 0 ? `Removed what no state knew of: ${titles}` : "Nothing that no state knows of");
  } catch (error) {
    step.failed();
    throw error;
  } finally {
    cluster.close();
  }
}

await run(main);
