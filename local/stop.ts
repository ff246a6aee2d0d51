/** `npm stop`: takes the dev stack and the local cluster down, with all that is on it. A cluster that the user brought stays. */
import { parseArgs } from "node:util";
import { deleteCluster } from "./cluster/cluster.ts";
import { run } from "./command.ts";
import { terminalProgress } from "./progress.ts";
import {
  besideJson,
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

const USAGE = `npm stop [-- [--yes] [--json]]

  --yes   on a cluster of one's own, without asking
  --json  which stacks are gone, for machines; what pulumi prints goes to standard error

Takes the local cluster down, and every stack that is on it. A cluster that Pulumi.dev.yaml names stays, without the stack.
Ends with 0 when it is gone, else with pulumi's own exit code, or 1 where something is in the way.`;

async function stop(): Promise<number> {
  const { values } = parseArgs({
    options: {
      yes: { type: "boolean", short: "y" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi"], progress);
  const tell = (stacks: readonly string[]) => {
    if (values.json) console.log(JSON.stringify({ gone: stacks }, undefined, 2));
  };
  if (!clusterOf(readStackFile()).isLocal) {
    const isThere = await stackExists(pulumi);
    const destroy = ["destroy", "--stack", STACK, ...(values.yes ? ["--yes"] : [])];
    // Somebody's real cluster: pulumi asks before it deletes, unless `npm stop -- --yes`.
    const code = isThere ? await runPulumi(pulumi, destroy, {}, besideJson(values.json)) : 0;
    if (code === 0) tell(isThere ? [STACK] : []);
    return code;
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
  tell(gone);
  return 0;
}

await run(stop);
