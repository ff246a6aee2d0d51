/** From the engine's preview to what it means. */
import { availability } from "./availability/availability.ts";
import { capacity } from "./capacity.ts";
import { type Change, Changes } from "./changes.ts";
import { data } from "./data/data.ts";
import { immutability } from "./immutability.ts";
import { kinds } from "./kinds.ts";
import type { Preview } from "./preview.ts";
import { compareLevels, type Finding, type Rule, tell } from "./rule.ts";
import { security } from "./security/security.ts";

/** Every rule, but for those that speak where no other does. */
export const RULES: readonly Rule[] = [...data, ...availability, ...security, ...immutability, ...capacity];

/** Findings, the worst first. */
export function assess(preview: Pick<Preview, "steps">): Finding[] {
  const changes = new Changes(preview);
  const told = changes.all.flatMap((change) => {
    const rules = speakers(RULES, change, changes);
    return (rules.length > 0 ? rules : speakers(kinds, change, changes).slice(0, 1)).map((rule) => ({ change, rule }));
  });
  const whole = new Set(told.filter(({ rule }) => rule.whole).map(({ change }) => change.subject));
  const findings = told
    .filter(({ change, rule }) => rule.whole || !whole.has(change.subject) || staysAsItIs(change))
    .map(({ change, rule }) => findingOf(rule, change, changes));
  return distinct(findings).sort((a, b) => compareLevels(a.level, b.level));
}

function speakers(rules: readonly Rule[], change: Change, changes: Changes): Rule[] {
  return rules.filter((rule) => (rule.standing || change.operation !== "same") && rule.applies(change, changes));
}

/** What comes or goes with its subject is told with it. */
function staysAsItIs({ operation }: Change): boolean {
  return operation === "update" || operation === "same";
}

function findingOf(rule: Rule, change: Change, changes: Changes): Finding {
  return {
    rule: rule.id,
    level: tell(rule.level, change, changes),
    id: `${rule.theme}:${change.subject}`,
    sentence: tell(rule.sentence, change, changes),
    instead: rule.instead && tell(rule.instead, change, changes),
    urn: change.urn,
  };
}

/** The same is said once, however many resources there are of it. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, Finding>();
  for (const finding of findings) {
    const key = [finding.rule, finding.id, finding.sentence].join("\n");
    if (!seen.has(key)) seen.set(key, finding);
  }
  return [...seen.values()];
}
