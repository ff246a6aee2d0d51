/** `npm run tools`: installs whatever the local side needs and is not there yet, and says where everything is. */
import { prepareClusters } from "../cluster/cluster.ts";
import { run } from "../command.ts";
import { terminalProgress } from "../progress.ts";
import { ensureMongosh, ensureTools, ensureWheels, lacksServers, TOOL_NAMES } from "./toolchain.ts";

async function install(): Promise<number> {
  const progress = terminalProgress();
  const tools = await ensureTools(TOOL_NAMES, progress);
  await prepareClusters(progress);
  if (!lacksServers()) {
    await ensureWheels(progress);
    await ensureMongosh(progress);
  }
  for (const [name, path] of Object.entries(tools)) console.log(`${name.padEnd(28)} ${path}`);
  return 0;
}

await run(install);
