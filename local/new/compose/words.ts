/** Figures and commands as a Compose file writes them. */

/** A command line as its words, as a shell would split it; nothing is expanded. */
export function words(line: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string;
    if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else if (quote === undefined && (char === "'" || char === '"')) {
      [quote, word] = [char, word ?? ""];
    } else if (char === quote) {
      quote = undefined;
    } else if (char === "\\" && quote !== "'" && index + 1 < line.length) {
      word = (word ?? "") + line[++index];
    } else {
      word = (word ?? "") + char;
    }
  }
  return word === undefined ? found : [...found, word];
}

const SECONDS: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** Whole seconds of a duration such as `1m30s`, at least one; undefined where it is none. */
export function seconds(duration: unknown): number | undefined {
  const text = String(duration);
  if (!/^(\d+(\.\d+)?(us|ms|s|m|h))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/g);
  const sum = Array.from(parts, ([, figure, unit]) => Number(figure) * (SECONDS[unit as string] as number));
  return Math.max(1, Math.ceil(sum.reduce((total, part) => total + part, 0)));
}

const BYTES: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** A size such as `512m` or `1.5gb` as a quantity of Kubernetes; undefined where it is none. */
export function memory(size: unknown): string | undefined {
  const [, figure, unit = "b"] = /^(\d+(?:\.\d+)?)\s*([bkmgt]?)i?b?$/i.exec(String(size)) ?? [];
  if (figure === undefined) return undefined;
  const bytes = Number(figure) * (BYTES[unit.toLowerCase() || "b"] as number);
  return `${Math.max(1, Math.ceil(bytes / 1024 ** 2))}Mi`;
}

/** Processors such as `0.5` as a quantity of Kubernetes; undefined where it is none. */
export function cpus(figure: unknown): string | undefined {
  const number = Number(figure);
  return Number.isFinite(number) && number > 0 ? `${Math.ceil(number * 1000)}m` : undefined;
}

/** A name of ours: lower-case letters, digits and dashes. */
export function nameOf(service: string): string {
  const plain = service
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^[^a-z]+|-+$/g, "");
  return plain.slice(0, 40).replace(/-+$/, "") || "service";
}
