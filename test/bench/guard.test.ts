/** What the bench has recorded is kept to: by ratios of the least processor time, which other work hardly changes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { markdown, type Results } from "../../bench/results.ts";
import type { Compared } from "../../bench/row.ts";
import { mistake, start } from "../../bench/rows/start.ts";
import { Stage } from "../../bench/stage.ts";
import { silentProgress } from "../../local/progress.ts";

const RUNS = 5;
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
      const rows = recorded.rows[bench.name] as Compared[];
      const bounds = new Map(rows.map(({ what, pair }) => [what, MARGIN * (pair.cpuRatio?.median ?? Number.NaN)]));
      for (const { what, against, pair } of (await bench.measure(stage, RUNS)) as Compared[]) {
        const ratio = pair.leastCpuRatio ?? Number.NaN;
        const bound = bounds.get(what) ?? Number.NaN;
        assert.ok(ratio <= bound, `${what}: ${ratio} times ${against}, the bound is ${bound}`);
      }
    });
  }
});
