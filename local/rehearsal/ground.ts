/** What a rehearsed stack stands on: emulated clouds, clusters, and the folder that its program runs in. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
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
import { silentProgress } from "../progress.ts";
import { ensureManifests } from "../toolchain/toolchain.ts";
import { makeCharts } from "./charts.ts";
import type { IsolatedPulumi } from "./isolated-pulumi.ts";
import { otherProgram } from "./other-stack.ts";
import type { Settings } from "./stack-file.ts";
import { makeHome, makeLoginTools } from "./stand-ins.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** One a zone. */
const MACHINES_OF_A_POOL = 3;
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

export class Ground {
  readonly #directory: string;
  readonly #plan: Plan;
  readonly #engine: IsolatedPulumi;
  readonly #controlPlanes: ControlPlanes;
  /** The stack that made the cluster, in this backend, where another did. */
  #other?: string;

  /** @param directory of everything that the rehearsal makes */
  constructor(directory: string, plan: Plan, engine: IsolatedPulumi) {
    this.#directory = directory;
    this.#plan = plan;
    this.#engine = engine;
    this.#controlPlanes = new ControlPlanes(this.#world);
  }

  /** The folder that pulumi runs in. */
  get project(): string {
    return join(this.#directory, "project");
  }

  get #world(): string {
    return join(this.#directory, "world");
  }

  /** Makes the folder, which is emptied first, the stand-ins, and the cluster where the stack expects one. */
  async prepare(program: string, { cluster }: Settings): Promise<void> {
    await this.clear();
    mkdirSync(this.project, { recursive: true });
    makeHome(join(this.#directory, "pulumi"), this.#world);
    makeLoginTools(join(this.#directory, "bin"), this.#world);
    await this.#found();
    this.linkProgram(program);
    cpSync(join(ROOT, "Pulumi.yaml"), join(this.project, "Pulumi.yaml"));
    await this.#land(cluster as ClusterSetting);
  }

  linkProgram(program: string): void {
    for (const entry of PROGRAM) {
      const link = join(this.project, entry);
      rmSync(link, { force: true });
      symlinkSync(join(program, entry), link);
    }
  }

  /** The settings with what the rehearsal has instead: its own kubeconfig, other stack, and charts. */
  async settled(stated: Settings, plan: Plan, program: string): Promise<Settings> {
    // Of the program's folder, which is not the one that pulumi runs in.
    const settings = isFile(stated.app) ? { ...stated, app: resolve(program, stated.app) } : stated;
    return {
      ...settings,
      ...this.#cluster(settings.cluster as ClusterSetting),
      ...(await this.#addons(settings, plan)),
    };
  }

  /** Kubeconfig of the administrator of the one cluster that the stack is on. */
  get kubeconfig(): string {
    return this.#controlPlanes.kubeconfigOf(this.#clusterName);
  }

  /** Kills the API server of the one cluster that the stack is on, until `startApiServer`. */
  killApiServer(): void {
    this.#controlPlanes.killApiServer(this.#clusterName);
  }

  async startApiServer(): Promise<void> {
    await this.#controlPlanes.start(this.#clusterName);
  }

  /** What the emulated clouds have still. */
  leftovers(): string[] {
    const clouds = existsSync(this.#world) ? readdirSync(this.#world).filter((file) => file.endsWith(".json")) : [];
    return clouds.flatMap((file) => {
      const { entities } = JSON.parse(readFileSync(join(this.#world, file), "utf8")) as { entities: Entity[] };
      return entities.filter(({ foreign }) => !foreign).map(({ id, type }) => `${type} ${id}`);
    });
  }

  /** Ends the clusters and removes the folder. */
  async clear(): Promise<void> {
    for (const name of this.#clusterNames) await this.#controlPlanes.remove(name);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  get #clusterNames(): string[] {
    const clusters = join(this.#world, "clusters");
    const files = existsSync(clusters) ? readdirSync(clusters) : [];
    return files.filter((file) => file.endsWith(".kubeconfig")).map((file) => file.replace(/\.kubeconfig$/, ""));
  }

  get #clusterName(): string {
    const [name, ...others] = this.#clusterNames;
    if (name === undefined || others.length > 0) throw new UserError("The rehearsal has not one cluster.");
    return name;
  }

  /** Puts into the clouds what the stack says that it finds there. */
  async #found(): Promise<void> {
    for (const cloud of EMULATED_CLOUDS) {
      const { existing } = await loadCloud(cloud);
      const world = new World(join(this.#world, `${cloud}.json`));
      for (const entity of existing?.(this.#plan) ?? []) world.put(entity);
    }
  }

  /** A cluster to land on where the stack expects one that is there. */
  async #land({ provider, context: name = "rehearsal" }: ClusterSetting): Promise<void> {
    if (provider !== "kubeconfig" && provider !== "stack") return;
    await this.#controlPlanes.create(name, usualPlatform);
    await this.#controlPlanes.setNodes(name, "general", nodeGroup());
    for (const [pool, { labels, taints }] of Object.entries(this.#existingPools())) {
      await this.#controlPlanes.setNodes(name, pool, nodeGroup(MACHINES_OF_A_POOL, { labels, taints }, pool));
    }
    cpSync(this.#controlPlanes.kubeconfigOf(name), join(this.#directory, "kubeconfig"));
    if (this.#plan.cluster.provider === "stack") this.#other = await this.#makeOther(this.#plan.cluster);
  }

  #existingPools(): Readonly<Record<string, ExistingNodePool>> {
    const { cluster } = this.#plan;
    return cluster.provider === "kubeconfig" || cluster.provider === "stack" ? (cluster.nodePools ?? {}) : {};
  }

  /** The stack that made the cluster, with nothing but its kubeconfig; its name in this backend. */
  async #makeOther({ ref, output = "kubeconfig" }: StackCluster): Promise<string> {
    const [, project, stack] = ref.split("/") as [string, string, string];
    const folder = join(this.#directory, "other");
    mkdirSync(folder);
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    for (const [name, text] of Object.entries(otherProgram(project, output, join(this.#directory, "kubeconfig")))) {
      writeFileSync(join(folder, name), text);
    }
    await this.#engine.run(folder, "stack", "init", stack);
    await this.#engine.run(folder, "up", "--yes", "--skip-preview", "--stack", stack);
    return `organization/${project}/${stack}`;
  }

  #cluster({ path: _, ...cluster }: ClusterSetting): Settings {
    if (cluster.provider === "kubeconfig") return { cluster };
    return cluster.provider === "stack" ? { cluster: { ...cluster, ref: this.#other } } : {};
  }

  /** Add-ons from charts of the rehearsal's own, unless the stack has a mirror; what they bring is there to be adopted. */
  async #addons(settings: Settings, plan: Plan): Promise<Settings> {
    const addons = settings.addons as Settings | undefined;
    if (!addons || addons.mirror !== undefined) return {};
    const mirror = join(this.#directory, "charts");
    makeCharts(mirror, plan, (await ensureManifests(silentProgress)).charts);
    const adopted = Object.entries(addons).map(([name, given]) => [
      name,
      { ...(given === true ? {} : (given as Settings)), adopt: true },
    ]);
    return { addons: { ...Object.fromEntries(adopted), mirror } };
  }
}

interface ClusterSetting {
  provider: string;
  context?: string;
  path?: string;
}
