/** The local cluster: a real control plane on this machine, with machines and pods that kwok simulates. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { withLock } from "../lock.ts";
import type { Progress, Step } from "../progress.ts";
import { ensureManifests, ensureTools, type Manifests } from "../toolchain/toolchain.ts";
import { Api } from "./api.ts";
import { CLUSTER_TOOLS, configurationFiles, type Tools } from "./configuration.ts";
import { digest } from "./definitions.ts";
import { hasCredentials, readCredentials, writeKubeconfig } from "./kubeconfig.ts";
import { componentFailed, homeOf, lostItsPort, runKwokctl } from "./kwokctl.ts";
import { type NodeSpec, nodeGroup } from "./nodes.ts";
import { type Platform, usualPlatform } from "./objects.ts";
import { choosePorts, NO_PORTS, type Ports } from "./ports.ts";
import { preparationOf, prepare, prepareTemplate } from "./prepare.ts";
import { endProcesses, forgetProcesses, launchersOf, missingOf } from "./processes.ts";
import { beginWith, ensureTemplate } from "./template.ts";

export interface ClusterOptions {
  /** Folder of the cluster's data. Data lives as long as the folder does. */
  directory: string;
  name: string;
  /** Name of the context in the kubeconfig. */
  context: string;
  /** Where the kubeconfig is written. */
  kubeconfig: string;
  /** @default six machines of 8 CPUs and 32 GiB in three zones */
  nodes?: readonly NodeSpec[];
  /** @default what clusters that people use have */
  platform?: Platform;
  progress: Progress;
}

export interface Cluster {
  kubeconfig: string;
  context: string;
  /** URL of the API server. */
  server: string;
  /** How it was found; a cluster that was restarted has its objects still. */
  outcome: "running" | "restarted" | "created";
}

/** What a start leaves for the next one. */
interface Record {
  ports: Ports;
  /** What the processes were started with. */
  files: { [name: string]: string };
  kubeconfig: string;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const RESTARTS = 3;
const SETTLE_MILLISECONDS = 500;
const READY_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 100;

/**
 * Brings the cluster up, whatever state it is in: absent, running, half-started, killed, of another version. Objects
 * in it stay. One at a time for each `directory`; clusters in several directories run beside each other.
 *
 * @throws LocalClusterError or ToolError that says what is wrong and what to do.
 */
export async function ensureCluster(options: ClusterOptions): Promise<Cluster> {
  const directory = resolve(options.directory);
  const tools = await ensureTools(CLUSTER_TOOLS, options.progress);
  const manifests = await ensureManifests(options.progress);
  const isNew = !hasData(homeOf(directory, options.name));
  const template = isNew ? await templateFor(tools, manifests, options.progress) : undefined;
  const step = options.progress.step("Local cluster");
  try {
    const cluster = await withLock(
      lockOf(directory),
      () => bringUp({ ...options, directory }, tools, manifests, step, template),
      (pid) => step.update(`waiting for another Landfall (process ${pid}), which is at it`),
    );
    step.done(`Local cluster ${cluster.outcome === "running" ? "runs" : cluster.outcome}`);
    return cluster;
  } catch (error) {
    step.failed();
    throw error;
  }
}

/** Makes what every cluster begins with, ahead of the first. */
export async function prepareClusters(progress: Progress): Promise<void> {
  await templateFor(await ensureTools(CLUSTER_TOOLS, progress), await ensureManifests(progress), progress);
}

/** Ends the cluster's processes and removes its files and its kubeconfig. Fine where there is none. */
export async function deleteCluster(options: { directory: string; name: string }): Promise<void> {
  const directory = resolve(options.directory);
  await withLock(lockOf(directory), async () => {
    const home = homeOf(directory, options.name);
    await endProcesses(home, "SIGKILL");
    const kubeconfig = readRecord(home)?.kubeconfig;
    if (kubeconfig) rmSync(kubeconfig, { force: true });
    rmSync(directory, { recursive: true, force: true });
  });
}

/** Of no nodes, on no platform. */
async function templateFor(tools: Tools, manifests: Manifests, progress: Progress): Promise<string> {
  const preparation = preparationOf(manifests, [], { objects: [], customObjects: [] });
  const settings = configurationFiles(tools, manifests, NO_PORTS, "");
  // Wherever this folder lies, it is the same.
  const key = digest(JSON.stringify(settings).replaceAll(ROOT, ""), preparation.digests.definitions);
  return ensureTemplate(key, progress, async (directory, step) => {
    const name = "template";
    const home = homeOf(directory, name);
    const { ports } = await start(
      { directory, name, kubeconfig: join(directory, "kubeconfig") },
      home,
      tools,
      manifests,
    );
    try {
      await withApi(home, ports, (api) => prepareTemplate(api, preparation, step));
    } finally {
      await endProcesses(home);
    }
    return dataOf(home);
  });
}

async function bringUp(
  options: ClusterOptions,
  tools: Tools,
  manifests: Manifests,
  step: Step,
  template: string | undefined,
): Promise<Cluster> {
  const { directory, name, context, kubeconfig, nodes = nodeGroup(), platform = usualPlatform } = options;
  const home = homeOf(directory, name);
  const existed = hasData(home);
  if (template && !existed) beginWith(template, home);
  const preparation = preparationOf(manifests, nodes, platform);

  let record = readRecord(home);
  const running = record !== undefined && (await isRunning(home, record, tools, manifests));
  if (!running) {
    step.update(existed ? "restarting" : "starting");
    record = await start(options, home, tools, manifests);
  }
  const { ports } = record as Record;
  const server = serverOf(ports);
  writeKubeconfig(kubeconfig, context, server, readCredentials(home));
  await withApi(home, ports, (api) => prepare(api, preparation, ports, { started: !running, isNew: !existed }, step));
  return { kubeconfig, context, server, outcome: running ? "running" : existed ? "restarted" : "created" };
}

async function isRunning(home: string, { ports, files }: Record, tools: Tools, manifests: Manifests): Promise<boolean> {
  if (!isDeepStrictEqual(files, configurationFiles(tools, manifests, ports, home))) return false;
  if (launchersOf(home).length > 0 || missingOf(home).length > 0) return false;
  return becomesReady(home, ports);
}

/** Whether the API server says that it is ready; one that has only just started is given time. */
async function becomesReady(home: string, ports: Ports): Promise<boolean> {
  const deadline = Date.now() + READY_MILLISECONDS;
  return withApi(home, ports, async (api) => {
    while (!(await isReady(api))) {
      if (Date.now() > deadline || missingOf(home).includes("kube-apiserver")) return false;
      await sleep(POLL_MILLISECONDS);
    }
    return true;
  });
}

async function withApi<T>(home: string, ports: Ports, use: (api: Api) => Promise<T>): Promise<T> {
  const api = new Api(serverOf(ports), readCredentials(home));
  try {
    return await use(api);
  } finally {
    api.close();
  }
}

async function isReady(api: Api): Promise<boolean> {
  try {
    await api.request("GET", "/readyz");
    return true;
  } catch {
    return false;
  }
}

type Place = Pick<ClusterOptions, "directory" | "name" | "kubeconfig">;

/** Starts all processes anew on the data that there is. */
async function start(options: Place, home: string, tools: Tools, manifests: Manifests): Promise<Record> {
  await endProcesses(home);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const last = readRecord(home)?.ports;
  try {
    return await startOn(await choosePorts(last), options, home, tools, manifests);
  } catch (error) {
    if (!lostItsPort(home)) throw error;
    await endProcesses(home);
    return startOn(await choosePorts(), options, home, tools, manifests);
  }
}

async function startOn(ports: Ports, options: Place, home: string, tools: Tools, manifests: Manifests) {
  const { directory, name, kubeconfig } = options;
  const files = configurationFiles(tools, manifests, ports, home);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(home, file), text);
  clearStart(home);
  await runKwokctl(tools, directory, name, ["create", "cluster"]);
  if (!(await becomesReady(home, ports))) throw componentFailed(home, "kube-apiserver");
  await settle(options, home, tools);
  const record: Record = { ports, files, kubeconfig: resolve(kubeconfig) };
  writeFileSync(recordOf(home), JSON.stringify(record));
  return record;
}

/** What a start makes and a broken one leaves. The data and whole sets of keys stay. */
function clearStart(home: string): void {
  for (const left of ["kwok.yaml", "kubeconfig.yaml", "pids", "logs"]) {
    rmSync(join(home, left), { recursive: true, force: true });
  }
  if (!hasCredentials(home)) rmSync(join(home, "pki"), { recursive: true, force: true });
}

/** Controllers give up where a busy machine's API server lets them wait: they are started again. */
async function settle({ directory, name }: Place, home: string, tools: Tools): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    await sleep(SETTLE_MILLISECONDS);
    const [missing] = missingOf(home);
    if (!missing) return;
    if (attempt === RESTARTS) throw componentFailed(home, missing);
    forgetProcesses(home);
    await runKwokctl(tools, directory, name, ["start", "cluster"]);
  }
}

function dataOf(home: string): string {
  return join(home, "etcd");
}

function hasData(home: string): boolean {
  return existsSync(join(dataOf(home), "member"));
}

function serverOf(ports: Ports): string {
  return `https://127.0.0.1:${ports.kubeApiserverPort}`;
}

function recordOf(home: string): string {
  return join(home, "landfall.json");
}

function readRecord(home: string): Record | undefined {
  try {
    return JSON.parse(readFileSync(recordOf(home), "utf8"));
  } catch {
    return undefined; // never started, or damaged: started anew either way
  }
}

/** Beside the folder, so that deleting the folder does not release the lock. */
function lockOf(directory: string): string {
  return `${directory}.lock`;
}
