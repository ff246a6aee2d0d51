/** One stack, rehearsed: the unchanged program and the real engine, with stand-ins for what would cost money. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
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
import { silentProgress } from "../progress.ts";
import { ensureManifests } from "../toolchain/toolchain.ts";
import { type Changes, countChanges } from "./changes.ts";
import { makeCharts } from "./charts.ts";
import { otherProgram } from "./other-stack.ts";
import { planOf, randomSecret, type Settings } from "./stack-file.ts";
import { makeHome, makeLoginTools } from "./stand-ins.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** One a zone. */
const MACHINES_OF_A_POOL = 3;
/** What a program is made of. */
const PROGRAM = ["index.ts", "package.json", "apps", "cloud", "components", "config", "node_modules"];

export interface RehearsalOptions {
  stack: string;
  settings: Settings;
  /** Folder of everything that the rehearsal makes; emptied first. */
  directory: string;
  /** Pulumi's executable. */
  pulumi: string;
}

export class Rehearsal {
  readonly plan: Plan;
  readonly #options: RehearsalOptions;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #controlPlanes: ControlPlanes;

  private constructor(options: RehearsalOptions, plan: Plan) {
    const { directory } = options;
    this.#options = options;
    this.plan = plan;
    this.#controlPlanes = new ControlPlanes(join(directory, "world"));
    // Neither the user's state nor credentials: what is not set here is not there.
    this.#environment = {
      PATH: [join(directory, "bin"), process.env.PATH].join(delimiter),
      HOME: directory,
      PULUMI_HOME: join(directory, "pulumi"),
      PULUMI_BACKEND_URL: `file://${join(directory, "state")}?create_dir=true&metadata=skip`,
      PULUMI_CONFIG_PASSPHRASE: randomSecret(),
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NO_COLOR: "1",
      KUBECONFIG: join(directory, "kubeconfig"),
    };
  }

  /** Makes the folder, the stand-ins and the stack. @throws ConfigurationError where the program would */
  static async prepare(options: RehearsalOptions): Promise<Rehearsal> {
    const { directory, stack } = options;
    const { plan, secretNames } = await planOf(options.settings, stack);
    const rehearsal = new Rehearsal(options, plan);
    await rehearsal.clear();
    mkdirSync(join(directory, "project"), { recursive: true });
    makeHome(join(directory, "pulumi"), join(directory, "world"));
    makeLoginTools(join(directory, "bin"), join(directory, "world"));
    await rehearsal.#found();
    for (const entry of PROGRAM) symlinkSync(join(ROOT, entry), join(directory, "project", entry));
    cpSync(join(ROOT, "Pulumi.yaml"), join(directory, "project", "Pulumi.yaml"));
    await rehearsal.#makeStack({ ...(await rehearsal.#land()), ...(await rehearsal.#addons()) }, secretNames);
    return rehearsal;
  }

  /** Counts of the change; the program's own output on failure. */
  async up(): Promise<Changes> {
    return this.#change("up", "--yes", "--skip-preview");
  }

  async destroy(): Promise<Changes> {
    return this.#change("destroy", "--yes", "--skip-preview");
  }

  /** Sets one value of the stack's config, as a user would. */
  async configure(path: string, value: string): Promise<void> {
    await this.#pulumi("config", "set", "--path", `landfall:${path}`, value);
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.#pulumi("stack", "output", "--json"));
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
    const { cluster, datastores } = this.plan;
    const kept = [
      ...("deletionProtection" in cluster && cluster.deletionProtection ? ["cluster.deletionProtection"] : []),
      ...datastores.flatMap((store) =>
        store.mode === "managed" && store.protect ? [`datastores.${store.name}.protect`] : [],
      ),
    ];
    for (const path of kept) await this.configure(path, "false");
    if (kept.length > 0) await this.up();
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

  /** The settings with a cluster to land on where the stack expects one that is there. */
  async #land(): Promise<Settings> {
    const { settings, directory } = this.#options;
    const { path: _, ...cluster } = settings.cluster as { provider: string; context?: string; path?: string };
    if (cluster.provider !== "kubeconfig" && cluster.provider !== "stack") return settings;
    const name = cluster.context ?? "rehearsal";
    await this.#controlPlanes.create(name, usualPlatform);
    await this.#controlPlanes.setNodes(name, "general", nodeGroup());
    for (const [pool, { labels, taints }] of Object.entries(this.#existingPools())) {
      await this.#controlPlanes.setNodes(name, pool, nodeGroup(MACHINES_OF_A_POOL, { labels, taints }, pool));
    }
    cpSync(this.#controlPlanes.kubeconfigOf(name), join(directory, "kubeconfig"));
    if (this.plan.cluster.provider !== "stack") return { ...settings, cluster };
    const ref = await this.#makeOther(this.plan.cluster);
    return { ...settings, cluster: { ...cluster, ref } };
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
    await this.#run(folder, "stack", "init", stack);
    await this.#run(folder, "up", "--yes", "--skip-preview", "--stack", stack);
    return `organization/${project}/${stack}`;
  }

  #existingPools(): Readonly<Record<string, ExistingNodePool>> {
    const { cluster } = this.plan;
    return cluster.provider === "kubeconfig" || cluster.provider === "stack" ? (cluster.nodePools ?? {}) : {};
  }

  /** Add-ons from charts of the rehearsal's own, unless the stack has a mirror; what they bring is there to be adopted. */
  async #addons(): Promise<Settings> {
    const { settings, directory } = this.#options;
    const addons = settings.addons as Settings | undefined;
    if (!addons || addons.mirror !== undefined) return {};
    const mirror = join(directory, "charts");
    makeCharts(mirror, this.plan, (await ensureManifests(silentProgress)).charts);
    const adopted = Object.entries(addons).map(([name, given]) => [
      name,
      { ...(given === true ? {} : (given as Settings)), adopt: true },
    ]);
    return { addons: { ...Object.fromEntries(adopted), mirror } };
  }

  async #makeStack(settings: Settings, secretNames: readonly string[]): Promise<void> {
    const { directory, stack } = this.#options;
    const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`landfall:${key}`, value]));
    writeFileSync(join(directory, "project", `Pulumi.${stack}.yaml`), stringify({ config }));
    await this.#pulumi("stack", "init", stack);
    const secrets = ["secret", ...secretNames.map((name) => `secrets.${name}`)];
    for (const path of secrets)
      await this.#pulumi("config", "set", "--secret", "--path", `landfall:${path}`, randomSecret());
  }

  async #change(command: string, ...options: string[]): Promise<Changes> {
    return countChanges(await this.#pulumi(command, ...options));
  }

  async #pulumi(...args: string[]): Promise<string> {
    const { directory, stack } = this.#options;
    const named = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", stack];
    return this.#run(join(directory, "project"), ...args, ...named);
  }

  async #run(cwd: string, ...args: string[]): Promise<string> {
    const child = spawn(this.#options.pulumi, ["--non-interactive", ...args], { cwd, env: this.#environment });
    let output = "";
    let answer = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      answer += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? -1));
    });
    if (code === 0) return answer;
    throw new UserError(`pulumi ${args.slice(0, 2).join(" ")} failed:\n\n${output.trim()}`);
  }
}
