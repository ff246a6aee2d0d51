/** Stacks as a user has them: a project folder, the real CLI, the real engine and provider, a cluster. */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { type Changes, countChanges } from "../../local/rehearsal/changes.ts";
import { killTree } from "../../local/system-processes.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

export const TEST_SECRET = "a-stack-secret-for-tests-that-is-long-enough";
const PASSPHRASE = "correct horse battery staple";

export interface Outcome {
  code: number;
  /** All that the command printed. */
  output: string;
}

/** A copy of the project with state, passphrase and config of its own; the program is the repository's. */
export class TestStack {
  readonly directory: string;
  readonly name: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #running = new Set<ReturnType<typeof spawn>>();

  /** @param files of the program that the test changes or adds, by path */
  constructor(
    name: string,
    config: Record<string, unknown>,
    environment: NodeJS.ProcessEnv = {},
    files: Record<string, string> = {},
  ) {
    this.name = name;
    this.directory = mkdtempSync(join(tmpdir(), "landfall-stack-"));
    const place = Object.keys(files).length > 0 ? copy : symlinkSync;
    for (const entry of ["index.ts", "package.json", "apps", "cloud", "components", "config"]) {
      place(join(repository, entry), join(this.directory, entry));
    }
    symlinkSync(join(repository, "node_modules"), join(this.directory, "node_modules"));
    for (const [path, text] of Object.entries(files)) writeFileSync(join(this.directory, path), text);
    writeFileSync(join(this.directory, "Pulumi.yaml"), readFileSync(join(repository, "Pulumi.yaml")));
    mkdirSync(join(this.directory, ".landfall"));
    this.#environment = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${this.directory}/.landfall/state?create_dir=true&metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NO_COLOR: "1",
      ...environment,
    };
    this.configure(config);
  }

  get stackFile(): string {
    return join(this.directory, `Pulumi.${this.name}.yaml`);
  }

  /** Makes the stack, with its secrets encrypted. */
  async create(secrets: Record<string, string> = { "landfall:secret": TEST_SECRET }): Promise<this> {
    await this.succeed("stack", "init", this.name);
    const values = Object.entries(secrets).flatMap(([key, value]) => ["--secret", `${key}=${value}`]);
    if (values.length > 0) await this.succeed("config", "set-all", "--stack", this.name, "--path", ...values);
    return this;
  }

  /** Lays `config` over the stack file as an editor would; `undefined` takes a key out. */
  configure(config: Record<string, unknown>): void {
    let current: { config?: Record<string, unknown> } = {};
    try {
      current = parse(readFileSync(this.stackFile, "utf8")) ?? {};
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    writeFileSync(this.stackFile, stringify({ ...current, config: { ...current.config, ...config } }));
  }

  /** Runs `pulumi` as a user would type it. */
  async run(...args: string[]): Promise<Outcome> {
    return outcomeOf(this.#spawn(args));
  }

  /** Runs `pulumi` with other variables of the environment. */
  async runWith(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Outcome> {
    return outcomeOf(this.#start("pulumi", ["--non-interactive", ...args], environment));
  }

  /** Runs `pulumi` where no file may grow beyond so many blocks of 512 bytes, as a full disk has it. */
  async runWithin(blocks: number, ...args: string[]): Promise<Outcome> {
    return outcomeOf(
      this.#start("sh", ["-c", `ulimit -f ${blocks}; exec pulumi --non-interactive "$@"`, "sh", ...args]),
    );
  }

  /** Runs one of the repository's own commands, such as `local/restore.ts`, in the project. */
  async runCommand(path: string, ...args: string[]): Promise<Outcome> {
    return outcomeOf(this.#start(process.execPath, [join(repository, path), ...args]));
  }

  /** The same with other variables of the environment. */
  async runCommandWith(variables: NodeJS.ProcessEnv, path: string, ...args: string[]): Promise<Outcome> {
    return outcomeOf(this.#start(process.execPath, [join(repository, path), ...args], variables));
  }

  /** Starts such a command, and kills all of it once `moment` has come. */
  async killCommand(path: string, args: readonly string[], moment: () => Promise<unknown>): Promise<void> {
    const child = this.#start(process.execPath, [join(repository, path), ...args]);
    const ended = new Promise((resolve) => child.on("close", resolve));
    await moment();
    killTree(child);
    await ended;
  }

  /** Starts `pulumi`, and kills all of it once `moment` has come, as a machine dies; nothing where it has ended by then. */
  async leave(args: readonly string[], moment: () => Promise<unknown>): Promise<void> {
    const child = this.#spawn(args);
    const ended = new Promise((resolve) => child.on("close", resolve));
    await Promise.race([moment(), ended]);
    if (this.#running.has(child)) killTree(child);
    await ended;
  }

  /** Runs `pulumi`, and interrupts it once `moment` has come, as Ctrl-C does. */
  async interrupt(args: readonly string[], moment: () => Promise<unknown>): Promise<Outcome> {
    const child = this.#spawn(args);
    const outcome = outcomeOf(child);
    await Promise.race([moment(), outcome]);
    if (child.pid !== undefined && this.#running.has(child)) process.kill(-child.pid, "SIGINT");
    return outcome;
  }

  /** Starts `pulumi`, kills all of it once `moment` has come, and lets go of the stack's lock. */
  async kill(args: readonly string[], moment: () => Promise<unknown>): Promise<void> {
    await this.leave(args, moment);
    await this.succeed("cancel", "--yes", "--stack", this.name);
  }

  async succeed(...args: string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`pulumi ${args[0]} failed with code ${code}:\n${output}`);
    return output;
  }

  up(): Promise<Changes> {
    return this.#change("up", "--yes", "--skip-preview");
  }

  preview(...options: string[]): Promise<Changes> {
    return this.#change("preview", ...options);
  }

  async destroy(): Promise<Changes> {
    return this.#change("destroy", "--yes", "--skip-preview");
  }

  /** The state as `pulumi stack export` has it, secrets encrypted. */
  async state(): Promise<string> {
    return this.succeed("stack", "export");
  }

  /** Ends what a test that gave up has left running, and removes the folder. What stands in the cluster stays. */
  remove(): void {
    for (const child of this.#running) killTree(child);
    rmSync(this.directory, { recursive: true, force: true });
  }

  #spawn(args: readonly string[]) {
    return this.#start("pulumi", ["--non-interactive", ...args]);
  }

  #start(file: string, args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
    const options = { cwd: this.directory, env: { ...this.#environment, ...variables }, detached: true };
    const child = spawn(file, args, options);
    child.stdin.end();
    this.#running.add(child);
    child.on("close", () => this.#running.delete(child));
    return child;
  }

  async #change(command: string, ...options: string[]): Promise<Changes> {
    const output = await this.succeed(command, "--stack", this.name, ...options);
    return countChanges(output);
  }
}

async function outcomeOf(child: ReturnType<typeof spawn>): Promise<Outcome> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? -1));
  });
  return { code, output };
}

function copy(from: string, to: string): void {
  cpSync(from, to, { recursive: true });
}
