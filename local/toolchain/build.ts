import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../command.ts";
import type { Step } from "../progress.ts";
import { cacheDirectory } from "./cache.ts";
import { toolchainDirectory } from "./versions.ts";

/** A run of `go build` in one of the toolchain's Go modules. */
export interface Build {
  /** Folder of the module under local/toolchain. */
  folder: string;
  /** Packages; the executables are named after them. */
  packages: readonly string[];
  /** Name of the executable, where there is one package and it does not say it. */
  output?: string;
  /** A module to build in, rather than in the folder, with a file that its own release process adds. */
  within?: { module: string; file: string; content: string };
  /** Build constraints to satisfy. */
  tags?: readonly string[];
  /** Of Go itself, which its source needs. */
  experiments?: readonly string[];
  /** Values of variables that the linker sets. */
  variables?: Readonly<Record<string, string>>;
}

/** What went wrong with a tool, and what to do. */
export class ToolError extends UserError {
  override readonly name = "ToolError";
}

const LAST_LINES = 15;
let queue: Promise<unknown> = Promise.resolve();

/** Builds into `directory`. One build at a time: two together only take each other's memory. */
export function build(what: string, wanted: Build, directory: string, step: Step): Promise<void> {
  const run = queue.then(() => goBuild(what, wanted, directory, step));
  queue = run.catch(() => {});
  return run;
}

async function goBuild(
  what: string,
  { folder, packages, output = "", within, tags = [], experiments = [], variables = {} }: Build,
  directory: string,
  step: Step,
) {
  step.update("building from source");
  const settings = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  const args = [
    "build",
    "-mod=readonly",
    "-buildvcs=false",
    "-trimpath",
    `-tags=${tags.join(",")}`,
    "-gcflags=all=-dwarf=false", // the linker strips it: a fifth of the compiler's time
    "-ldflags",
    ["-s", "-w", ...settings].join(" "),
  ];
  const root = within ? await completed(what, within, folder, directory) : folder;
  await go(what, [...args, "-o", join(directory, output), ...packages], root, experiments);
  if (within) rmSync(root, { recursive: true });
}

/** A copy of the module as the folder pins it, with the file that it lacks. */
async function completed(
  what: string,
  { module, file, content }: NonNullable<Build["within"]>,
  folder: string,
  directory: string,
): Promise<string> {
  const { Dir } = JSON.parse(await go(what, ["mod", "download", "-json", module], folder)) as { Dir: string };
  const root = join(directory, "source");
  execFileSync("cp", ["-R", Dir, root]);
  execFileSync("chmod", ["-R", "u+w", root]); // modules are kept read-only
  writeFileSync(join(root, file), content);
  return root;
}

/** Runs `go` in a module of the toolchain and returns what it printed. */
export async function go(
  what: string,
  args: readonly string[],
  folder: string,
  experiments: readonly string[] = [],
): Promise<string> {
  const logs = join(cacheDirectory(), "logs");
  mkdirSync(logs, { recursive: true });
  const logPath = join(logs, `${what.replaceAll(/[^\w.-]+/g, "-")}.log`);
  const log = createWriteStream(logPath);
  const child = spawn("go", args, {
    cwd: resolve(toolchainDirectory, folder),
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GOEXPERIMENT: experiments.join(",") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
    log.write(chunk);
  });
  const code = await new Promise<number | string | null>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    child.on("close", resolve);
  });
  await new Promise((written) => log.end(written)); // before a message points to it
  if (code === 0) return output;
  if (code === "ENOENT") {
    throw new ToolError(
      `${what} could not be downloaded, and building it needs Go, which is not installed.\n` +
        "  fix      install Go 1.26 or newer (https://go.dev/dl), or see that the official downloads can be reached; run this again",
    );
  }
  const last = errors.trim().split("\n").slice(-LAST_LINES).join("\n    ");
  throw new ToolError(
    `${what} could not be downloaded, and building it failed (go ${args[0]}: ${code}).\n    ${last}\n` +
      `  log      ${logPath}\n` +
      "  fix      see that the Go module proxy can be reached, that Go is 1.26 or newer, and that the disk is not full; run this again",
  );
}

/** Changes whenever what a build makes would: its sources, pins, packages and settings, and the platform. */
export function fingerprint(wanted: Build): string {
  const sum = createHash("sha256").update(JSON.stringify([wanted, process.platform, process.arch]));
  const root = join(toolchainDirectory, wanted.folder);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => /(\.go|go\.mod|go\.sum)$/.test(file) && !file.endsWith("_test.go"))
    .sort();
  for (const file of files) sum.update(file).update(readFileSync(join(root, file)));
  return sum.digest("hex").slice(0, 12);
}
