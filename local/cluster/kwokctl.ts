import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../command.ts";
import { KWOKCTL_FILE, type Tools } from "./configuration.ts";
import { COMPONENTS, type Component, missingOf } from "./processes.ts";

/** What went wrong with the local cluster, and what to do. */
export class LocalClusterError extends UserError {
  override readonly name = "LocalClusterError";
}

const LAST_LINES = 12;
const TIMEOUT_MILLISECONDS = 150_000;
const WATCH_MILLISECONDS = 500;

/** Runs kwokctl for the cluster `name` below `directory`; it ends when the API server answers. */
export async function runKwokctl(tools: Tools, directory: string, name: string, args: readonly string[]) {
  const settings = Object.entries(process.env).filter(([variable]) => !variable.startsWith("KWOK_"));
  const home = homeOf(directory, name);
  const child = spawn(tools.kwokctl, ["--config", join(home, KWOKCTL_FILE), "--name", name, ...args], {
    env: {
      ...Object.fromEntries(settings),
      KWOK_WORKDIR: directory,
      // It adds its context to the user's kubeconfig otherwise.
      KUBECONFIG: join(directory, "no-kubeconfig"),
      // It asks kubectl whether the API server is ready, and downloads one where it finds none.
      PATH: [dirname(tools.kubectl), process.env.PATH].join(delimiter),
    },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MILLISECONDS,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  // Not "close": what it starts keeps its streams open.
  const exit = new Promise<number | string | null>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.on("exit", (code, signal) => resolve(code ?? signal));
  });
  const over = new AbortController();
  try {
    const outcome = await Promise.race([exit, deathOf(["etcd", "kube-apiserver"], home, over.signal)]);
    if (outcome === 0) return;
    if (COMPONENTS.includes(outcome as Component)) throw componentFailed(home, outcome as Component);
    const problem = `The local cluster does not start: kwokctl ${args[0]} failed (${outcome}).`;
    throw new LocalClusterError(`${problem}\n${lastLines(output)}\n${FIX}`);
  } finally {
    over.abort();
    child.kill("SIGKILL");
  }
}

/** The first of the components that had started and is gone again. kwokctl would wait minutes for it. */
async function deathOf(components: readonly Component[], home: string, signal: AbortSignal): Promise<Component> {
  const seen = new Set<Component>();
  for (;;) {
    await sleep(WATCH_MILLISECONDS, undefined, { signal });
    const missing = missingOf(home);
    const dead = missing.find((component) => seen.has(component));
    if (dead) return dead;
    for (const component of components) if (!missing.includes(component)) seen.add(component);
  }
}

/** Folder of the cluster's files, as kwokctl lays them out. */
export function homeOf(directory: string, name: string): string {
  return join(directory, "clusters", name);
}

/** The error that says why a component of the cluster ended, from its log. */
export function componentFailed(home: string, component: Component): LocalClusterError {
  const log = logOf(home, component);
  return new LocalClusterError(
    `The local cluster does not start: ${component} does not run.\n${lastLines(readLog(home, component))}\n  log      ${log}\n${FIX}`,
  );
}

/** Whether a component could not have its port, taken between choosing and using it. */
export function lostItsPort(home: string): boolean {
  return COMPONENTS.some((component) => readLog(home, component).includes("address already in use"));
}

const FIX =
  "  fix      see that memory and disk are not full, then run this again; npm stop clears a cluster that stays broken";

function logOf(home: string, component: Component): string {
  return join(home, "logs", `${component}.log`);
}

function readLog(home: string, component: Component): string {
  const log = logOf(home, component);
  return existsSync(log) ? readFileSync(log, "utf8") : "";
}

function lastLines(text: string): string {
  return text
    .trim()
    .split("\n")
    .slice(-LAST_LINES)
    .map((line) => `    ${line}`)
    .join("\n");
}
