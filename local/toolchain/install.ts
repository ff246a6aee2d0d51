/** `npm run tools`: installs whatever the local side needs and is not there yet, and says where everything is. */
import { parseArgs } from "node:util";
import { prepareClusters } from "../cluster/cluster.ts";
import { run } from "../command.ts";
import { terminalProgress } from "../progress.ts";
import { ensureCheckov, ensureMongosh, ensureTools, ensureWheels, lacksServers, TOOL_NAMES } from "./toolchain.ts";

const USAGE = `npm run tools

Installs whatever the local side needs and is not there yet: downloads, else builds from source, once per machine. Says
where each is. Exit code 0; 1 where one cannot be had, with what is missing.`;

async function install(): Promise<number> {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const progress = terminalProgress();
  const tools = await ensureTools(TOOL_NAMES, progress);
  await prepareClusters(progress);
  await ensureCheckov(progress);
  if (!lacksServers()) {
    await ensureWheels(progress);
    await ensureMongosh(progress);
  }
  for (const [name, path] of Object.entries(tools)) console.log(`${name.padEnd(28)} ${path}`);
  return 0;
}

await run(install);
