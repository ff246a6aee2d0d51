/** Everything that PyBase registers in each stack, as a file: a change of it is seen in review. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { differences } from "../support/differences.ts";
import { land, planFor, STACKS } from "../support/pybase.ts";

const UPDATE = "UPDATE_GOLDEN=1 npx mocha --no-config 'test/components/golden.test.ts'";

describe("Every registration of PyBase is as the golden file has it", () => {
  for (const stack of STACKS) {
    it(`in ${stack}`, async () => {
      const path = new URL(`../golden/${stack}.json`, import.meta.url);
      const registrations = (await land(planFor(stack))).map(({ type, name, parent, inputs }) => ({
        type,
        name,
        parent,
        inputs,
      }));
      const landed = `${JSON.stringify(registrations, sorted, 2)}\n`;
      if (process.env.UPDATE_GOLDEN) writeFileSync(path, landed);
      const found = differences(JSON.parse(readFileSync(path, "utf8")), JSON.parse(landed));
      if (found.length === 0) return;
      const changes = found.join("\n");
      assert.fail(
        `test/golden/${stack}.json says otherwise:\n${changes}\nIf it is meant, run ${UPDATE} and review the change.`,
      );
    });
  }
});

/** Keys in order, secrets without their values. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if ("[secret]" in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
