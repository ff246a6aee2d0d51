/** What anybody on this machine may read of processes while a test goes on (Linux). */
import { readdirSync, readFileSync } from "node:fs";

const PAUSE_MILLISECONDS = 100;

export interface SeenProcess {
  commandLine: string;
  environment: Readonly<Record<string, string>>;
}

/** Of the processes that this one has started, and those in turn. */
export class ProcessWatch {
  readonly #seen = new Map<string, SeenProcess>();
  #timer: NodeJS.Timeout | undefined;

  get seen(): SeenProcess[] {
    return [...this.#seen.values()];
  }

  start(): void {
    if (process.platform === "linux") this.#timer = setInterval(() => this.#look(), PAUSE_MILLISECONDS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const parents = new Map(
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => [pid, parentOf(pid)] as const),
    );
    const isOwn = (pid: string | undefined): boolean =>
      pid !== undefined && (pid === String(process.pid) || isOwn(parents.get(pid)));
    for (const pid of parents.keys()) {
      if (pid === String(process.pid) || !isOwn(pid)) continue;
      const commandLine = read(pid, "cmdline").join(" ");
      const environment = Object.fromEntries(read(pid, "environ").map((line) => line.split(/=(.*)/s).slice(0, 2)));
      this.#seen.set(`${pid} ${commandLine}`, { commandLine, environment });
    }
  }
}

/** Undefined where it has ended by now. */
function parentOf(pid: string): string | undefined {
  return /\)\s\S\s(\d+)/.exec(read(pid, "stat")[0] ?? "")?.[1];
}

/** Nothing where the process has ended by now. */
function read(pid: string, file: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8")
      .split("\0")
      .filter((part) => part !== "");
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}
