/** `npm start`: tools, a cluster to land on, `pulumi up` of the dev stack or the one named; then says what stands where. */
import { parseArgs } from "node:util";
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

const USAGE = `npm start [-- STACK]

  STACK  a stack that has a file Pulumi.STACK.yaml (default: ${STACK})

Brings the stack up: tools, a local cluster unless the stack file names another, pulumi up. Run again, it goes on, or lands
what the stack file says by now. Ends with pulumi's own exit code, 1 where something is in the way.`;

async function start(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [stack = STACK] = positionals;
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
