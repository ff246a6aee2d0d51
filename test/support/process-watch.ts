/** What anybody on this machine may read of processes while a test goes on (Linux). */
import { readdirSync } from "node:fs";
import { readProc } from "../../local/system-processes.ts";

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
        .map((name) => [Number(name), parentOf(Number(name))] as const),
    );
    const isOwn = (pid: number | undefined): boolean =>
      pid !== undefined && (pid === process.pid || isOwn(parents.get(pid)));
    for (const pid of parents.keys()) {
      if (pid === process.pid || !isOwn(pid)) continue;
      const commandLine = words(pid, "cmdline").join(" ");
      const environment = Object.fromEntries(words(pid, "environ").map((line) => line.split(/=(.*)/s).slice(0, 2)));
      this.#seen.set(`${pid} ${commandLine}`, { commandLine, environment });
    }
  }
}

/** Undefined where it has ended by now. */
function parentOf(pid: number): number | undefined {
  const [, parent] = /\)\s\S\s(\d+)/.exec(readProc(pid, "stat")) ?? [];
  return parent === undefined ? undefined : Number(parent);
}

function words(pid: number, file: string): string[] {
  return readProc(pid, file)
    .split("\0")
    .filter((part) => part !== "");
}
