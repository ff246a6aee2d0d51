import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node } from "yaml";

/** Line of a path such as `tiers.api.uses[0]`, or of the nearest part of it that stands there; counted from 1. */
export type Lines = (path: string) => number | undefined;

export function linesOf(document: Document.Parsed, counter: LineCounter): Lines {
  const lineOf = (node: Node) => (node.range ? counter.linePos(node.range[0]).line : undefined);
  return (path) => {
    let inside: unknown = document.contents;
    let line: number | undefined;
    let rest = path;
    while (rest !== "") {
      const found = childOf(inside, rest);
      if (!found) break;
      line = lineOf(found.at) ?? line;
      inside = found.value;
      rest = rest.slice(found.length).replace(/^\./, "");
    }
    return line;
  };
}

/** The part that the path begins with: a key may have dots of its own. */
function childOf(parent: unknown, path: string): { at: Node; value: unknown; length: number } | undefined {
  if (isSeq(parent)) {
    const [brackets, index] = /^\[(\d+)\]/.exec(path) ?? [];
    const item = index === undefined ? undefined : (parent.items[Number(index)] as Node | undefined);
    return brackets && item ? { at: item, value: item, length: brackets.length } : undefined;
  }
  if (!isMap(parent)) return undefined;
  const keys = parent.items.flatMap(({ key, value }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    const isNext = path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`);
    return isNext ? [{ at: key as Node, value, length: name.length }] : [];
  });
  return keys.sort((a, b) => b.length - a.length)[0];
}
