/** Processes of this machine: from /proc where there is one, for slim Linux images come without ps. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

const hasProc = existsSync("/proc/self/stat");

/** Command lines of all living processes, words joined by spaces, by process number. */
export function commandLines(): Map<number, string> {
  if (hasProc) {
    const pids = readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? Number(entry) : []));
    const lines = pids.map((pid) => [pid, readProc(pid, "cmdline").split("\0").join(" ").trim()] as const);
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
  // State and start are the 3rd and the 22nd field; the 2nd, in parentheses, may have spaces (proc_pid_stat(5)).
  const stat = readProc(pid, "stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? "" : (fields[19] ?? "");
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
