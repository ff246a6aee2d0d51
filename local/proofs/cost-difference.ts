/** What another configuration of a stack costs. */
import type { Plan } from "../../config/plan.ts";
import { costOf } from "./cost.ts";
import { add, type Component, type Line, type Range, rounded } from "./cost-lines.ts";

export interface CostDifference {
  total: Range;
  /** Lines that are not the same, by what they are of; a side is left out where there is none. */
  changed: { component: Component; before?: Line; after?: Line }[];
}

/** What another configuration of a stack costs more, or less, a month. */
export function costDifference(before: Plan, after: Plan): CostDifference {
  const [old, wanted] = [costOf(before), costOf(after)];
  const same = (a: Line, b: Line) => a.item === b.item && a.most === b.most && a.least === b.least;
  const gone = old.lines.filter((one) => !wanted.lines.some((other) => same(one, other)));
  const come = wanted.lines.filter((one) => !old.lines.some((other) => same(one, other)));
  const subject = ({ component, item }: Line) => `${component} ${item.split(":")[0]}`;
  const keys = new Set([...gone, ...come].map(subject));
  const { least, typical, most } = old.total;
  return {
    total: rounded(add([wanted.total, { least: -least, typical: -typical, most: -most }])),
    changed: [...keys].map((key) => {
      const [of, to] = [gone, come].map((lines) => lines.filter((one) => subject(one) === key));
      const [first] = [...(to as Line[]), ...(of as Line[])] as [Line];
      return { component: first.component, before: merged(of as Line[]), after: merged(to as Line[]) };
    }),
  };
}

function merged(lines: readonly Line[]): Line | undefined {
  const [first] = lines;
  return first && { ...first, ...rounded(add(lines)), item: lines.map(({ item }) => item).join("; ") };
}
