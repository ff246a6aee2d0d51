/** States that a backend of files keeps, where the file is damaged. */
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

/** What was wrong with a state, and where the one in its place is from. */
export interface Mended {
  damaged: string;
  from: string;
}

/**
 * Puts back what Pulumi keeps beside a state: the one of before the last change, else that of the last update. The damaged
 * one stays beside it. An empty object counts as damaged, which Pulumi would take for a stack without anything.
 *
 * @param folder of the backend
 * @returns undefined where the state is whole, or there is none
 * @throws Error where nothing whole is kept
 */
export function mendState(folder: string, stack: string): Mended | undefined {
  const file = damagedState(folder, stack);
  if (file === undefined) return undefined;
  const history = filesBelow(join(folder, ".pulumi", "history"))
    .filter((path) => path.includes(`/${stack}/`) && path.endsWith(".checkpoint.json"))
    .toSorted()
    .toReversed();
  const from = [`${file}.bak`, ...history].find((path) => existsSync(path) && isWhole(path));
  if (from === undefined) throw new Error(`${file} is damaged, and nothing whole is kept beside it`);
  const damaged = `${file}.damaged`;
  renameSync(file, damaged);
  copyFileSync(from, file);
  return { damaged, from };
}

/** The stack's state where it is damaged. @param folder of the backend */
export function damagedState(folder: string, stack: string): string | undefined {
  const file = filesBelow(join(folder, ".pulumi", "stacks")).find((path) => path.endsWith(`/${stack}.json`));
  return file === undefined || isWhole(file) ? undefined : file;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path));
}

function isWhole(path: string): boolean {
  try {
    const { checkpoint } = JSON.parse(readFileSync(path, "utf8")) as { checkpoint?: object };
    return checkpoint !== undefined;
  } catch {
    return false;
  }
}
