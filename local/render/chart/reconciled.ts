/** Finds what the program derives of host and namespace, such as a digest, beside what it writes of them as they are. */
import type { Markers } from "./template.ts";
import { Value } from "./values.ts";

/** What stands for a derived word, with the one that the stack's own host and namespace make. */
export const DERIVED = /derived-of-the-chart-(\w+)-/g;

/**
 * The marked tree with its derived words marked too.
 *
 * @param own the same tree with the stack's own host and namespace
 * @param texts what stands in the own tree in the place of each marker
 * @throws Error where two texts differ in more than words
 */
export function reconciled(own: unknown, marked: unknown, texts: Markers): unknown {
  if (marked instanceof Value) return marked;
  if (typeof marked === "string" && typeof own === "string") return reconciledText(own, marked, texts);
  if (Array.isArray(marked) && Array.isArray(own) && marked.length === own.length) {
    return marked.map((inner, index) => reconciled(own[index], inner, texts));
  }
  if (isTree(marked) && isTree(own)) {
    const entries = Object.entries(marked);
    return Object.fromEntries(entries.map(([key, inner]) => [key, reconciled(own[filled(key, texts)], inner, texts)]));
  }
  // Rules to an API server that the stack does not name are in the marked tree only.
  return marked;
}

function reconciledText(own: string, marked: string, texts: Markers): string {
  const [mine, others] = [own.split(WORDS), filled(marked, texts).split(WORDS)];
  if (mine.length !== others.length) throw new Error(`host and namespace change the form of: ${own.slice(0, 200)}`);
  return others.reduce((text, word, index) => {
    const known = mine[index] as string;
    return word === known ? text : text.replaceAll(word, `derived-of-the-chart-${known}-`);
  }, marked);
}

function filled(text: string, texts: Markers): string {
  return Object.entries(texts).reduce((all, [marker, value]) => all.replaceAll(marker, value), text);
}

const WORDS = /(\W+)/;

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
