/** Whether this machine has what the local side takes. */
import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { arch, platform, totalmem } from "node:os";
import { type Area, type Check, failure, ok, warning } from "../checks.ts";
import { cacheDirectory } from "../toolchain/cache.ts";
import { kitStates, which } from "../toolchain/toolchain.ts";

const GIB = 2 ** 30;
/** A local cluster was seen to take 2 GiB (its API server 1.4), and an update of PyBase 1 GiB beside it. */
const LEAST_MEMORY_GIB = 4;
/** Tools take 4 GiB, and building them as much again for Go's caches. */
const LEAST_DISK_GIB = { withTools: 2, without: 8 };
/** Control planes and engines hold a connection or a watch for each kind of object. */
const LEAST_FILES = 4096;

export interface Machine {
  platform: string;
  arch: string;
  node: string;
  memoryBytes: number;
  /** Room for the tools; left out where nobody says. */
  diskBytes?: number;
  /** Files that a process may have open at once; left out where there is no limit. */
  files?: number;
}

export function thisMachine(): Machine {
  return {
    platform: platform(),
    arch: arch(),
    node: process.versions.node,
    memoryBytes: totalmem(),
    diskBytes: room(),
    files: fileLimit(),
  };
}

export function checkMachine(machine: Machine, hasTools: boolean): Check[] {
  return [
    checkSystem(machine),
    ok("Node", machine.node),
    checkMemory(machine),
    checkDisk(machine, hasTools),
    checkFiles(machine),
  ];
}

function checkSystem({ platform, arch }: Machine): Check {
  const system = `${platform} on ${arch}`;
  if (!["linux", "darwin"].includes(platform)) {
    return failure("System", `${system}: the tools come for Linux and macOS`, "on Windows, use WSL");
  }
  if (["x64", "arm64"].includes(arch)) return ok("System", system);
  return warning(
    "System",
    `${system}: there are no official downloads for it`,
    "install Go: the tools are built from source",
  );
}

function checkMemory({ memoryBytes }: Machine): Check {
  const said = `${(memoryBytes / GIB).toFixed(1)} GiB`;
  // What a machine of 4 GiB has left when its kernel has taken its share.
  if (memoryBytes >= LEAST_MEMORY_GIB * GIB * 0.9) return ok("Memory", said);
  return warning(
    "Memory",
    `${said}: the local cluster and an update take about 3`,
    "use a cluster elsewhere: landfall:cluster in Pulumi.dev.yaml",
  );
}

function checkDisk({ diskBytes }: Machine, hasTools: boolean): Check {
  const least = hasTools ? LEAST_DISK_GIB.withTools : LEAST_DISK_GIB.without;
  if (diskBytes === undefined) return warning("Disk", "nobody says how much room there is");
  const said = `${(diskBytes / GIB).toFixed(1)} GiB are free`;
  if (diskBytes >= least * GIB) return ok("Disk", said);
  return warning(
    "Disk",
    `${said} in ${cacheDirectory()}, of ${least} that are wanted`,
    "make room, or set XDG_CACHE_HOME to another disk",
  );
}

function checkFiles({ files }: Machine): Check {
  if (files === undefined || files >= LEAST_FILES)
    return ok("Open files", files === undefined ? "no limit" : `up to ${files}`);
  return warning(
    "Open files",
    `a process may have ${files} at most`,
    `ulimit -n ${LEAST_FILES}, or raise the limit of your account`,
  );
}

/** Of the first folder that is there, on the way to the cache. */
function room(): number | undefined {
  for (let folder = cacheDirectory(); ; folder = folder.slice(0, folder.lastIndexOf("/")) || "/") {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return bavail * bsize;
    } catch {
      if (folder === "/") return undefined;
    }
  }
}

/** The hard one, for programs of Go and Node raise theirs to it by themselves. */
function fileLimit(): number | undefined {
  const limit = execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }).trim();
  return limit === "unlimited" ? undefined : Number(limit);
}

export function checkTools(): Area {
  const states = kitStates();
  const missing = states.filter(({ isPresent }) => !isPresent);
  const checks = states.map(({ title, directory, isPresent }) =>
    isPresent
      ? ok(title, directory)
      : warning(title, "not installed yet", "npm run tools; other commands install what they need"),
  );
  if (missing.length === 0 || which("go")) return { title: "Tools", checks };
  const go = warning(
    "Go",
    "not installed: what cannot be downloaded cannot be built",
    "install Go 1.26 or newer: https://go.dev/doc/install",
  );
  return { title: "Tools", checks: [...checks, go] };
}
