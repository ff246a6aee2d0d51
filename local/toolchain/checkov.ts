/** checkov, and Kubernetes' own schemas by version, which is published for Python too. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../progress.ts";
import { cacheDirectory, installOnce } from "./cache.ts";
import { keyOf, tool } from "./package-manager.ts";
import { toolchainDirectory } from "./versions.ts";

const PINNED = join(toolchainDirectory, "checkov", "requirements.txt");

export const CHECKOV_VERSION = pinned("checkov");

export interface Checkov {
  /** To be run with `environment`, and with checkov's own options after. */
  command: readonly [string, ...string[]];
  environment: Readonly<Record<string, string>>;
  /** A folder for each version of Kubernetes, such as v1.36.0-local-strict. */
  schemas: string;
}

/** Each package by its hash and none of them built, in a folder of their own: nothing of the user's Python changes. */
export async function ensureCheckov(progress: Progress): Promise<Checkov> {
  // What is compiled is so for one minor of Python.
  const python = (await tool("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])).trim();
  const directory = join(cacheDirectory(), "checkov", `${keyOf(PINNED)}-${python}`);
  await installOnce(
    directory,
    () => progress.step(`checkov ${CHECKOV_VERSION}`),
    async (scratch) => {
      const options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--no-warn-conflicts"];
      await tool("python3", ["-m", "pip", "install", ...options, "--target", scratch, "--requirement", PINNED]);
      return `checkov ${CHECKOV_VERSION}`;
    },
  );
  return {
    command: ["python3", "-s", "-m", "checkov.main"],
    environment: { PYTHONPATH: directory },
    schemas: join(directory, "kubernetes_validate", "kubernetes-json-schema"),
  };
}

function pinned(name: string): string {
  const version = new RegExp(`^${name}==(\\S+)`, "m").exec(readFileSync(PINNED, "utf8"))?.[1];
  if (!version) throw new Error(`${PINNED} does not pin ${name}`);
  return version;
}
