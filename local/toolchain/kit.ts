import type { Build } from "./build.ts";
import type { Download } from "./download.ts";

/** Tools that come together: one download or one build. */
export interface Kit {
  /** For people. */
  title: string;
  version: string;
  /** Executables that it brings. */
  tools: readonly string[];
  downloads: readonly Download[];
  builds: readonly [Build, ...Build[]];
  /** Files of a built kit's own Go modules that belong beside the executables. */
  besides?: { folder: string; module: string; file: string };
  /** Tools that a built kit serves from one executable, which goes by its caller's name. */
  multiCall?: string;
}

export const os = process.platform;
export const arch = process.arch === "x64" ? "amd64" : process.arch;

export function github(repository: string, version: string, file: string): string {
  return `https://github.com/${repository}/releases/download/${version}/${file}`;
}
