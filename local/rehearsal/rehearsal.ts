/** One stack, rehearsed: the unchanged program and the real engine, with stand-ins for what would cost money. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import type { Plan } from "../../config/plan.ts";
import { WITH_POLICIES, withPolicies } from "../policies.ts";
import { type Answer, type JudgedAnswer, PREVIEW } from "../risk/preview.ts";
import { protectionPaths } from "../teardown/protections.ts";
import { type Changes, countChanges } from "./changes.ts";
import { Ground } from "./ground.ts";
import { IsolatedPulumi } from "./isolated-pulumi.ts";
import { planOf, qualified, randomSecret, type Settings } from "./stack-file.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const UP = ["up", "--yes", "--skip-preview"] as const;

export interface RehearsalOptions {
  stack: string;
  settings: Settings;
  /** Folder of everything that the rehearsal makes; emptied first. */
  directory: string;
  /** Pulumi's executable. */
  pulumi: string;
  /** Folder of the program. @default this one */
  program?: string;
}

export class Rehearsal {
  readonly plan: Plan;
  /** Its clouds, clusters and folders. */
  readonly ground: Ground;
  readonly #stack: string;
  readonly #engine: IsolatedPulumi;

  private constructor({ stack, directory, pulumi }: RehearsalOptions, plan: Plan) {
    this.plan = plan;
    this.#stack = stack;
    this.#engine = new IsolatedPulumi(pulumi, directory);
    this.ground = new Ground(directory, plan, this.#engine);
  }

  /** Makes the folder, the stand-ins and the stack. @throws ConfigurationError where the program would */
  static async prepare(options: RehearsalOptions): Promise<Rehearsal> {
    const { stack, settings, program = ROOT } = options;
    const { plan, secretNames } = await planOf(settings, stack, program);
    const rehearsal = new Rehearsal(options, plan);
    const { ground } = rehearsal;
    await ground.prepare(program, settings);
    await rehearsal.#makeStack(await ground.settled(settings, plan, program), secretNames);
    return rehearsal;
  }

  /** Counts of the change; the program's own output on failure. @param policies whether the policy pack judges it */
  async up({ policies = true } = {}): Promise<Changes> {
    return this.#change(...UP, ...(policies ? WITH_POLICIES : []));
  }

  async destroy(): Promise<Changes> {
    return this.#change("destroy", "--yes", "--skip-preview");
  }

  /** An update that may fail, and say why. @param options such as `--refresh` */
  async tryUp(...options: string[]): Promise<Answer> {
    return this.#engine.ask(this.ground.project, ...UP, "--stack", this.#stack, ...options);
  }

  /** Kills an update with all its processes once `moment` has come, and lets go of the stack's lock. */
  async killUp(moment: () => Promise<unknown>): Promise<void> {
    await this.#engine.kill(this.ground.project, [...UP, "--stack", this.#stack], moment);
    await this.#pulumi("cancel", "--yes");
  }

  /** What the engine had begun to create is not waited for: an update finds it by its name, or creates it again. */
  async forgetPendingCreates(): Promise<void> {
    await this.#pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
  }

  /** Operations that the engine does not know the end of. */
  async pendingOperations(): Promise<number> {
    const { deployment } = JSON.parse(await this.#pulumi("stack", "export")) as {
      deployment: { pending_operations?: object[] };
    };
    return deployment.pending_operations?.length ?? 0;
  }

  /** What an update would do, as the engine tells it to machines; it may fail, and say why. */
  async preview({ policies = true } = {}): Promise<JudgedAnswer> {
    const ask = (options: readonly string[]) =>
      this.#engine.ask(this.ground.project, ...PREVIEW, "--stack", this.#stack, ...options);
    return policies ? withPolicies(ask) : { ...(await ask([])), violations: [] };
  }

  /**
   * Gives the stack other settings and another program, without an update.
   *
   * @throws ConfigurationError as the program would
   */
  async restate(settings: Settings, program = ROOT): Promise<void> {
    const { plan, secretNames } = await planOf(settings, this.#stack, program);
    this.ground.linkProgram(program);
    const path = this.#file;
    const { config, ...rest } = parse(readFileSync(path, "utf8")) as { config: Settings };
    const { "landfall:secret": secret, "landfall:secrets": made = {} } = config;
    const kept = Object.entries(made as Settings).filter(([name]) => secretNames.includes(name));
    const stated = await this.ground.settled(settings, plan, program);
    const secrets = kept.length > 0 ? { "landfall:secrets": Object.fromEntries(kept) } : {};
    writeFileSync(
      path,
      stringify({ ...rest, config: { ...qualified(stated), "landfall:secret": secret, ...secrets } }),
    );
    const missing = secretNames.filter((name) => !kept.some(([known]) => known === name));
    await this.#makeSecrets(missing.map((name) => `secrets.${name}`));
  }

  /** Sets values of the stack's config by their paths, as a user would. */
  async configure(values: Readonly<Record<string, string>>): Promise<void> {
    const settings = Object.entries(values).flatMap(([path, value]) => ["--plaintext", `landfall:${path}=${value}`]);
    await this.#pulumi("config", "set-all", "--path", ...settings);
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.#pulumi("stack", "output", "--json"));
  }

  /** Where a command has to run to be on this stack, and with what. */
  get surroundings(): { cwd: string; env: NodeJS.ProcessEnv } {
    return { cwd: this.ground.project, env: this.#engine.environment };
  }

  /** How many resources there are of each type. */
  async resources(): Promise<Record<string, number>> {
    const { deployment } = JSON.parse(await this.#pulumi("stack", "export")) as {
      deployment: { resources?: { type: string; custom: boolean }[] };
    };
    const types = (deployment.resources ?? []).filter(({ custom }) => custom).map(({ type }) => type);
    return Object.fromEntries([...new Set(types)].sort().map((type) => [type, types.filter((t) => t === type).length]));
  }

  /** Lifts what keeps the stack from being destroyed, in the clouds and in Pulumi, as its owner does on purpose. */
  async unprotect(): Promise<void> {
    const kept = protectionPaths(this.plan);
    if (kept.length > 0) {
      await this.configure(Object.fromEntries(kept.map((path) => [path, "false"])));
      // What the policies of production ask for is what is lifted here.
      await this.up({ policies: false });
    }
    await this.#pulumi("state", "unprotect", "--all", "--yes");
  }

  get #file(): string {
    return join(this.ground.project, `Pulumi.${this.#stack}.yaml`);
  }

  async #makeStack(settings: Settings, secretNames: readonly string[]): Promise<void> {
    writeFileSync(this.#file, stringify({ config: qualified(settings) }));
    await this.#pulumi("stack", "init", this.#stack);
    await this.#makeSecrets(["secret", ...secretNames.map((name) => `secrets.${name}`)]);
  }

  async #makeSecrets(paths: readonly string[]): Promise<void> {
    const values = paths.flatMap((path) => ["--secret", `landfall:${path}=${randomSecret()}`]);
    if (values.length > 0) await this.#pulumi("config", "set-all", "--path", ...values);
  }

  async #change(command: string, ...options: string[]): Promise<Changes> {
    return countChanges(await this.#pulumi(command, ...options));
  }

  async #pulumi(...args: string[]): Promise<string> {
    const named = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", this.#stack];
    return this.#engine.run(this.ground.project, ...args, ...named);
  }
}
