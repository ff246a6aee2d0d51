import type { ResourceCheck } from "../check.ts";
import type { Subject } from "../subject.ts";

type Find = (subject: Subject) => string[];

/** A check of resources of some types, each with what is to be looked at. */
export function byType(finders: Readonly<Record<string, Find>>): ResourceCheck {
  const types = Object.keys(finders).map((type) => type.replaceAll(/[./]/g, "\\$&"));
  return {
    types: new RegExp(`^(${types.join("|")})$`),
    problems: (subject) => finders[subject.type]?.(subject) ?? [],
  };
}

/** The problem where it is one. */
export function when(isSo: boolean, problem: string): string[] {
  return isSo ? [problem] : [];
}
