/** `npm run doctor`: whether this machine, its tools, a stack and its cluster are in order, before anything is done. */
import { parseArgs } from "node:util";
import { type Area, exitCode, json, text, warning } from "./checks.ts";
import { run } from "./command.ts";
import { checkCredentials } from "./doctor/credentials.ts";
import { checkMachine, checkTools, thisMachine } from "./doctor/machine.ts";
import { checkBackend, checkPlan } from "./doctor/stack.ts";
import { terminalProgress } from "./progress.ts";
import { painter, widthOf } from "./terminal.ts";
import { ensureTools, kitStates } from "./toolchain/toolchain.ts";

const USAGE = `npm run doctor [-- STACK] [--json]

  STACK   a stack that has a file Pulumi.STACK.yaml, whose backend, secrets, credentials and cluster are looked at, too
  --json  for machines

Changes nothing, installs nothing and prints no secret. Exit code 0; 1 where something fails, with what to do about it.`;

// As index.ts does: Pulumi's hook looks for source maps whenever it makes a promise.
Reflect.deleteProperty(Error, "prepareStackTrace");

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const [stack] = positionals;
  const hasTools = kitStates().every(({ isPresent }) => isPresent);
  const areas: Area[] = [
    { title: "Machine", checks: checkMachine(thisMachine(), hasTools) },
    checkTools(),
    ...(stack === undefined ? [] : await checkStack(stack)),
  ];
  const name = stack ?? "this machine";
  console.log(values.json ? json(name, areas) : text(name, areas, painter(process.stdout), widthOf(process.stdout)));
  return exitCode(areas);
}

async function checkStack(stack: string): Promise<Area[]> {
  // The program, which it renders, takes seconds to load.
  const { checkCluster } = await import("./doctor/cluster.ts");
  const { plan, checks } = await checkPlan(stack);
  return [
    { title: `Stack ${stack}`, checks: [...checks, ...(await backendOf(stack))] },
    ...(plan
      ? [
          { title: "Credentials", checks: await checkCredentials(plan) },
          { title: "Cluster", checks: await checkCluster(plan) },
        ]
      : []),
  ];
}

async function backendOf(stack: string) {
  const pulumi = kitStates().find(({ title }) => title.startsWith("Pulumi "));
  if (!pulumi?.isPresent) return [warning("Backend", "not asked: Pulumi is not installed yet", "npm run tools")];
  const tools = await ensureTools(["pulumi"], terminalProgress());
  return checkBackend(tools.pulumi, stack);
}

await run(main);
