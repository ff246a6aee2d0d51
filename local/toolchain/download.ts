import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, createWriteStream, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { Step } from "../progress.ts";

/** A file of an official release. */
export interface Download {
  url: string;
  /** Where its SHA-256 is published: a line `<sum>  <file>`, or the sum alone. */
  checksums: string;
  /** Files to take out of the archive, or the name that the one executable gets. */
  files: readonly string[];
}

const CONNECT_MILLISECONDS = 3000;
const STALL_MILLISECONDS = 30_000;
const unreachable = new Set<string>();

/**
 * Fetches the downloads into `directory`, each checked against its published sum. False where one of them cannot be
 * had or does not match: the caller then builds. A host that did not answer is not asked again.
 */
export async function fetchAll(downloads: readonly Download[], directory: string, step: Step): Promise<boolean> {
  for (const download of downloads) {
    if (!(await fetchOne(download, directory, step))) return false;
  }
  return downloads.length > 0;
}

async function fetchOne({ url, checksums, files }: Download, directory: string, step: Step): Promise<boolean> {
  const expected = findSum(await getText(checksums), basename(url));
  if (expected === undefined) return false;
  const response = await get(url);
  if (!response?.body) return false;

  const file = join(directory, basename(url));
  const sum = createHash("sha256");
  const total = Number(response.headers.get("content-length"));
  let received = 0;
  const stalled = setTimeout(() => counter.destroy(new Error("stalled")), STALL_MILLISECONDS);
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      stalled.refresh();
      received += chunk.length;
      sum.update(chunk);
      step.update(total > 0 ? `downloading, ${Math.floor((received / total) * 100)} %` : "downloading");
      next(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body as never), counter, createWriteStream(file));
  } catch {
    rmSync(file, { force: true });
    return false; // broke off
  } finally {
    clearTimeout(stalled);
  }
  if (sum.digest("hex") !== expected) {
    rmSync(file, { force: true });
    return false;
  }
  await unpack(file, directory, files);
  return true;
}

async function get(url: string): Promise<Response | undefined> {
  const { host } = new URL(url);
  if (unreachable.has(host)) return undefined;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), CONNECT_MILLISECONDS);
  try {
    const response = await fetch(url, { signal: controller.signal });
    return response.ok ? response : undefined;
  } catch {
    unreachable.add(host);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

async function getText(url: string): Promise<string> {
  try {
    return (await (await get(url))?.text()) ?? "";
  } catch {
    return ""; // broke off
  }
}

function findSum(text: string, file: string): string | undefined {
  const lines = text.split("\n").map((line) => line.trim().split(/\s+\*?/));
  const named = lines.find(([, name]) => name === file) ?? lines.find((parts) => parts.length === 1);
  const sum = named?.[0]?.toLowerCase();
  return sum !== undefined && /^[0-9a-f]{64}$/.test(sum) ? sum : undefined;
}

async function unpack(file: string, directory: string, files: readonly string[]): Promise<void> {
  if (file.endsWith(".tar.gz")) {
    await promisify(execFile)("tar", ["-xzf", file, "-C", directory]);
    rmSync(file);
    const { stdout } = await promisify(execFile)("find", [directory, "-type", "f"]);
    for (const found of stdout.trim().split("\n")) {
      if (files.includes(basename(found))) renameSync(found, join(directory, basename(found)));
    }
  } else {
    renameSync(file, join(directory, files[0] as string));
  }
  for (const name of files) chmodSync(join(directory, name), 0o755);
}
