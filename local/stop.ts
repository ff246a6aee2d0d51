/** `npm stop`: takes the dev stack and the local cluster down. A cluster that the user brought stays. */
import { deleteCluster } from "./cluster/cluster.ts";
import { run } from "./command.ts";
import { terminalProgress } from "./progress.ts";
import { clusterOf, forgetStack, LOCAL_CLUSTER, readStackFile, runPulumi, STACK, stackExists } from "./stack.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

async function stop(): Promise<number> {
  const progress = terminalProgress();
  const { pulumi } = await ensureTools(["pulumi"], progress);
  if (!clusterOf(readStackFile()).isLocal) {
    if (!(await stackExists(pulumi))) return 0;
    // Somebody's real cluster: pulumi asks before it deletes, unless `npm stop -- --yes`.
    return runPulumi(pulumi, ["destroy", "--stack", STACK, ...process.argv.slice(2)]);
  }
  const step = progress.step("Stopping the local cluster");
  await deleteCluster(LOCAL_CLUSTER);
  if (await stackExists(pulumi)) await forgetStack(pulumi);
  step.done(`Stack ${STACK} and the local cluster are gone`);
  return 0;
}

await run(stop);
