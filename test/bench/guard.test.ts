/** What the bench has recorded is kept to: by ratios of processor time, which what else the machine does hardly changes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { markdown, type Results } from "../../bench/results.ts";
import type { Compared } from "../../bench/row.ts";
import { mistake, start } from "../../bench/rows/start.ts";
import { Stage } from "../../bench/stage.ts";
import { silentProgress } from "../../local/progress.ts";

const RUNS = 3;
/** How much worse than recorded is still the machine's doing. */
const MARGIN = 1.4;

const read = (name: string) => readFileSync(new URL(`../../bench/${name}`, import.meta.url), "utf8");
const recorded = JSON.parse(read("results.json")) as Results;

describe("The bench", function () {
  this.timeout(600_000);
  const stage = new Stage(silentProgress);

  after(() => stage.remove());

  it("has its page written from its figures", () => {
    assert.equal(read("results.md"), markdown(recorded));
  });

  for (const bench of [mistake, start]) {
    it(`finds what it has recorded: ${bench.title}`, async function () {
      if (process.platform !== "linux") this.skip();
      const bounds = new Map((recorded.rows[bench.name] as Compared[]).map((row) => [row.what, medianOf(row)]));
      for (const row of (await bench.measure(stage, RUNS)) as Compared[]) {
        const bound = MARGIN * (bounds.get(row.what) ?? Number.NaN);
        assert.ok(medianOf(row) <= bound, `${row.what}: ${medianOf(row)} times ${row.against}, the bound is ${bound}`);
      }
    });
  }
});

function medianOf({ pair }: Compared): number {
  return pair.cpuRatio?.median ?? Number.NaN;
}
