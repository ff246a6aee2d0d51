import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLines, signal } from "../system-processes.ts";

export const COMPONENTS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok-controller",
  "metrics-server",
] as const;
export type Component = (typeof COMPONENTS)[number];

const GRACE_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 50;

/**
 * Processes of the cluster in `home`, told by their command lines, which begin with the cluster's own links to the
 * executables. Files with process numbers outlive crashes and reboots, and would have us kill a stranger.
 */
export function processesOf(home: string): Map<number, Component> {
  const found = new Map<number, Component>();
  for (const [pid, line] of commandLines()) {
    if (!line.startsWith(`${home}/bin/`)) continue;
    const [program, ...args] = line.slice(`${home}/bin/`.length).split(" ");
    if (args[0] === "--version") continue; // kwokctl asks each before it starts it
    const component = COMPONENTS.find((name) => name === program);
    if (component) found.set(pid, component);
  }
  return found;
}

export function missingOf(home: string): Component[] {
  const running = new Set(processesOf(home).values());
  return COMPONENTS.filter((component) => !running.has(component));
}

/** kwokctl where it is still at it, which goes on when the command that started it is killed. */
export function launchersOf(home: string): number[] {
  const lines = [...commandLines()].filter(([, line]) => line.includes(`kwokctl --config ${home}/`));
  return lines.map(([pid]) => pid);
}

/** Ends the cluster's processes, and returns when they are gone. */
export async function endProcesses(home: string, first: NodeJS.Signals = "SIGTERM"): Promise<void> {
  for (const pid of launchersOf(home)) signal(pid, "SIGKILL");
  for (const [pid, component] of processesOf(home)) {
    // etcd closes its database; the others keep nothing, and would wait for their clients.
    signal(pid, component === "etcd" ? first : "SIGKILL");
  }
  const deadline = Date.now() + GRACE_MILLISECONDS;
  for (let left = processesOf(home); left.size > 0; left = processesOf(home)) {
    if (Date.now() > deadline) for (const pid of left.keys()) signal(pid, "SIGKILL");
    await sleep(POLL_MILLISECONDS);
  }
}

/** Removes kwokctl's notes of processes that are gone: it would take a stranger with such a number for its own. */
export function forgetProcesses(home: string): void {
  const running = new Set<string>(processesOf(home).values());
  for (const file of readdirSync(join(home, "pids"))) {
    if (!running.has(file.replace(/\.pid$/, ""))) rmSync(join(home, "pids", file));
  }
}
