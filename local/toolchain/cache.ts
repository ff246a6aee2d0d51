import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir, platform } from "node:os";
import { basename, dirname, join } from "node:path";
import { withLock } from "../lock.ts";
import type { Step } from "../progress.ts";
import { startOf } from "../system-processes.ts";

/** The user's cache, shared by every checkout: what is built once is not built again. */
export function cacheDirectory(): string {
  const base =
    process.env.XDG_CACHE_HOME ??
    (platform() === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "landfall");
}

/**
 * Fills `directory` by `fill`, once, whoever asks and how often: it is there whole or not at all. `fill` gets a folder
 * beside it to work in; a folder left by a process that was killed is swept.
 */
export async function installOnce(
  directory: string,
  step: () => Step,
  fill: (directory: string, step: Step) => Promise<string>,
): Promise<void> {
  if (existsSync(directory)) return;
  const shown = step();
  try {
    await withLock(
      `${directory}.lock`,
      async () => {
        if (existsSync(directory)) return shown.done();
        sweep(directory);
        const scratch = `${directory}.partial-${process.pid}`;
        mkdirSync(scratch, { recursive: true });
        const outcome = await fill(scratch, shown);
        renameSync(scratch, directory);
        shown.done(outcome);
      },
      (pid) => shown.update(`waiting for another Landfall (process ${pid}), which is at it`),
    );
  } catch (error) {
    shown.failed();
    throw error;
  }
}

function sweep(directory: string): void {
  const prefix = `${basename(directory)}.partial-`;
  for (const entry of readdirSync(dirname(directory))) {
    if (!entry.startsWith(prefix)) continue;
    if (startOf(Number(entry.slice(prefix.length))) === "" || entry === `${prefix}${process.pid}`) {
      rmSync(join(dirname(directory), entry), { recursive: true, force: true });
    }
  }
}

/** Puts `source` at `target` too, in one step, without a second copy where the file system allows. */
export function place(source: string, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const scratch = `${target}.partial-${process.pid}`;
  rmSync(scratch, { force: true });
  try {
    linkSync(source, scratch);
  } catch {
    copyFileSync(source, scratch); // another file system
  }
  renameSync(scratch, target);
}
