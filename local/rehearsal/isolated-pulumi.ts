import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { UserError } from "../command.ts";
import { KNOWING_EVENT_LOGS } from "../policies.ts";
import type { Answer } from "../risk/preview.ts";
import { LOCAL_PLUGINS } from "../stack.ts";
import { killTree } from "../system-processes.ts";
import { randomSecret } from "./stack-file.ts";

/** Pulumi with a home, a state and a passphrase below one folder, and nothing of the user's: neither state nor credentials. */
export class IsolatedPulumi {
  /** What is not set here is not there. */
  readonly environment: NodeJS.ProcessEnv;
  readonly #pulumi: string;

  /** @param pulumi the executable */
  constructor(pulumi: string, directory: string) {
    this.#pulumi = pulumi;
    this.environment = {
      PATH: [join(directory, "bin"), process.env.PATH].join(delimiter),
      HOME: directory,
      PULUMI_HOME: join(directory, "pulumi"),
      PULUMI_BACKEND_URL: `file://${join(directory, "state")}?create_dir=true&metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: randomSecret(),
      PULUMI_SKIP_UPDATE_CHECK: "1",
      ...LOCAL_PLUGINS,
      ...KNOWING_EVENT_LOGS,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NO_COLOR: "1",
      KUBECONFIG: join(directory, "kubeconfig"),
    };
  }

  /** What the command printed. @throws UserError with all of it where it fails */
  async run(cwd: string, ...args: string[]): Promise<string> {
    const { code, output, everything } = await this.ask(cwd, ...args);
    if (code === 0) return output;
    throw new UserError(`pulumi ${args.slice(0, 2).join(" ")} failed:\n\n${everything.trim()}`);
  }

  async ask(cwd: string, ...args: string[]): Promise<Answer> {
    return this.#answer(this.#start(cwd, args));
  }

  /** Kills the command with all that it has started, once `moment` has come. @returns what it had printed */
  async kill(cwd: string, args: readonly string[], moment: () => Promise<unknown>): Promise<Answer> {
    const child = this.#start(cwd, args);
    const answer = this.#answer(child);
    await Promise.race([moment(), answer]);
    if (child.exitCode === null) killTree(child);
    return answer;
  }

  #start(cwd: string, args: readonly string[]) {
    return spawn(this.#pulumi, ["--non-interactive", ...args], { cwd, env: this.environment });
  }

  async #answer(child: ChildProcessWithoutNullStreams): Promise<Answer> {
    let output = "";
    let everything = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      everything += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      everything += text;
    });
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status, signal) => {
        if (signal) everything += `\npulumi was ended by ${signal}.`;
        resolve(status ?? -1);
      });
    });
    return { code, output, everything };
  }
}
