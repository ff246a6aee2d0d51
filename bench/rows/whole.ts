import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command, sampleOf, spreadOf, type Work } from "../measure.ts";
import type { Bench, Timed } from "../row.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What people wait for, from end to end. */
export const rehearsal: Bench = {
  name: "rehearsal",
  title: "the rehearsal of production",
  async measure(_stage, runs) {
    const rehearse = () => command(process.execPath, ["local/rehearse.ts", "production", "--quick"], { cwd: ROOT });
    return [await timed("rehearsal of PyBase production, proofs included", 60, runs, rehearse)];
  },
};

export const npmStart: Bench = {
  name: "npm-start",
  title: "npm start, with its tools at hand",
  async measure(_stage, runs) {
    const clone = mkdtempSync(join(tmpdir(), "landfall-bench-clone-"));
    await command("git", ["clone", "--quiet", ROOT, clone]);
    symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
    const start = () => command(process.execPath, ["local/start.ts"], { cwd: clone });
    const stop = () => command(process.execPath, ["local/stop.ts"], { cwd: clone });
    try {
      const row = await timed("`npm start`, from nothing but its tools", 45, runs, start, stop);
      await start();
      return [row, await timed("`npm start`, warm", 15, runs, start)];
    } finally {
      await stop();
      rmSync(clone, { recursive: true, force: true });
    }
  },
};

async function timed(what: string, aimSeconds: number, runs: number, work: Work, after?: Work): Promise<Timed> {
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    seconds.push((await sampleOf(work)).seconds);
    await after?.();
  }
  return { what, aimSeconds, runs, seconds: spreadOf(seconds) };
}
