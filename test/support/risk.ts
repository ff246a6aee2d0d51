/** Rules of the risk report, each with steps that it speaks of and steps that it does not. */
import assert from "node:assert/strict";
import { Changes } from "../../local/risk/changes.ts";
import type { Step } from "../../local/risk/preview.ts";
import { type Level, type Rule, tell } from "../../local/risk/rule.ts";
import { theApplication } from "./steps.ts";

export type Cases = Readonly<
  Record<string, { steps: readonly Step[]; level: Level; says: RegExp; not: readonly Step[] }>
>;

/** A test for each rule, and one that none is without. */
export function judges(rules: readonly Rule[], cases: Cases): void {
  it("is tested in each rule", () => {
    assert.deepEqual(Object.keys(cases).sort(), [...new Set(rules.map(({ id }) => id))].sort());
  });
  for (const [id, { steps, level, says, not }] of Object.entries(cases)) {
    it(`says of ${id}: ${level}`, () => {
      const [said, ...others] = spoken(rules, id, steps);
      assert.ok(said, "the rule does not speak");
      assert.equal(others.length, 0, "the rule speaks more than once");
      assert.equal(said.level, level);
      assert.match(said.sentence, says);
    });
    it(`does not say so of what is not ${id}`, () => assert.deepEqual(spoken(rules, id, not), []));
  }
}

function spoken(rules: readonly Rule[], id: string, steps: readonly Step[]) {
  const changes = new Changes({ steps: [theApplication, ...steps] });
  const rule = rules.find((one) => one.id === id);
  assert.ok(rule, `there is no rule ${id}`);
  return changes.all
    .filter((change) => (rule.standing || change.operation !== "same") && rule.applies(change, changes))
    .map((change) => ({ level: tell(rule.level, change, changes), sentence: tell(rule.sentence, change, changes) }));
}
