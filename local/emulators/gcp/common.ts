import { rangeOf } from "../addresses.ts";
import type { Context, Rules, Values } from "../rules.ts";
import type { Failure } from "../sdk.ts";

/** Number of the emulated project. */
export const PROJECT_NUMBER = "123456789012";

export function failures(...checks: (Failure | false | undefined)[]): Failure[] {
  return checks.filter((check) => check !== undefined && check !== false);
}

export function badPattern(property: string, value: unknown, pattern: RegExp): Failure | undefined {
  if (typeof value !== "string" || pattern.test(value)) return undefined;
  return { property, reason: `"${value}" does not match ${pattern}` };
}

export function notOneOf(property: string, value: unknown, allowed: readonly unknown[]): Failure | undefined {
  if (value === undefined || allowed.includes(value)) return undefined;
  return { property, reason: `${JSON.stringify(value)} is not one of ${allowed.join(", ")}` };
}

export function badRange(property: string, cidr: unknown): Failure | undefined {
  if (typeof cidr !== "string" || rangeOf(cidr)) return undefined;
  return { property, reason: `"${cidr}" is not a valid IPv4 range: the address has bits beyond its mask, or is none` };
}

export function notIn(property: string, value: unknown, least: number, most: number): Failure | undefined {
  if (typeof value !== "number" || (value >= least && value <= most)) return undefined;
  return { property, reason: `is ${value}, not ${least} to ${most}` };
}

/** Names of Compute Engine's resources, and of most others: https://cloud.google.com/compute/docs/naming-resources */
export const RFC1035 = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** https://cloud.google.com/resource-manager/docs/labels-overview */
export function badLabels({ labels = {} }: Values): Failure[] {
  return Object.entries(labels as Record<string, string>).flatMap(([key, value]) =>
    failures(
      !/^[a-z][a-z0-9_-]{0,62}$/.test(key) && { property: `labels.${key}`, reason: "is no name of a label" },
      !/^[a-z0-9_-]{0,63}$/.test(String(value)) && { property: `labels.${key}`, reason: "has characters of no label" },
    ),
  );
}

export function projectOf({ settings }: Context): string {
  return settings.project as string;
}

/** A resource that is known by its path in the project, such as `projects/P/global/networks/N`. */
export function named(path: (inputs: Values & { name: string }) => string, rules: Partial<Rules> = {}): Rules {
  return {
    autoname: { property: "name", maxLength: 63 },
    ...rules,
    immutable: ["name", "project", ...(rules.immutable ?? [])],
    check: (inputs, context) => [
      ...failures(badPattern("name", inputs.name, RFC1035)),
      ...(rules.check?.(inputs, context) ?? []),
    ],
    create(inputs, context) {
      const id = `projects/${projectOf(context)}/${path(inputs as Values & { name: string })}`;
      return { id, outputs: { selfLink: `https://www.googleapis.com/compute/v1/${id}` } };
    },
  };
}
