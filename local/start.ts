/** `npm start`: tools, a cluster to land on, `pulumi up` of the dev stack or the one named; then says what stands where. */
import { ensureCluster } from "./cluster/cluster.ts";
import { run } from "./command.ts";
import { terminalProgress } from "./progress.ts";
import {
  clusterOf,
  ensureStack,
  LOCAL_CLUSTER,
  LOCAL_PLUGINS,
  outputsOf,
  readStackFile,
  runPulumi,
  STACK,
} from "./stack.ts";
import { summary } from "./summary.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

async function start(): Promise<number> {
  const [stack = STACK] = process.argv.slice(2);
  readStackFile(stack);
  const progress = terminalProgress();
  const tools = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  const cluster = clusterOf(readStackFile(stack));
  if (cluster.isLocal)
    await ensureCluster({ ...LOCAL_CLUSTER, context: cluster.context ?? LOCAL_CLUSTER.name, progress });
  await ensureStack(tools.pulumi, stack);
  const plugins = cluster.isLocal ? LOCAL_PLUGINS : {};
  const code = await runPulumi(tools.pulumi, ["up", "--stack", stack, "--yes", "--skip-preview"], plugins);
  if (code === 0) console.log(await summary(stack, cluster, await outputsOf(tools.pulumi, stack)));
  else console.error(`\nThe stack did not come up. What stands so far stays; npm start goes on from there.`);
  return code;
}

await run(start);
