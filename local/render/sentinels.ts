/**
 * Stand-ins for secrets. The program is given these in place of values, and what it makes of them tells how a value
 * would be written: as it is, escaped for a URL, as JSON, or as an account's password in base64.
 */
import type { SecretPlan } from "../../config/plan.ts";

/** How a secret is written in a text. */
export type Form = { kind: "plain" } | { kind: "url" } | { kind: "json" } | { kind: "basicAuth"; username: string };

/** A text, or a secret in it. */
export type Part = string | { secret: string; form: Form };

/** What no text has, and what URLs and JSON write otherwise. */
const [BEGIN, END] = ["\u0002", "\u0003"];

/** Raising its version makes another one, as it makes another value. */
export function sentinelOf({ name, version }: Pick<SecretPlan, "name" | "version">): string {
  return `${BEGIN}${name}~${version}${END}`;
}

/** A value that a cloud makes for a resource, and that is secret. */
export function sentinelOfCloud(resource: string, output: string): string {
  return `${BEGIN}cloud.${resource}.${output}~1${END}`;
}

/** Of characters that are the same in a URL. */
const NAME = "([\\w.-]+)~\\d+";
const WRITTEN = new RegExp(
  [`\\u0002${NAME}\\u0003`, `%02${NAME}%03`, `"\\\\u0002${NAME}\\\\u0003"`, `([A-Za-z0-9+/]{12,}={0,2})`].join("|"),
  "g",
);

/** The text in parts. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(WRITTEN)) {
    const found = secretIn(match);
    if (!found) continue;
    if (match.index > from) parts.push(text.slice(from, match.index));
    parts.push(found);
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function secretIn([, plain, url, json, base64]: RegExpMatchArray): Exclude<Part, string> | undefined {
  if (plain !== undefined) return { secret: plain, form: { kind: "plain" } };
  if (url !== undefined) return { secret: url, form: { kind: "url" } };
  if (json !== undefined) return { secret: json, form: { kind: "json" } };
  const account = Buffer.from(base64 as string, "base64").toString();
  const [, username, secret] = new RegExp(`^([^\\u0002]*):\\u0002${NAME}\\u0003$`).exec(account) ?? [];
  if (username === undefined || secret === undefined) return undefined;
  return { secret, form: { kind: "basicAuth", username } };
}

/** Whether anything of a secret is in the text. */
export function holdsSecret(text: string): boolean {
  return partsOf(text).some((part) => typeof part !== "string");
}
