/** Processes of this machine: from /proc where there is one, for slim Linux images come without ps. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const hasProc = existsSync("/proc/self/stat");

/** Command lines of all living processes, words joined by spaces, by process number. */
export function commandLines(): Map<number, string> {
  if (hasProc) {
    const lines = pidsInProc().map((pid) => [pid, readProc(pid, "cmdline").split("\0").join(" ").trim()] as const);
    return new Map(lines.filter(([, line]) => line !== "")); // a zombie's is empty
  }
  const lines = ps("-axww", "-o", "pid=,stat=,args=").matchAll(/^\s*(\d+)\s+([^Z\s]\S*)\s+(.*)$/gm);
  return new Map(Array.from(lines, ([, pid, , line]) => [Number(pid), line as string]));
}

/** When the process started, in the system's own terms; empty if it does not run, or is dead and not yet buried. */
export function startOf(pid: number): string {
  if (!hasProc) {
    const [, state, start = ""] = /^\s*(\S+)\s+(.*\S)/.exec(ps("-o", "stat=,lstart=", "-p", String(pid))) ?? [];
    return state?.startsWith("Z") ? "" : start;
  }
  const { state, start } = statusOf(pid);
  return state === "Z" ? "" : start;
}

/** Processes that this one has started, and those in turn. */
export function descendantsOf(pid: number): number[] {
  const children = Map.groupBy(parents(), ([, parent]) => parent);
  const below = (parent: number): number[] =>
    (children.get(parent) ?? []).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

/** Kills the process and all that it has started, whichever groups they are of: Pulumi's providers have their own. */
export function killTree({ pid }: Pick<ChildProcess, "pid">): void {
  if (pid === undefined) return; // it was never started
  for (const one of [pid, ...descendantsOf(pid)]) signal(one, "SIGKILL");
}

/** Nothing happens where the process has ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Process numbers, and those of who started them. */
function parents(): [number, number][] {
  if (hasProc) return pidsInProc().map((pid) => [pid, statusOf(pid).parent]);
  const lines = ps("-ax", "-o", "pid=,ppid=").matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm);
  return Array.from(lines, ([, pid, parent]) => [Number(pid), Number(parent)]);
}

function pidsInProc(): number[] {
  return readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? Number(entry) : []));
}

function statusOf(pid: number): { state: string; parent: number; start: string } {
  // State, parent and start are the 3rd, 4th and 22nd field; the 2nd, in parentheses, may have spaces (proc_pid_stat(5)).
  const stat = readProc(pid, "stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", parent: Number(fields[1] ?? 0), start: fields[19] ?? "" };
}

/** What Linux tells of a process; empty once it has ended. @param file such as `cmdline` */
export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

function ps(...args: string[]): string {
  try {
    return execFileSync("ps", args, {
      encoding: "utf8",
      env: { LC_ALL: "C", PATH: process.env.PATH },
      maxBuffer: 64 << 20,
    });
  } catch {
    return ""; // it ends with 1 where there is no such process
  }
}
