import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "./system-processes.ts";

/** A process, told apart from a later one with the same number by when it started. */
interface Owner {
  pid: number;
  started: string;
}

const RETRY_MILLISECONDS = 250;

/**
 * Runs `work` while holding the lock file `path`. Waits while another living process holds it; a lock whose owner is
 * dead is taken over. `onWait` is told once whom it waits for.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait?: (pid: number) => void): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  for (let owner = acquire(path); owner !== undefined; owner = acquire(path)) {
    if (!told) onWait?.(owner.pid);
    told = true;
    await sleep(RETRY_MILLISECONDS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** Takes the lock, or returns the living process that has it. */
function acquire(path: string): Owner | undefined {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) } satisfies Owner));
  try {
    // A link appears whole or not at all, unlike a file that is made and then written.
    linkSync(mine, path);
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(mine, { force: true });
  }
  const owner = readOwner(path);
  if (!owner) return acquire(path); // released meanwhile
  if (isAlive(owner)) return owner;
  return takeOver(path) ?? acquire(path);
}

/** Removes a dead owner's lock, under a lock of its own: else the second to come would remove the first one's. */
function takeOver(path: string): Owner | undefined {
  const second = `${path}.takeover`;
  const other = acquire(second);
  if (other) return other;
  const owner = readOwner(path);
  if (owner && !isAlive(owner)) rmSync(path);
  rmSync(second);
  return undefined;
}

/** Undefined where nobody has it. */
function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return { pid: 0, started: "damaged" };
  }
}

/** Whether that very process still runs. */
function isAlive({ pid, started }: Owner): boolean {
  return startOf(pid) === started;
}
