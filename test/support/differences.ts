import { isMapping } from "../../config/mistakes.ts";

const MOST = 20;

interface Named {
  type: string;
  name: string;
}

/** How two lists of registrations differ, a line each, in words: at most so many. */
export function differences(expected: readonly Named[], actual: readonly Named[]): string[] {
  const before = byName(expected);
  const after = byName(actual);
  const lines = [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    if (!after.has(name)) return [`  - ${name}`];
    if (!before.has(name)) return [`  + ${name}`];
    return changes(before.get(name), after.get(name), "").map((change) => `  ~ ${name} ${change}`);
  });
  return lines.length > MOST ? [...lines.slice(0, MOST), `  and ${lines.length - MOST} more`] : lines;
}

function byName(registrations: readonly Named[]): Map<string, Named> {
  return new Map(registrations.map((it) => [`${it.name} (${it.type.split(":").at(-1)})`, it]));
}

function changes(expected: unknown, actual: unknown, path: string): string[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const longer = expected.length > actual.length ? expected : actual;
    return longer.flatMap((_, index) => changes(expected[index], actual[index], `${path}[${index}]`));
  }
  if (isMapping(expected) && isMapping(actual)) {
    const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    return keys.flatMap((key) => changes(expected[key], actual[key], path ? `${path}.${key}` : key));
  }
  return expected === actual ? [] : [`${path}: ${JSON.stringify(expected)} -> ${JSON.stringify(actual)}`];
}
