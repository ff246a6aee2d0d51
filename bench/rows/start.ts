import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type CommandOptions, command, pairOf } from "../measure.ts";
import type { Bench, Row } from "../row.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SDKS = `import "@pulumi/pulumi"; import "@pulumi/kubernetes";`;
const PROGRAM = ["./config/load.ts", "./components/addons/addons.ts", "./components/application.ts"];
const CLOUDS = {
  "any kubeconfig": "./cloud/kubeconfig.ts",
  EKS: "./cloud/aws/connect.ts",
  GKE: "./cloud/gcp/connect.ts",
  AKS: "./cloud/azure/connect.ts",
};

/** What a program loads before its first resource, without the engine. */
export const start: Bench = {
  name: "start",
  title: "imports of the program",
  async measure(_stage, runs) {
    const rows: Row[] = [];
    for (const [name, cloud] of Object.entries(CLOUDS)) {
      const ours = [...PROGRAM, cloud].map((path) => `await import(${JSON.stringify(path)});`).join("");
      rows.push({
        what: `imports of the program on ${name}`,
        against: "imports of `@pulumi/pulumi` and `@pulumi/kubernetes` alone",
        aim: 1.3,
        pair: await pairOf(
          runs,
          () => node(ours, nodeArguments()),
          () => node(SDKS),
        ),
      });
    }
    return rows;
  },
};

/** From a mistake in the config to the words for it. */
export const mistake: Bench = {
  name: "mistake",
  title: "a mistake in the config",
  async measure(_stage, runs) {
    const wrong = ["local/explain.ts", "dev", "-c", "tiers.api.replicas=many"];
    return [
      {
        what: "a mistake in the config, to its message",
        against: "`node -e 0`",
        aim: 8,
        pair: await pairOf(
          runs,
          () => run([...nodeArguments(), ...wrong], { code: 1 }),
          () => run(["-e", "0"]),
        ),
      },
    ];
  },
};

/** Those that Pulumi gives the program. */
function nodeArguments(): string[] {
  const { runtime } = parse(readFileSync(`${ROOT}/Pulumi.yaml`, "utf8")) as {
    runtime: { options: { nodeargs: string } };
  };
  const [flag, value] = /^(--import) '(.+)'$/.exec(runtime.options.nodeargs)?.slice(1) ?? [];
  if (!flag || !value)
    throw new Error(`nodeargs of Pulumi.yaml are not what the bench knows: ${runtime.options.nodeargs}`);
  return [flag, value];
}

function node(script: string, args: readonly string[] = []): Promise<string> {
  return run([...args, "--input-type=module", "--eval", script]);
}

function run(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  // Which tests set, and which would have the others' modules kept compiled, too.
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  return command(process.execPath, args, { cwd: ROOT, env, ...options });
}
