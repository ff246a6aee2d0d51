/** YAML with the lines that its values stand on. */
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** Line of a path such as `tiers.api.uses[0]`, or of the nearest part of it that stands there; counted from 1. */
export type Lines = (path: string) => number | undefined;

export interface YamlMistake {
  problem: string;
  line?: number;
  fix: string;
}

/** What a text says, or why it is no YAML; merge keys (`<<`) are carried out. */
export type Yaml =
  | { contents: unknown; lines: Lines; mistakes?: undefined }
  | { mistakes: [YamlMistake, ...YamlMistake[]] };

export function parseYaml(text: string): Yaml {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, merge: true });
  const [mistake, ...others] = document.errors.map(({ message, linePos }) => ({
    problem: `is no YAML: ${(message.split("\n")[0] as string).replace(/ at line .*$/, "")}`,
    line: linePos?.[0].line,
    fix: `look at column ${linePos?.[0].col}, or a little before it`,
  }));
  if (mistake) return { mistakes: [mistake, ...others] };
  return { contents: document.toJS(), lines: linesOf(document, counter) };
}

function linesOf(document: Document.Parsed, counter: LineCounter): Lines {
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
