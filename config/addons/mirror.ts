import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Layers } from "../layers.ts";
import { type AddonName, catalogue } from "./catalogue.ts";

const OCI = "oci://";

/** What a folder of charts has. */
export interface Charts {
  /** Names of its archives. */
  archives: readonly string[];
  /** Versions of its unpacked charts, by folder. */
  unpacked: Readonly<Record<string, string>>;
}

/** @returns undefined where the mirror is no folder; a folder that is not there is empty. */
export function readMirror(mirror: unknown): Charts | undefined {
  if (typeof mirror !== "string" || mirror.startsWith(OCI)) return undefined;
  let entries: string[];
  try {
    entries = readdirSync(mirror);
  } catch {
    return { archives: [], unpacked: {} };
  }
  const unpacked = entries.flatMap((entry) => {
    const version = versionOf(join(mirror, entry, "Chart.yaml"));
    return version === undefined ? [] : [[entry, version] as const];
  });
  return { archives: entries.filter((entry) => entry.endsWith(".tgz")), unpacked: Object.fromEntries(unpacked) };
}

function versionOf(file: string): string | undefined {
  try {
    return String((parse(readFileSync(file, "utf8")) as { version?: unknown }).version);
  } catch {
    return undefined;
  }
}

/** Where Helm finds the add-on's chart; a folder that lacks it is reported, with the command that fetches it. */
export function locate(
  { stack, mistakes }: Layers,
  name: AddonName,
  version: string,
  charts: Charts | undefined,
): { chart: string; repository?: string; version: string } {
  const { chart, repository } = catalogue[name];
  const mirror = stack.addons?.mirror;
  if (mirror === undefined) {
    return repository.startsWith(OCI) ? { chart: `${repository}/${chart}`, version } : { chart, repository, version };
  }
  if (mirror.startsWith(OCI)) return { chart: `${mirror}/${chart}`, version };
  const archive = `${chart}-${version}.tgz`;
  const unpacked = charts?.unpacked[chart];
  if (!charts || charts.archives.includes(archive)) return { chart: `${mirror}/${archive}`, version };
  if (unpacked !== undefined && plain(unpacked) === plain(version)) return { chart: `${mirror}/${chart}`, version };
  mistakes.push({
    path: "landfall:addons.mirror",
    got: mirror,
    problem: `it lacks the chart of ${name}: ${archive}`,
    allowed: unpacked
      ? `${archive}, or a folder ${chart} of that version; the one that is there is ${unpacked}`
      : `${archive}, or the folder ${chart} that it unpacks to`,
    fix: pull(name, version, mirror),
  });
  return { chart: `${mirror}/${archive}`, version };
}

/** The command that fetches the chart into a folder. */
export function pull(name: AddonName, version: string = catalogue[name].version, folder = "charts"): string {
  const { chart, repository } = catalogue[name];
  const from = repository.startsWith(OCI) ? `${repository}/${chart}` : `${chart} --repo ${repository}`;
  return `helm pull ${from} --version ${version} --destination ${folder}`;
}

/** Charts are tagged with or without a v. */
function plain(version: string): string {
  return version.replace(/^v/, "");
}
