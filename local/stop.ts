/** `npm stop`: takes the dev stack and the local cluster down, with all that is on it. A cluster that the user brought stays. */
import { parseArgs } from "node:util";
import { deleteCluster } from "./cluster/cluster.ts";
import { run } from "./command.ts";
import { terminalProgress } from "./progress.ts";
import {
  clusterOf,
  forgetStack,
  LOCAL_CLUSTER,
  localStacks,
  readStackFile,
  runPulumi,
  STACK,
  stackExists,
} from "./stack.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm stop [-- --yes]

  --yes  on a cluster of one's own, without asking

Takes the stack dev down, and the local cluster with it. A cluster that Pulumi.dev.yaml names stays, without the stack.
Ends with 0 when it is gone, else with pulumi's own exit code, or 1 where something is in the way.`;

async function stop(): Promise<number> {
  const { values } = parseArgs({
    options: { yes: { type: "boolean", short: "y" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi"], progress);
  if (!clusterOf(readStackFile()).isLocal) {
    if (!(await stackExists(pulumi))) return 0;
    // Somebody's real cluster: pulumi asks before it deletes, unless `npm stop -- --yes`.
    return runPulumi(pulumi, ["destroy", "--stack", STACK, ...(values.yes ? ["--yes"] : [])]);
  }
  const step = progress.step("Stopping the local cluster");
  await deleteCluster(LOCAL_CLUSTER);
  const gone: string[] = [];
  for (const stack of localStacks()) {
    if (!(await stackExists(pulumi, stack))) continue;
    await forgetStack(pulumi, stack);
    gone.push(stack);
  }
  const stacks = gone.length > 1 ? `Stacks ${gone.join(", ")}` : `Stack ${gone[0] ?? STACK}`;
  step.done(`${stacks} and the local cluster are gone`);
  return 0;
}

await run(stop);
