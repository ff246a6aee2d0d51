/** Reading of a resource's inputs, which are whatever the program said. */
import { isMapping } from "../../config/mistakes.ts";
import { compareQuantities, QUANTITY } from "../../config/quantity.ts";

/** What the engine says in the place of a value that only the update will know. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SECRET = "[secret]";

/** The value at a path such as `spec.replicas` or `settings[0].tier`; undefined where nothing stands. */
export function at(inputs: unknown, path: string): unknown {
  return path
    .split(/[.[\]]+/)
    .filter((key) => key !== "")
    .reduce<unknown>((value, key) => {
      if (Array.isArray(value)) return value[Number(key)];
      return isMapping(value) ? value[key] : undefined;
    }, inputs);
}

export function textAt(inputs: unknown, path: string): string | undefined {
  const value = at(inputs, path);
  return typeof value === "string" && isKnown(value) ? value : undefined;
}

export function numberAt(inputs: unknown, path: string): number | undefined {
  const value = at(inputs, path);
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** The members of a list; none where there is no list. */
export function listAt(inputs: unknown, path: string): readonly unknown[] {
  const value = at(inputs, path);
  return Array.isArray(value) ? value : [];
}

export function textsAt(inputs: unknown, path: string): readonly string[] {
  return listAt(inputs, path).filter((value) => typeof value === "string");
}

/** Whether it can be told what it is. */
export function isKnown(value: unknown): boolean {
  return value !== UNKNOWN && value !== SECRET;
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Members of `after` that `before` does not have. */
export function added<T>(before: readonly T[], after: readonly T[]): T[] {
  return after.filter((value) => !before.some((other) => same(value, other)));
}

/** Negative where it became less, positive where more; undefined where one of them is no quantity or number. */
export function growth(before: unknown, after: unknown): number | undefined {
  const [a, b] = [before, after].map((value) => (typeof value === "number" ? String(value) : value));
  if (typeof a !== "string" || typeof b !== "string" || !QUANTITY.test(a) || !QUANTITY.test(b)) return undefined;
  return compareQuantities(b, a);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}
