/** `npm start`: tools, a cluster to land on, `pulumi up` of the dev stack or the one named; then says what stands where. */
import { parseArgs } from "node:util";
import { ensureCluster } from "./cluster/cluster.ts";
import { run } from "./command.ts";
import { terminalProgress } from "./progress.ts";
import {
  besideJson,
  clusterOf,
  ensureStack,
  LOCAL_CLUSTER,
  LOCAL_PLUGINS,
  outputsOf,
  readStackFile,
  runPulumi,
  STACK,
  TAKING_OVER,
} from "./stack.ts";
import { look, summary } from "./summary.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

const USAGE = `npm start [-- STACK] [--json]

  STACK   a stack that has a file Pulumi.STACK.yaml (default: ${STACK})
  --json  what stands then, for machines; what pulumi prints goes to standard error

Brings the stack up: tools, a local cluster unless the stack file names another, pulumi up. Run again, it goes on, or lands
what the stack file says by now. Ends with pulumi's own exit code, 1 where something is in the way.`;

async function start(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
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
  const wasKilled = await ensureStack(tools.pulumi, stack);
  const variables = { ...(cluster.isLocal ? LOCAL_PLUGINS : {}), ...(wasKilled ? TAKING_OVER : {}) };
  const update = ["up", "--stack", stack, "--yes", "--skip-preview"];
  const code = await runPulumi(tools.pulumi, update, variables, besideJson(values.json));
  if (code === 0) {
    const standing = await look(stack, cluster, await outputsOf(tools.pulumi, stack));
    console.log(values.json ? JSON.stringify(standing, undefined, 2) : summary(standing));
  } else {
    console.error(
      [
        "\nThe stack did not come up. What stands so far stays; npm start goes on from there.",
        `Where what an update had begun is in its way: npm run recover -- ${stack}`,
      ].join("\n"),
    );
  }
  return code;
}

await run(start);
