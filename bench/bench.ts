/** `npm run bench`: how fast it is, as ratios, against the engine's floor and against peers. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { run, UserError } from "../local/command.ts";
import { terminalProgress } from "../local/progress.ts";
import { command } from "./measure.ts";
import { markdown, type Results, thisMachine } from "./results.ts";
import type { Bench } from "./row.ts";
import { growth } from "./rows/growth.ts";
import { lifecycle } from "./rows/lifecycle.ts";
import { memory } from "./rows/memory.ts";
import { render } from "./rows/render.ts";
import { mistake, start } from "./rows/start.ts";
import { unchanged } from "./rows/unchanged.ts";
import { npmStart, rehearsal } from "./rows/whole.ts";
import { Stage } from "./stage.ts";

const BENCHES: readonly Bench[] = [mistake, start, render, unchanged, lifecycle, memory, growth, rehearsal, npmStart];
const HERE = fileURLToPath(new URL(".", import.meta.url));
const RESULTS = join(HERE, "results.json");

const USAGE = `npm run bench [-- NAME...] [--runs N]

  NAME      only these: ${BENCHES.map(({ name }) => name).join(", ")}
  --runs N  that count, of each side (default: 5)

Writes bench/results.json and bench/results.md. Wants a machine that does nothing else.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: "string", default: "5" }, help: { type: "boolean", short: "h" } },
  });
  const runs = Number(values.runs);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  if (!Number.isInteger(runs) || runs < 1) throw new UserError(`--runs ${values.runs}: is no number of runs`);
  const unknown = positionals.find((wanted) => !BENCHES.some(({ name }) => name === wanted));
  if (unknown) throw new UserError(`${unknown}: no such row\n  allowed  ${BENCHES.map(({ name }) => name).join(", ")}`);
  const benches = BENCHES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

  const progress = terminalProgress();
  const stage = await Stage.make(progress);
  try {
    for (const bench of benches) {
      const step = progress.step(bench.title);
      const rows = await bench.measure(stage, runs);
      step.done();
      await write(bench.name, rows);
    }
  } finally {
    await stage.remove();
  }
  return 0;
}

/** Lays the rows over what was measured before. */
async function write(name: string, rows: Results["rows"][string]): Promise<void> {
  const before = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, "utf8")) as Results).rows : {};
  const measured = { ...before, [name]: rows };
  const results: Results = {
    date: new Date().toISOString().slice(0, 10),
    commit: (await command("git", ["rev-parse", "--short", "HEAD"], { cwd: HERE })).trim(),
    machine: thisMachine(),
    rows: Object.fromEntries(BENCHES.flatMap((bench) => Object.entries(measured).filter(([it]) => it === bench.name))),
  };
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(join(HERE, "results.md"), markdown(results));
}

await run(main);
