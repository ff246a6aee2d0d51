import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";

/** One thing wrong in an application, a profile or a stack file, in words that say how to put it right. */
export interface Mistake {
  /** Where: `landfall:tiers.api.replicas`, or `apps/shop.ts: tiers.api.port`. */
  path: string;
  /** What stands there; left out where it may be a secret or where nothing stands. */
  got?: unknown;
  /** What is wrong with it. */
  problem: string;
  /** What would be right. */
  allowed?: string;
  /** What to do. */
  fix: string;
}

/** Every mistake of a configuration at once. Thrown before the first resource, so nothing was created. */
export class ConfigurationError extends Error {
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(describe(mistakes));
    this.name = "ConfigurationError";
    this.mistakes = mistakes;
  }
}

/** The known word that `word` was probably meant to be, if one is near enough. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(word, known as string[]);
  // Slips of the finger seldom hit the first letter.
  const farthest = word[0] === candidate[0] ? Math.max(2, Math.floor(word.length / 3)) : 1;
  return distance(word, candidate) <= farthest ? candidate : undefined;
}

/** Says that `name` is not one of `known`, with the nearest that is. */
export function unknownName(path: string, name: string, known: readonly string[], what: string): Mistake {
  const meant = didYouMean(name, known);
  return {
    path,
    got: name,
    problem: `there is no ${what} "${name}"`,
    allowed: known.length > 0 ? known.join(", ") : "nothing",
    fix: meant ? `did you mean "${meant}"?` : `use one of these, or remove it`,
  };
}

type KeysAt = (path: readonly PropertyKey[], value: unknown) => readonly string[];

/** Zod's findings as mistakes; `prefix` goes before each path, `keysAt` names the keys known at a path. */
export function fromZod(error: z.ZodError, prefix: string, keysAt: KeysAt): Mistake[] {
  return error.issues.flatMap((issue) => fromIssue(issue, prefix, keysAt));
}

/** Kubernetes' words for what is said in others here. */
const KUBERNETES: Readonly<Record<string, string>> = {
  containerPort: "port",
  ports: "port",
  livenessProbe: "liveness",
  readinessProbe: "readiness",
  startupProbe: "startup",
  maxReplicas: "max",
  volumeMounts: "mounts",
  environment: "env",
};
const FEWEST = ["min", "minReplicas"];
const FEWEST_FIX = 'remove it: the fewest are "replicas" of a tier, "servers" of a datastore';

function meantBy(key: string, known: readonly string[]): string | undefined {
  const ours = KUBERNETES[key];
  return ours !== undefined && known.includes(ours) ? ours : didYouMean(key, known);
}

function fromIssue(issue: z.core.$ZodIssue, prefix: string, keysAt: KeysAt): Mistake[] {
  const path = prefix + formatPath(issue.path);
  const got = issue.input;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const known = keysAt(issue.path, got);
        const isOfAnotherForm = known.includes(key);
        const meant = isOfAnotherForm ? undefined : meantBy(key, known);
        const isFewest = issue.path.at(-1) === "autoscale" && FEWEST.includes(key);
        return {
          path: issue.path.length > 0 ? `${path}.${key}` : `${prefix}${key}`,
          problem: isOfAnotherForm ? "does not go with the other keys" : "unknown key",
          allowed: known.join(", "),
          fix: isFewest ? FEWEST_FIX : meant ? `did you mean "${meant}"?` : "remove it",
        };
      });
    case "invalid_type":
      return got === undefined
        ? [{ path, problem: "is missing", allowed: article(issue.expected), fix: "set it" }]
        : [
            {
              path,
              got,
              problem: "wrong type",
              allowed: article(issue.expected),
              fix: `make it ${article(issue.expected)}`,
            },
          ];
    case "invalid_value":
      return [notOneOf(path, got, issue.values.map(String))];
    case "too_small":
      return [{ path, got, problem: "too small", allowed: `${issue.minimum} or more`, fix: "raise it" }];
    case "too_big":
      return [{ path, got, problem: "too big", allowed: `${issue.maximum} or less`, fix: "lower it" }];
    case "invalid_union": {
      if (got === undefined) return [{ path, problem: "is missing", allowed: issue.message, fix: "set it" }];
      if ("options" in issue && issue.options !== undefined) {
        const allowed = issue.options.map(String);
        const kind = isMapping(got) && issue.discriminator ? got[issue.discriminator] : got;
        return [notOneOf(path, kind, allowed)];
      }
      const meant = formMeant(issue.errors);
      if (meant) {
        return meant.flatMap((inner) =>
          fromIssue({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, prefix, keysAt),
        );
      }
      return [{ path, got, problem: "not valid", allowed: issue.message, fix: "write it in that form" }];
    }
    case "invalid_key":
      return [{ path, problem: "not a valid name", allowed: issue.issues[0]?.message, fix: "write it in that form" }];
    default:
      return [{ path, got, problem: "not valid", allowed: issue.message, fix: "write it in that form" }];
  }
}

/** The form of a union that knows the value's keys, and has the least wrong with it, if the value is a mapping. */
function formMeant(forms: readonly z.core.$ZodIssue[][]): z.core.$ZodIssue[] | undefined {
  const count = (issues: z.core.$ZodIssue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
  const strange = (issues: z.core.$ZodIssue[]) =>
    count(issues.filter((issue) => issue.code === "unrecognized_keys" && issue.path.length === 0));
  return forms
    .filter((issues) => issues.every((issue) => issue.path.length > 0 || issue.code === "unrecognized_keys"))
    .sort((a, b) => strange(a) - strange(b) || count(a) - count(b))[0];
}

function notOneOf(path: string, got: unknown, allowed: readonly string[]): Mistake {
  const meant = typeof got === "string" ? didYouMean(got, allowed) : undefined;
  return {
    path,
    got,
    problem: got === undefined ? "is missing" : "not one of the allowed values",
    allowed: allowed.join(", "),
    fix: meant ? `did you mean "${meant}"?` : "use one of these",
  };
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(mistakes: readonly Mistake[]): string {
  const count = mistakes.length === 1 ? "1 mistake" : `${mistakes.length} mistakes`;
  const blocks = mistakes.map((mistake) => {
    const lines = [`  ${mistake.path}: ${mistake.problem}`];
    if (mistake.got !== undefined) lines.push(`    got      ${shortened(JSON.stringify(mistake.got))}`);
    if (mistake.allowed !== undefined) lines.push(`    allowed  ${mistake.allowed}`);
    lines.push(`    fix      ${mistake.fix}`);
    return lines.join("\n");
  });
  return `${count} in the configuration; nothing was created or changed.\n\n${blocks.join("\n\n")}\n`;
}

/** Whole files may stand there. */
const LONGEST_GOT = 400;

function shortened(text: string): string {
  return text.length > LONGEST_GOT ? `${text.slice(0, LONGEST_GOT)}…` : text;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : (index > 0 ? "." : "") + String(part)))
    .join("");
}

function article(expected: string): string {
  const names: Record<string, string> = {
    record: "a mapping",
    object: "a mapping",
    array: "a list",
    int: "a whole number",
  };
  return names[expected] ?? `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
}
