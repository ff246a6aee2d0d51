/** Canaries: values that must be in nobody's hands but their owners', looked for in whatever form they would leak. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { V1Secret } from "@kubernetes/client-node";

/** Shorter ones are found by chance. */
const SHORTEST = 12;

/** How programs of Linux begin, which are tools and nobody's writing. */
const EXECUTABLE = Buffer.from("\x7fELF");

export class Canaries {
  readonly #forms: readonly { name: string; form: string; text: string }[];

  /** @param values secrets by what they are called */
  constructor(values: Readonly<Record<string, string>>) {
    this.#forms = Object.entries(values).flatMap(([name, value]) => {
      if (value.length < SHORTEST) throw new Error(`the canary ${name} has fewer than ${SHORTEST} characters`);
      return Object.entries(formsOf(value)).map(([form, text]) => ({ name, form, text }));
    });
  }

  /** What of them is in the text, such as `postgres (base64) in the logs`. */
  in(place: string, text: string): string[] {
    return this.#forms.filter((it) => text.includes(it.text)).map(({ name, form }) => `${name} (${form}) in ${place}`);
  }

  /** The same of every file below the folder; links are not followed. @param fewest files that it must have to be the right one */
  below(directory: string, { fewest, since = 0 }: { fewest: number; since?: number }): string[] {
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => statSync(file).mtimeMs >= since);
    if (files.length < fewest) throw new Error(`${directory} has ${files.length} files, fewer than ${fewest}`);
    return files.flatMap((file) => {
      const content = readFileSync(file);
      if (content.subarray(0, EXECUTABLE.length).equals(EXECUTABLE)) return [];
      const text = (file.endsWith(".gz") ? gunzipSync(content) : content).toString();
      return this.in(file.replace(`${directory}/`, ""), text);
    });
  }
}

/** What Secrets of a cluster have that is long enough to be told from other text. */
export function valuesOf(secrets: readonly V1Secret[]): Record<string, string> {
  const all = secrets.flatMap(({ metadata, data = {} }) =>
    Object.entries(data).map(
      ([key, value]) => [`${metadata?.name} ${key}`, Buffer.from(value, "base64").toString()] as const,
    ),
  );
  return Object.fromEntries(all.filter(([, value]) => /[\w-]{24}/.test(value)));
}

/** Each as often as it differs from those before. */
function formsOf(value: string): Record<string, string> {
  const json = (text: string) => JSON.stringify(text).slice(1, -1);
  const forms = {
    raw: value,
    JSON: json(value),
    "JSON in JSON": json(json(value)),
    URL: encodeURIComponent(value),
    hex: Buffer.from(value).toString("hex"),
    ...base64Of(value),
  };
  return Object.fromEntries(
    Object.entries(forms).filter(([, text], place, all) => all.findIndex(([, other]) => other === text) === place),
  );
}

/** As it is by itself, and as it is within a longer text, by each of the three ways that its bytes may be shifted. */
function base64Of(value: string): Record<string, string> {
  const shifted = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(value)]).toString("base64");
    // The first and the last characters are of the neighbours, too.
    return encoded.replace(/=+$/, "").slice(shift === 0 ? 0 : shift + 1, -2);
  });
  const safe = shifted.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return Object.fromEntries(
    [...shifted, ...safe].map((text, index) => [`base64${index < 3 ? "" : "url"}, shifted by ${index % 3}`, text]),
  );
}
