/** `npm run tools`: installs whatever the local side needs and is not there yet, and says where everything is. */
import { terminalProgress } from "../progress.ts";
import { ensureManifests, ensureTools, TOOL_NAMES, ToolError } from "./toolchain.ts";

try {
  const progress = terminalProgress();
  const tools = await ensureTools(TOOL_NAMES, progress);
  await ensureManifests(progress);
  for (const [name, path] of Object.entries(tools)) console.log(`${name.padEnd(28)} ${path}`);
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  console.error(`\n${error.message}\n`);
  process.exitCode = 1;
}
