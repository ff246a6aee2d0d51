import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Progress } from "../progress.ts";
import { build, fingerprint, go, ToolError } from "./build.ts";
import { cacheDirectory, installOnce, place } from "./cache.ts";
import { fetchAll } from "./download.ts";
import type { Kit } from "./kit.ts";
import { kits } from "./kits.ts";

export { ToolError } from "./build.ts";
export { CHECKOV_VERSION, type Checkov, ensureCheckov } from "./checkov.ts";
export { ensureManifests, type Manifests } from "./manifests.ts";
export { ensureMongosh, ensureWheels, lacksServers } from "./servers.ts";
export { KUBERNETES_VERSION } from "./versions.ts";

const TOOLS = {
  pulumi: kits.pulumi,
  "pulumi-resource-kubernetes": kits.kubernetesProvider,
  etcd: kits.controlPlane,
  "kube-apiserver": kits.controlPlane,
  "kube-controller-manager": kits.controlPlane,
  "kube-scheduler": kits.controlPlane,
  kwok: kits.kwok,
  kwokctl: kits.kwok,
  "metrics-server": kits.metricsServer,
  kubectl: kits.kubectl,
  promtool: kits.promtool,
  amtool: kits.amtool,
  rclone: kits.rclone,
  cyclonus: kits.cyclonus,
  mongodump: kits.mongodbTools,
  mongorestore: kits.mongodbTools,
  ferretdb: kits.ferretdb,
  helm: kits.helm,
  kustomize: kits.kustomize,
  kubeconform: kits.kubeconform,
  "kube-score": kits.kubeScore,
  gitleaks: kits.gitleaks,
  trivy: kits.trivy,
} satisfies Record<string, Kit>;

export type ToolName = keyof typeof TOOLS;
export const TOOL_NAMES = Object.keys(TOOLS) as ToolName[];

/** File that tells an installation of ours, in a place that is not, from an official one. */
const MARK = "landfall-build.json";

/**
 * Makes sure that the named tools are installed, and returns where their executables are. In turn: what is there
 * already, the official download with its checksum checked, a build from Go modules.
 *
 * @throws ToolError that says which tool, why and what to install.
 */
export async function ensureTools<N extends ToolName>(
  names: readonly N[],
  progress: Progress,
): Promise<Record<N, string>> {
  if (!["linux", "darwin"].includes(process.platform)) {
    throw new ToolError(
      `The tools come for Linux and macOS, not for ${process.platform}.\n  fix      on Windows, use WSL`,
    );
  }
  const found = {} as Record<N, string>;
  for (const name of names) found[name] = await ensureTool(name, progress);
  return found;
}

export interface KitState {
  title: string;
  /** Where its executables are, or will be. */
  directory: string;
  isPresent: boolean;
}

/** Which tools are installed in the versions that are wanted. */
export function kitStates(): KitState[] {
  const all = new Map<Kit, ToolName>(Object.entries(TOOLS).map(([name, kit]) => [kit, name as ToolName]));
  return [...all].map(([kit, name]) => {
    const own = name === "kubectl" ? which(name) : undefined;
    const directory = own ? dirname(own) : (officialDirectory(kit) ?? cachedDirectory(kit));
    return { title: kit.title, directory, isPresent: existsSync(join(directory, name)) };
  });
}

async function ensureTool(name: ToolName, progress: Progress): Promise<string> {
  if (name === "kubectl") {
    const onPath = which("kubectl");
    if (onPath) return onPath;
  }
  const kit = TOOLS[name];
  const official = officialDirectory(kit);
  if (!official) return join(await ensureKit(kit, progress), name);
  if (isOfficial(official, name)) return join(official, name);
  publish(await ensureKit(kit, progress), official, kit);
  return join(official, name);
}

/** The kit's folder in the cache, filled if need be. */
async function ensureKit(kit: Kit, progress: Progress): Promise<string> {
  const directory = cachedDirectory(kit);
  await installOnce(
    directory,
    () => progress.step(kit.title),
    async (scratch, step) => {
      if (await fetchAll(kit.downloads, scratch, step)) return `${kit.title}, downloaded`;
      for (const wanted of kit.builds) await build(kit.title, wanted, scratch, step);
      if (kit.besides) await copyBeside(kit.title, kit.besides, scratch);
      if (kit.multiCall) for (const tool of kit.tools) place(join(scratch, kit.multiCall), join(scratch, tool));
      return `${kit.title}, built`;
    },
  );
  return directory;
}

function cachedDirectory(kit: Kit): string {
  const key = kit.builds.map(fingerprint).join("-");
  return join(cacheDirectory(), "tools", kit.tools[0] as string, `${kit.version}-${key}`);
}

async function copyBeside(title: string, { folder, module, file }: NonNullable<Kit["besides"]>, directory: string) {
  const root = (await go(title, ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module], folder)).trim();
  copyFileSync(join(root, file), join(directory, basename(file)));
}

/** Where Pulumi's own installers put the kit and its own programs look for it. */
function officialDirectory(kit: Kit): string | undefined {
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  if (kit === kits.pulumi) return join(home, "versions", kit.version, "bin");
  if (kit === kits.kubernetesProvider) return join(home, "plugins", `resource-kubernetes-v${kit.version}`);
  return undefined;
}

function isOfficial(directory: string, tool: string): boolean {
  return existsSync(join(directory, tool)) && !existsSync(join(directory, MARK));
}

function publish(source: string, target: string, kit: Kit): void {
  const mark = join(target, MARK);
  const current = JSON.stringify({ from: basename(dirname(source)), build: basename(source) });
  if (existsSync(mark) && readFileSync(mark, "utf8") === current) return;
  const extra = kit.besides && existsSync(join(source, basename(kit.besides.file))) ? [basename(kit.besides.file)] : [];
  for (const file of [...extra, ...kit.tools]) place(join(source, file), join(target, file));
  writeFileSync(mark, current);
}

/** Where the shell finds the command; undefined where it does not. */
export function which(command: string): string | undefined {
  try {
    return execFileSync("sh", ["-c", 'command -v "$0"', command], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}
