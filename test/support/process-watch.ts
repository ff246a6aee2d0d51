/** What anybody on this machine may read of processes while a test goes on (Linux). */
import { descendantsOf, readProc } from "../../local/system-processes.ts";

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
    for (const pid of descendantsOf(process.pid)) {
      const commandLine = words(pid, "cmdline").join(" ");
      const environment = Object.fromEntries(words(pid, "environ").map((line) => line.split(/=(.*)/s).slice(0, 2)));
      this.#seen.set(`${pid} ${commandLine}`, { commandLine, environment });
    }
  }
}

function words(pid: number, file: string): string[] {
  return readProc(pid, file)
    .split("\0")
    .filter((part) => part !== "");
}
