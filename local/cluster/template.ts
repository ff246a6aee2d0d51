/** Data of a cluster that has the custom resource definitions and nothing else: each new cluster begins with a copy. */
import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Progress, Step } from "../progress.ts";
import { cacheDirectory, installOnce } from "../toolchain/cache.ts";

const TITLE = "Custom resources for local clusters";

/**
 * Folder of etcd's data, made once for each `key`.
 *
 * @param make brings a cluster up in the folder, ends it in good order and returns the folder of its data
 */
export async function ensureTemplate(
  key: string,
  progress: Progress,
  make: (directory: string, step: Step) => Promise<string>,
): Promise<string> {
  const directory = join(cacheDirectory(), "cluster-data", key);
  await installOnce(
    directory,
    () => progress.step(TITLE),
    async (scratch, step) => {
      const making = join(scratch, "making");
      renameSync(await make(making, step), join(scratch, "etcd"));
      rmSync(making, { recursive: true });
      return TITLE;
    },
  );
  return join(directory, "etcd");
}

/** Has the cluster in `home` begin with the data: whole, or not at all. */
export function beginWith(template: string, home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const copy = join(home, "etcd.partial");
  rmSync(copy, { recursive: true, force: true });
  cpSync(template, copy, { recursive: true });
  renameSync(copy, join(home, "etcd"));
}
