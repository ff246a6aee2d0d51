/** The most memory that processes have, as Linux counts it. */
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { readProc } from "../local/system-processes.ts";
import type { Work } from "./measure.ts";

const POLL_MILLISECONDS = 50;
const KIBIBYTES_PER_MEBIBYTE = 1024;

/** By what their command lines have. */
const PARTS = {
  program: "@pulumi/pulumi/cmd/run",
  provider: "pulumi-resource-kubernetes",
  engine: "--non-interactive",
};

export type Part = keyof typeof PARTS;
/** In mebibytes. */
export type Peaks = Partial<Record<Part, number>>;

/** Peaks of the processes below this one while the work goes on. */
export async function peaksBelow(work: Work): Promise<Peaks> {
  const peaks: Peaks = {};
  let ended = false;
  const watching = (async () => {
    while (!ended) {
      for (const pid of descendantsOf(process.pid)) note(pid, peaks);
      await sleep(POLL_MILLISECONDS);
    }
  })();
  try {
    await work();
  } finally {
    ended = true;
    await watching;
  }
  return peaks;
}

function note(pid: number, peaks: Peaks): void {
  const commandLine = readProc(pid, "cmdline");
  const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readProc(pid, "status"))?.[1] ?? 0) / KIBIBYTES_PER_MEBIBYTE;
  for (const [part, text] of Object.entries(PARTS) as [Part, string][]) {
    if (commandLine.includes(text)) peaks[part] = Math.max(peaks[part] ?? 0, peak);
  }
}

function descendantsOf(pid: number): number[] {
  const children = tasksOf(pid).flatMap((task) => readProc(pid, `task/${task}/children`).split(" ").filter(Boolean));
  return children.map(Number).flatMap((child) => [child, ...descendantsOf(child)]);
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
