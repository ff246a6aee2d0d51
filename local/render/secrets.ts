/** Secrets as they are told of: names, keys and how each value is written, never a value. */
import { type Registration, UNKNOWN } from "./registrations.ts";
import { type Part, partsOf } from "./sentinels.ts";

/** A Secret that objects refer to, and that its owner makes. */
export interface SecretNote {
  /** As the program knows it. */
  resource: string;
  name: string;
  namespace: string;
  type: string;
  labels: Record<string, string>;
  immutable: boolean;
  /** What stands under each key. */
  keys: Record<string, Part[]>;
}

export function secretNote({ name: resource, inputs }: Registration): SecretNote {
  const {
    metadata,
    type = "Opaque",
    stringData,
    immutable,
  } = inputs as {
    metadata: { name: string; namespace: string; labels: Record<string, string> };
    type?: string;
    stringData?: Record<string, string> | string;
    immutable?: boolean;
  };
  const entries = typeof stringData === "object" ? Object.entries(stringData).sort(([a], [b]) => (a < b ? -1 : 1)) : [];
  return {
    resource,
    name: metadata.name,
    namespace: metadata.namespace,
    type,
    labels: metadata.labels,
    immutable: immutable ?? false,
    keys: Object.fromEntries(entries.map(([key, value]) => [key, partsOfValue(value, `${resource}.${key}`)])),
  };
}

/** Names of the secrets in the value of each key. */
export function secretsIn({ keys }: SecretNote): string[] {
  const names = Object.values(keys).flatMap((parts) =>
    parts.flatMap((part) => (typeof part === "string" ? [] : [part.secret])),
  );
  return [...new Set(names)].sort();
}

function partsOfValue(value: string, of: string): Part[] {
  return value === UNKNOWN ? [{ secret: `cloud.${of}`, form: { kind: "plain" } }] : partsOf(value);
}

/** The value in words: `postgresql://app:<postgres, escaped for a URL>@postgres:5432/pybase`. */
export function inWords(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === "string" ? part : `<${part.secret}${manner(part)}>`)).join("");
}

function manner({ form }: Exclude<Part, string>): string {
  switch (form.kind) {
    case "plain":
      return "";
    case "url":
      return ", escaped for a URL";
    case "json":
      return ", as a JSON string";
    case "basicAuth":
      return `, as base64 of ${form.username}:<it>`;
  }
}

/** The value. @param known the secrets by name */
export function filledIn(parts: readonly Part[], known: Readonly<Record<string, string>>): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = known[part.secret];
      if (value === undefined) throw new Error(`there is no secret ${part.secret}`);
      switch (part.form.kind) {
        case "plain":
          return value;
        case "url":
          return encodeURIComponent(value);
        case "json":
          return JSON.stringify(value);
        case "basicAuth":
          return Buffer.from(`${part.form.username}:${value}`).toString("base64");
      }
    })
    .join("");
}
