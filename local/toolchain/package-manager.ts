/** pip and npm, for what is published as packages of theirs. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { ToolError } from "./build.ts";

const run = promisify(execFile);

/** Changes with the contents of the lock file. */
export function keyOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
}

/** @throws ToolError with what it said last. */
export async function tool(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, [...args], { maxBuffer: 64 << 20 })).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    throw new ToolError(
      `${command} ${args[0]} failed (${code}).\n    ${(stderr ?? "").trim().split("\n").slice(-10).join("\n    ")}\n` +
        "  fix      see that Python 3 with pip, and npm, are installed and reach their registries; run this again",
    );
  }
}
