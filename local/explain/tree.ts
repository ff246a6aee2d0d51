/** Settings by their paths. */
import { isMapping } from "../../config/mistakes.ts";

/** Values by dotted path: what is no mapping, or an empty one. */
export function leavesOf(tree: unknown, path = ""): Map<string, unknown> {
  if (!isMapping(tree) || Object.keys(tree).length === 0) return path === "" ? new Map() : new Map([[path, tree]]);
  const inner = Object.entries(tree).map(([key, value]) => leavesOf(value, path ? `${path}.${key}` : key));
  return new Map(inner.flatMap((leaves) => [...leaves]));
}

export function at(tree: unknown, path: string): unknown {
  const keys = path === "" ? [] : path.split(".");
  return keys.reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), tree);
}

/** A tree with one value. */
export function nested(path: string, value: unknown): unknown {
  return path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** Lists of what has names as mappings by name, in whatever is below. */
export function byName(value: unknown): unknown {
  if (Array.isArray(value)) {
    const named = value.length > 0 && value.every((inner) => isMapping(inner) && typeof inner.name === "string");
    return named ? Object.fromEntries(value.map((inner) => [inner.name, byName(inner)])) : value;
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, byName(inner)]));
}
