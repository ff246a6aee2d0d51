/** `npm run smoke`: whether a stack that stands does what it is there for. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ClusterError } from "../cloud/kubeconfig-file.ts";
import type { Registry } from "../config/images.ts";
import type { Plan } from "../config/plan.ts";
import { type Area, count, exitCode, json, text } from "./checks.ts";
import { run, UserError } from "./command.ts";
import { type Progress, terminalProgress } from "./progress.ts";
import { intendedPlan, readSettings } from "./rehearsal/stack-file.ts";
import { checkCertificates } from "./smoke/certificates.ts";
import { checkEdge, type Door, parseDoor } from "./smoke/edge.ts";
import { checkKnown } from "./smoke/known.ts";
import { type Seen, see } from "./smoke/seen.ts";
import { checkAutoscalers, checkClaims, checkServices } from "./smoke/services.ts";
import { checkStores } from "./smoke/stores.ts";
import { checkWorkloads } from "./smoke/workloads.ts";
import { type Cluster, openCluster } from "./teardown/cluster.ts";
import { Engine } from "./teardown/engine.ts";
import type { State } from "./teardown/state.ts";
import { painter, widthOf } from "./terminal.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm run smoke -- STACK [--address ADDRESS] [--read-only] [--wait SECONDS] [--json]

  STACK              a stack that stands
  --address ADDRESS  where its edge answers, such as 192.0.2.7 or lb.example.com:8443 (default: what its objects say)
  --read-only        writes to no datastore
  --wait SECONDS     how long what is wrong may still come right (default: 60)
  --json             for machines

Looks at rollouts, jobs, endpoints, volumes, autoscalers and certificates; asks each route through the edge; has a pod like
a tier's write a value to each datastore and read it back. Exit code 0; 1 where something is wrong, and says why.`;

const POLL_MILLISECONDS = 3_000;

interface Options {
  door?: Door;
  isReadOnly: boolean;
  seconds: number;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      address: { type: "string" },
      "read-only": { type: "boolean", default: false },
      wait: { type: "string", default: "60" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [stack] = positionals;
  if (values.help || !stack) {
    console.log(USAGE);
    return values.help ? 0 : 1;
  }
  const options = {
    door: values.address === undefined ? undefined : doorIn(values.address),
    isReadOnly: values["read-only"],
    seconds: secondsIn(values.wait),
  };
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi"], progress);
  const settings = readSettings(".", stack);
  const plan = await intendedPlan(settings, stack);
  const state = await new Engine(pulumi, stack).state();
  const cluster = await openCluster(state);
  if (!cluster) {
    throw new UserError(`Nothing of ${stack} stands in a cluster.\n  fix      npx pulumi up --stack ${stack}`);
  }
  try {
    const areas = await look({
      stack,
      plan,
      state,
      cluster,
      progress,
      registry: settings.registry as Registry,
      options,
    });
    console.log(
      values.json ? json(stack, areas) : text(stack, areas, painter(process.stdout), widthOf(process.stdout)),
    );
    return exitCode(areas);
  } catch (error) {
    throw error instanceof ClusterError ? new UserError(error.message.trim()) : error;
  } finally {
    cluster.close();
  }
}

function doorIn(address: string): Door {
  const door = parseDoor(address);
  if (door) return door;
  throw new UserError(
    `--address ${address}: this is no address.\n  allowed  an address or a name, with a port if it is not 443\n  fix      --address 192.0.2.7, --address lb.example.com:8443`,
  );
}

function secondsIn(given: string): number {
  const seconds = Number(given);
  if (Number.isInteger(seconds) && seconds >= 0 && given !== "") return seconds;
  throw new UserError(`--wait ${given}: this is no number of seconds.\n  allowed  0 or more\n  fix      --wait 60`);
}

interface Look {
  stack: string;
  plan: Plan;
  state: State;
  cluster: Cluster;
  progress: Progress;
  registry?: Registry;
  options: Options;
}

/** Asks again as long as something is wrong and there is time; stores are written to once, at the end. */
async function look(args: Look): Promise<Area[]> {
  const { plan, cluster, progress, registry, options } = args;
  const step = progress.step(`Looking at ${args.stack}`);
  const deadline = Date.now() + options.seconds * 1000;
  try {
    for (;;) {
      const seen = await see(cluster.ask, plan.namespace);
      const areas = await areasOf(seen, args);
      const wrong = count(areas, "failure");
      if (wrong > 0 && Date.now() < deadline) {
        step.update(`${wrong} not right yet`);
        await sleep(POLL_MILLISECONDS);
        continue;
      }
      step.update("writing to datastores");
      const stores = await checkStores(cluster, plan, seen, { isReadOnly: options.isReadOnly, registry });
      step.done();
      return [...areas, { title: "Datastores", checks: stores }];
    }
  } catch (error) {
    step.failed();
    throw error;
  }
}

async function areasOf(seen: Seen, { stack, plan, state, cluster: { ask }, options }: Look): Promise<Area[]> {
  return [
    { title: "Rollouts", checks: [...checkKnown(seen, state, stack), ...checkWorkloads(seen)] },
    { title: "Endpoints", checks: checkServices(seen) },
    { title: "Volumes", checks: checkClaims(seen) },
    { title: "Autoscalers", checks: checkAutoscalers(seen) },
    { title: "Certificates", checks: await checkCertificates(ask, plan) },
    { title: "The way in", checks: await checkEdge(ask, plan, seen, options.door) },
  ];
}

await run(main);
