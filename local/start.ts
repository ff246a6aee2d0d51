/** `npm start`: tools, a cluster to land on, `pulumi up` of the dev stack; then says what stands where. */
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

const USAGE = `npm start

Brings the stack dev up: tools, a local cluster unless Pulumi.dev.yaml names another, pulumi up. Run again, it goes on, or
lands what the stack file says by now. Ends with pulumi's own exit code, 1 where something is in the way.`;

async function start(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const progress = terminalProgress();
  const tools = await ensureTools(["pulumi", "pulumi-resource-kubernetes"], progress);
  const cluster = clusterOf(readStackFile());
  if (cluster.isLocal)
    await ensureCluster({ ...LOCAL_CLUSTER, context: cluster.context ?? LOCAL_CLUSTER.name, progress });
  await ensureStack(tools.pulumi);
  const plugins = cluster.isLocal ? LOCAL_PLUGINS : {};
  const code = await runPulumi(tools.pulumi, ["up", "--stack", STACK, "--yes", "--skip-preview"], plugins);
  if (code === 0) console.log(await summary(cluster, await outputsOf(tools.pulumi)));
  else console.error(`\nThe stack did not come up. What stands so far stays; npm start goes on from there.`);
  return code;
}

await run(start);
