/** Names of what `pulumi up` names at random, each with a digest of what it says: other contents, another object. */
import { createHash } from "node:crypto";

/** What pods read, and jobs, which cannot be changed once they run; by the field that a change of makes another one. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ["data", "binaryData"],
  Secret: ["type", "stringData", "data"],
  ExternalSecret: ["spec"],
  SealedSecret: ["spec"],
};

const DIGITS = 10;

/** The name that an object has, or gets: that of the program with a digest of what pods read of it. */
export function nameOf(name: string, inputs: Record<string, unknown>): string {
  const { kind, metadata } = inputs as { kind?: string; metadata?: { name?: string } };
  if (metadata?.name) return kind === "Job" ? `${metadata.name}-${digest(inputs.spec)}` : metadata.name;
  const contents = CONTENTS[kind ?? ""];
  if (!contents) throw new Error(`${kind} ${name} has no name, and none that follows from what it says`);
  return `${name}-${digest(contentsOf(inputs))}`;
}

/** What pods read of the object. */
export function contentsOf(inputs: Record<string, unknown>): Record<string, unknown> {
  const fields = CONTENTS[inputs.kind as string] ?? [];
  return Object.fromEntries(fields.flatMap((field) => (inputs[field] === undefined ? [] : [[field, inputs[field]]])));
}

export function digest(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex").slice(0, DIGITS);
}

/** JSON with its keys in order, as Sprig's `toRawJson` writes it, so that a chart's digests are the same. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, inOrder).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
