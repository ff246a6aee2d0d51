/**
 * A stack of its own for each pull request, by Pulumi's Automation API: the settings of `dev` in another namespace, under
 * another host. In the project's folder, with the backend and passphrase of the environment:
 *
 *   node docs/examples/automation/pull-request.ts up 7      # prints where it is reached
 *   node docs/examples/automation/pull-request.ts down 7    # once it is merged or closed
 */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { parse } from "yaml";

const BASE = "dev";
const tell = (line: string) => void process.stderr.write(line);

interface StackFile {
  config: Record<string, unknown> & { "landfall:edge": { host: string } };
}

/** The stack, with a file of its own; its secret is made once. */
async function stackFor(number: number): Promise<Stack> {
  const stackName = `pr-${number}`;
  const { config } = parse(readFileSync(`Pulumi.${BASE}.yaml`, "utf8")) as StackFile;
  const { "landfall:secret": _, ...settings } = config;
  const edge = { ...config["landfall:edge"], host: `${stackName}.${config["landfall:edge"].host}` };
  const own = { ...settings, "landfall:namespace": stackName, "landfall:edge": edge };
  const stack = await LocalWorkspace.createOrSelectStack({ stackName, workDir: process.cwd() });
  const { config: had = {}, ...encryption } = await stack.workspace.stackSettings(stackName);
  const secret = had["landfall:secret"];
  await stack.workspace.saveStackSettings(stackName, {
    ...encryption,
    config: { ...own, ...(secret === undefined ? {} : { "landfall:secret": secret }) } as typeof had,
  });
  if (secret === undefined) {
    await stack.setConfig("landfall:secret", { value: randomBytes(32).toString("base64url"), secret: true });
  }
  return stack;
}

async function main(verb: string | undefined, number: number): Promise<number> {
  if (!(verb === "up" || verb === "down") || !Number.isInteger(number) || number < 1) {
    tell("node docs/examples/automation/pull-request.ts up|down NUMBER\n");
    return 1;
  }
  const stack = await stackFor(number);
  if (verb === "up") {
    const { outputs } = await stack.up({ onOutput: tell });
    console.log(outputs.url?.value);
    return 0;
  }
  await stack.destroy({ onOutput: tell });
  await stack.workspace.removeStack(stack.name);
  return 0;
}

process.exitCode = await main(process.argv[2], Number(process.argv[3]));
