/** docs/reliability.md lists what the tests of faults provoke. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { ACCESS, API_SERVER, CLOUDS, CLUSTER, ENGINE, type Fault } from "../faults/support/faults.ts";
import { faultTable, measuredTable, withMeasured } from "../faults/support/page.ts";
import type { Struck } from "../faults/support/sweep.ts";

const PAGE = new URL("../../docs/reliability.md", import.meta.url);
const GROUPS: Readonly<Record<string, Readonly<Record<string, Fault>>>> = {
  engine: ENGINE,
  "API server": API_SERVER,
  cluster: CLUSTER,
  access: ACCESS,
  clouds: CLOUDS,
};

/** What stands between the mark of the group and the next empty line. */
const blockOf = (group: string) => new RegExp(`(?<=<!-- faults: ${group} -->\\n)[^]*?(?=\\n\\n)`);

describe("docs/reliability.md", () => {
  for (const [group, faults] of Object.entries(GROUPS)) {
    it(`has every fault of the ${group}, as the tests provoke it`, () => {
      const page = readFileSync(PAGE, "utf8");
      const wanted = faultTable(faults);
      if (process.env.UPDATE_GOLDEN)
        writeFileSync(
          PAGE,
          page.replace(blockOf(group), () => wanted),
        );
      else assert.equal(blockOf(group).exec(page)?.[0], wanted);
    });
  }

  it("has at least 25 of them", () => {
    assert.ok(Object.values(GROUPS).flatMap((faults) => Object.keys(faults)).length >= 25);
  });

  const struck = (write: number, wrong: string[] = []): Struck => ({
    strike: "killed",
    write,
    what: "services/web",
    writes: 3,
    wrong,
    seconds: 1,
  });

  it("says how many of the writes came out right, and how many were not tried", () => {
    const table = measuredTable({ struck: [struck(1), struck(2, ["lost"])], commit: "abc1234", date: "2026-01-02" });
    assert.match(table, /\| SIGKILL .* \| \*\*1 of 2\*\*, 1 not tried \|/);
    assert.match(table, /\| answered with 500, and not done \| not measured \|/);
    assert.match(table, /Measured on 2026-01-02 with the program of commit `abc1234`\./);
  });

  it("takes what was measured in the place of what was measured before", () => {
    const page = readFileSync(PAGE, "utf8");
    const measured = withMeasured(page, "new\n");
    assert.ok(measured.includes("<!-- measured by npm run test:faults -->\nnew\n<!-- end of what was measured -->\n"));
    assert.equal(withMeasured(measured, "newer\n").includes("new\n"), false);
  });
});
