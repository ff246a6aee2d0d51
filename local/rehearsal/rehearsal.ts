/** One stack, rehearsed: the unchanged program and the real engine, with stand-ins for what would cost money. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { isFile } from "../../config/application.ts";
import type { Plan } from "../../config/plan.ts";
import type { StackCluster } from "../../config/schema/cluster.ts";
import type { ExistingNodePool } from "../../config/schema/nodes.ts";
import { nodeGroup } from "../cluster/nodes.ts";
import { usualPlatform } from "../cluster/objects.ts";
import { UserError } from "../command.ts";
import { ControlPlanes } from "../emulators/control-planes.ts";
import { EMULATED_CLOUDS, loadCloud } from "../emulators/emulators.ts";
import type { Entity } from "../emulators/rules.ts";
import { World } from "../emulators/world.ts";
import { WITH_POLICIES, withPolicies } from "../policies.ts";
import { silentProgress } from "../progress.ts";
import { type Answer, type JudgedAnswer, PREVIEW } from "../risk/preview.ts";
import { protectionPaths } from "../teardown/protections.ts";
import { ensureManifests } from "../toolchain/toolchain.ts";
import { type Changes, countChanges } from "./changes.ts";
import { makeCharts } from "./charts.ts";
import { IsolatedPulumi } from "./isolated-pulumi.ts";
import { otherProgram } from "./other-stack.ts";
import { planOf, qualified, randomSecret, type Settings } from "./stack-file.ts";
import { makeHome, makeLoginTools } from "./stand-ins.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** One a zone. */
const MACHINES_OF_A_POOL = 3;
const UP = ["up", "--yes", "--skip-preview"] as const;
/** What a program is made of. */
export const PROGRAM: readonly string[] = [
  "index.ts",
  "package.json",
  "apps",
  "cloud",
  "components",
  "config",
  "node_modules",
];

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
  readonly #options: RehearsalOptions;
  readonly #engine: IsolatedPulumi;
  readonly #controlPlanes: ControlPlanes;
  /** The stack that made the cluster, in this backend, where another did. */
  #other?: string;

  private constructor(options: RehearsalOptions, plan: Plan) {
    const { directory } = options;
    this.#options = options;
    this.plan = plan;
    this.#controlPlanes = new ControlPlanes(join(directory, "world"));
    this.#engine = new IsolatedPulumi(options.pulumi, directory);
  }

  /** Makes the folder, the stand-ins and the stack. @throws ConfigurationError where the program would */
  static async prepare(options: RehearsalOptions): Promise<Rehearsal> {
    const { directory, stack, settings, program = ROOT } = options;
    const { plan, secretNames } = await planOf(settings, stack, program);
    const rehearsal = new Rehearsal(options, plan);
    await rehearsal.clear();
    mkdirSync(join(directory, "project"), { recursive: true });
    makeHome(join(directory, "pulumi"), join(directory, "world"));
    makeLoginTools(join(directory, "bin"), join(directory, "world"));
    await rehearsal.#found();
    rehearsal.#linkProgram(program);
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "project", "Pulumi.yaml"));
    await rehearsal.#land();
    await rehearsal.#makeStack(
      { ...rehearsal.#landed(settings, program), ...(await rehearsal.#addons(settings, plan)) },
      secretNames,
    );
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
    const { directory, stack } = this.#options;
    return this.#engine.ask(join(directory, "project"), ...UP, "--stack", stack, ...options);
  }

  /** Kills an update with all its processes once `moment` has come, and lets go of the stack's lock. */
  async killUp(moment: () => Promise<unknown>): Promise<void> {
    const { directory, stack } = this.#options;
    await this.#engine.kill(join(directory, "project"), [...UP, "--stack", stack], moment);
    await this.#pulumi("cancel", "--yes");
  }

  /** Operations that the engine does not know the end of. */
  async pendingOperations(): Promise<number> {
    const { deployment } = JSON.parse(await this.#pulumi("stack", "export")) as {
      deployment: { pending_operations?: object[] };
    };
    return deployment.pending_operations?.length ?? 0;
  }

  /** Kills the API server of the one cluster that the stack is on, until `startApiServer`. */
  killApiServer(): void {
    this.#controlPlanes.killApiServer(this.#cluster);
  }

  async startApiServer(): Promise<void> {
    await this.#controlPlanes.start(this.#cluster);
  }

  /** What an update would do, as the engine tells it to machines; it may fail, and say why. */
  async preview({ policies = true } = {}): Promise<JudgedAnswer> {
    const { directory, stack } = this.#options;
    const ask = (options: readonly string[]) =>
      this.#engine.ask(join(directory, "project"), ...PREVIEW, "--stack", stack, ...options);
    return policies ? withPolicies(ask) : { ...(await ask([])), violations: [] };
  }

  /**
   * Gives the stack other settings and another program, without an update.
   *
   * @throws ConfigurationError as the program would
   */
  async restate(settings: Settings, program = ROOT): Promise<void> {
    const { stack, directory } = this.#options;
    const { plan, secretNames } = await planOf(settings, stack, program);
    this.#linkProgram(program);
    const path = join(directory, "project", `Pulumi.${stack}.yaml`);
    const { config, ...rest } = parse(readFileSync(path, "utf8")) as { config: Settings };
    const { "landfall:secret": secret, "landfall:secrets": made = {} } = config;
    const kept = Object.entries(made as Settings).filter(([name]) => secretNames.includes(name));
    const stated = { ...this.#landed(settings, program), ...(await this.#addons(settings, plan)) };
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
    return { cwd: join(this.#options.directory, "project"), env: this.#engine.environment };
  }

  /** Kubeconfig of the administrator of the one cluster that the stack is on. */
  get kubeconfig(): string {
    return this.#controlPlanes.kubeconfigOf(this.#cluster);
  }

  get #cluster(): string {
    const clusters = join(this.#options.directory, "world", "clusters");
    const [file, ...others] = readdirSync(clusters).filter((name) => name.endsWith(".kubeconfig"));
    if (file === undefined || others.length > 0) throw new UserError("The rehearsal has not one cluster.");
    return file.replace(/\.kubeconfig$/, "");
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

  /** What the emulated clouds have still. */
  leftovers(): string[] {
    const world = join(this.#options.directory, "world");
    const clouds = existsSync(world) ? readdirSync(world).filter((file) => file.endsWith(".json")) : [];
    return clouds.flatMap((file) => {
      const { entities } = JSON.parse(readFileSync(join(world, file), "utf8")) as { entities: Entity[] };
      return entities.filter(({ foreign }) => !foreign).map(({ id, type }) => `${type} ${id}`);
    });
  }

  /** Ends the clusters and removes the folder. */
  async clear(): Promise<void> {
    const clusters = join(this.#options.directory, "world", "clusters");
    for (const file of existsSync(clusters) ? readdirSync(clusters) : []) {
      if (file.endsWith(".kubeconfig")) await this.#controlPlanes.remove(file.replace(/\.kubeconfig$/, ""));
    }
    rmSync(this.#options.directory, { recursive: true, force: true });
  }

  /** Puts into the clouds what the stack says that it finds there. */
  async #found(): Promise<void> {
    for (const cloud of EMULATED_CLOUDS) {
      const { existing } = await loadCloud(cloud);
      const world = new World(join(this.#options.directory, "world", `${cloud}.json`));
      for (const entity of existing?.(this.plan) ?? []) world.put(entity);
    }
  }

  /** The folder that pulumi runs the program in. */
  #linkProgram(program: string): void {
    for (const entry of PROGRAM) {
      const link = join(this.#options.directory, "project", entry);
      rmSync(link, { force: true });
      symlinkSync(join(program, entry), link);
    }
  }

  /** A cluster to land on where the stack expects one that is there. */
  async #land(): Promise<void> {
    const { settings, directory } = this.#options;
    const cluster = settings.cluster as ClusterSetting;
    if (cluster.provider !== "kubeconfig" && cluster.provider !== "stack") return;
    const name = cluster.context ?? "rehearsal";
    await this.#controlPlanes.create(name, usualPlatform);
    await this.#controlPlanes.setNodes(name, "general", nodeGroup());
    for (const [pool, { labels, taints }] of Object.entries(this.#existingPools())) {
      await this.#controlPlanes.setNodes(name, pool, nodeGroup(MACHINES_OF_A_POOL, { labels, taints }, pool));
    }
    cpSync(this.#controlPlanes.kubeconfigOf(name), join(directory, "kubeconfig"));
    if (this.plan.cluster.provider === "stack") this.#other = await this.#makeOther(this.plan.cluster);
  }

  /** The settings with the rehearsal's own kubeconfig, or its own other stack, where the stack names one. */
  #landed(stated: Settings, program: string): Settings {
    // Of the program's folder, which is not the one that pulumi runs in.
    const settings = isFile(stated.app) ? { ...stated, app: resolve(program, stated.app) } : stated;
    const { path: _, ...cluster } = settings.cluster as ClusterSetting;
    if (cluster.provider === "kubeconfig") return { ...settings, cluster };
    return cluster.provider === "stack" ? { ...settings, cluster: { ...cluster, ref: this.#other } } : settings;
  }

  /** The stack that made the cluster, with nothing but its kubeconfig; its name in this backend. */
  async #makeOther({ ref, output = "kubeconfig" }: StackCluster): Promise<string> {
    const { directory } = this.#options;
    const [, project, stack] = ref.split("/") as [string, string, string];
    const folder = join(directory, "other");
    mkdirSync(folder);
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    for (const [name, text] of Object.entries(otherProgram(project, output, join(directory, "kubeconfig")))) {
      writeFileSync(join(folder, name), text);
    }
    await this.#engine.run(folder, "stack", "init", stack);
    await this.#engine.run(folder, "up", "--yes", "--skip-preview", "--stack", stack);
    return `organization/${project}/${stack}`;
  }

  #existingPools(): Readonly<Record<string, ExistingNodePool>> {
    const { cluster } = this.plan;
    return cluster.provider === "kubeconfig" || cluster.provider === "stack" ? (cluster.nodePools ?? {}) : {};
  }

  /** Add-ons from charts of the rehearsal's own, unless the stack has a mirror; what they bring is there to be adopted. */
  async #addons(settings: Settings, plan: Plan): Promise<Settings> {
    const addons = settings.addons as Settings | undefined;
    if (!addons || addons.mirror !== undefined) return {};
    const mirror = join(this.#options.directory, "charts");
    makeCharts(mirror, plan, (await ensureManifests(silentProgress)).charts);
    const adopted = Object.entries(addons).map(([name, given]) => [
      name,
      { ...(given === true ? {} : (given as Settings)), adopt: true },
    ]);
    return { addons: { ...Object.fromEntries(adopted), mirror } };
  }

  async #makeStack(settings: Settings, secretNames: readonly string[]): Promise<void> {
    const { directory, stack } = this.#options;
    writeFileSync(join(directory, "project", `Pulumi.${stack}.yaml`), stringify({ config: qualified(settings) }));
    await this.#pulumi("stack", "init", stack);
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
    const { directory, stack } = this.#options;
    const named = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", stack];
    return this.#engine.run(join(directory, "project"), ...args, ...named);
  }
}

interface ClusterSetting {
  provider: string;
  context?: string;
  path?: string;
}
