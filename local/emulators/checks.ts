/** What clouds say against values, in words that all of them share. */
import { rangeOf } from "./addresses.ts";
import type { Failure } from "./sdk.ts";

export function failures(...checks: (Failure | false | undefined)[]): Failure[] {
  return checks.filter((check) => check !== undefined && check !== false);
}

export function badRange(property: string, cidr: unknown): Failure | undefined {
  if (typeof cidr !== "string" || rangeOf(cidr)) return undefined;
  return {
    property,
    reason: `"${cidr}" is not a valid IPv4 CIDR block: the address has bits beyond its mask, or is none`,
  };
}

export function badPattern(property: string, value: unknown, pattern: RegExp): Failure | undefined {
  if (typeof value !== "string" || pattern.test(value)) return undefined;
  return { property, reason: `"${value}" does not match ${pattern}` };
}

export function notOneOf(property: string, value: unknown, allowed: readonly unknown[]): Failure | undefined {
  if (value === undefined || allowed.includes(value)) return undefined;
  return { property, reason: `${JSON.stringify(value)} is not one of ${allowed.join(", ")}` };
}

export function outside(property: string, value: unknown, least: number, most: number): Failure | undefined {
  if (typeof value !== "number" || (value >= least && value <= most)) return undefined;
  return { property, reason: `${value} is not between ${least} and ${most}` };
}
