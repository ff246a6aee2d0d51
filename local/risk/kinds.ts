/** What it means that a resource is deleted or replaced, where no rule says more. */
import { type Change, isGone } from "./changes.ts";
import { type Consequence, consequenceOf, kindOf } from "./consequences.ts";
import type { Level, Rule } from "./rule.ts";

const isLost = (change: Change) => isGone(change) && !/^(landfall:|pulumi:)/.test(change.type);

/** For resources that no other rule speaks of. */
export const kinds: readonly Rule[] = (["data", "availability", "security", "immutability", "capacity"] as const)
  .map(
    (theme): Rule => ({
      id: "resource-lost",
      theme,
      applies: (change) =>
        isLost(change) && consequenceOf(change.type)?.theme === theme && toldOf(change)[0] !== "safe",
      level: (change) => toldOf(change)[0],
      sentence: (change) => `${titleOf(change)} ${toldOf(change)[1]}${forced(change)}`,
      instead: ({ type }) => consequenceOf(type)?.instead ?? "nothing has to be done",
    }),
  )
  .concat({
    id: "unknown-resource-lost",
    theme: "data",
    applies: (change) => isLost(change) && consequenceOf(change.type) === undefined,
    level: "data at risk",
    sentence: (change) =>
      `${titleOf(change)} is ${change.operation === "delete" ? "deleted" : "deleted and made again"}, and this report does not know what a ${change.type} holds.${forced(change)}`,
    instead: "see what it is before you go on",
  });

function toldOf({ type, operation }: Change): readonly [Level, string] {
  const consequence = consequenceOf(type) as Consequence;
  return operation === "delete" ? consequence.deleted : consequence.replaced;
}

function titleOf({ type, name }: Change): string {
  return `${kindOf(type)} ${name}`;
}

function forced({ reasons }: Change): string {
  return reasons.length > 0 ? ` It cannot be changed in place: ${reasons.join(", ")}.` : "";
}
