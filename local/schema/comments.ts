/** What the schema's sources say of its fields: the comment before each, which is the one place that says it. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Fields that are written together, as one literal of an object. */
export interface Literal {
  /** Constant that it is, or is in. */
  constant?: string;
  /** The comment before it. */
  comment?: string;
  fields: Map<string, Field>;
}

export interface Field {
  comment?: string;
  /** Word that its value begins with: a constant, and a field of it. */
  value: string[];
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Files that say what users may set. */
function sources(): string[] {
  const schema = readdirSync(`${ROOT}/config/schema`).map((file) => `config/schema/${file}`);
  const clouds = readdirSync(`${ROOT}/cloud`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ["config/schema.ts", ...schema, ...clouds.map(({ name }) => `cloud/${name}/settings.ts`)].sort();
}

export interface Comments {
  literals: Literal[];
  /** By constant; where several files have one of that name, that of the last. */
  constants: Map<string, string>;
}

export function readComments(): Comments {
  const comments: Comments = { literals: [], constants: new Map() };
  for (const file of sources()) scan(readFileSync(`${ROOT}/${file}`, "utf8"), comments);
  return comments;
}

const TOKEN =
  /\/\*\*([\s\S]*?)\*\/|\/\/[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<=[(,:=[]\s*)\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\]|\\.)*\])+\/[a-z]*|\.\.\.|[A-Za-z_$][\w$]*|[{}()[\],;:.=]/g;

/** Enough of TypeScript to find literals, their fields and the comments before both. */
function scan(text: string, { literals, constants }: Comments): void {
  const tokens = Array.from(text.matchAll(TOKEN), ([token, comment]) => ({ token, comment }));
  const open: { bracket: string; literal?: Literal }[] = [];
  let pending: string | undefined;
  let constant: string | undefined;
  let expectsField = false;
  for (const [index, { token, comment }] of tokens.entries()) {
    const next = tokens[index + 1]?.token;
    const literal = open.at(-1)?.literal;
    if (comment !== undefined) {
      pending = plain(comment);
    } else if (token === "const" && tokens[index - 1]?.token !== "as") {
      constant = next;
      if (pending !== undefined && next !== undefined && open.length === 0) constants.set(next, pending);
    } else if (token === "{") {
      const inside: Literal = { constant, comment: pending, fields: new Map() };
      literals.push(inside);
      open.push({ bracket: token, literal: inside });
      [pending, expectsField] = [undefined, true];
    } else if ("([".includes(token)) {
      open.push({ bracket: token });
      expectsField = false;
    } else if ("})]".includes(token)) {
      open.pop();
      expectsField = false;
    } else if (token === ",") {
      expectsField = literal !== undefined;
      if (literal === undefined && open.at(-1)?.bracket !== "[") pending = undefined;
    } else if (token === ";") {
      pending = undefined;
      expectsField = literal !== undefined;
    } else if (expectsField && literal && (next === ":" || next === "," || next === "}")) {
      const key = token.replace(/^"|"$/g, "");
      const value = next === ":" ? valueAfter(tokens, index + 2) : [key];
      literal.fields.set(key, { comment: pending, value });
      [pending, expectsField] = [undefined, false];
    } else {
      expectsField = false;
    }
  }
}

function valueAfter(tokens: readonly { token: string }[], from: number): string[] {
  const words: string[] = [];
  for (let index = from; words.length < 3; index += 2) {
    const word = tokens[index]?.token;
    if (word === undefined || !/^\w+$/.test(word)) break;
    words.push(word);
    if (tokens[index + 1]?.token !== ".") break;
  }
  return words;
}

function plain(comment: string): string {
  return comment
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trim())
    .filter((line) => line !== "")
    .join(" ")
    .trim();
}
