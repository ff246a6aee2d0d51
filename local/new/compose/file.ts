/** A Compose file as it is written, with the files beside it. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isMapping } from "../../../config/mistakes.ts";
import { type Lines, parseYaml } from "../../../config/yaml-lines.ts";
import { UserError } from "../../command.ts";
import { interpolate } from "./interpolation.ts";

export type Mapping = Record<string, unknown>;

/** What is not as it was, or not there any more. */
export interface Note {
  /** Path in the Compose file, such as `services.web.privileged`. */
  at: string;
  line?: number;
  why: string;
  fix: string;
}

export class ComposeFile {
  readonly path: string;
  /** As written: variables stand in it still. */
  readonly contents: Mapping;
  readonly notes: Note[] = [];
  /** Paths of keys that are in the application in one form or another. */
  readonly carried: string[] = [];
  readonly #lines: Lines;
  readonly #variables: Readonly<Record<string, string>>;

  /** @throws UserError where it cannot be read */
  constructor(path: string) {
    this.path = path;
    const yaml = parseYaml(read(path));
    if (yaml.mistakes) {
      const [{ problem, line, fix }] = yaml.mistakes;
      throw new UserError(`${path}:${line} ${problem}\n  fix      ${fix}`);
    }
    const { contents, lines } = yaml;
    if (!isMapping(contents) || !isMapping(contents.services)) {
      throw new UserError(
        `${path} has no services, so it is no Compose file.\n  fix      name one: --from compose.yaml`,
      );
    }
    this.contents = contents;
    this.#lines = lines;
    const beside = join(dirname(path), ".env");
    this.#variables = existsSync(beside) ? variablesIn(readFileSync(beside, "utf8")) : {};
  }

  get services(): Record<string, Mapping> {
    const services = Object.entries(this.contents.services as Mapping);
    return Object.fromEntries(services.map(([name, service]) => [name, isMapping(service) ? service : {}]));
  }

  note(at: string, why: string, fix: string): void {
    this.notes.push({ at, line: this.#lines(at), why, fix });
  }

  carry(...paths: string[]): void {
    this.carried.push(...paths);
  }

  /** A value with its variables put in; those that nobody sets are told. */
  value(raw: unknown, at: string): unknown {
    if (Array.isArray(raw)) return raw.map((item, index) => this.value(item, `${at}[${index}]`));
    if (isMapping(raw)) {
      return Object.fromEntries(Object.entries(raw).map(([key, inner]) => [key, this.value(inner, `${at}.${key}`)]));
    }
    return typeof raw === "string" ? this.text(raw, at).text : raw;
  }

  /** @returns the text, and the names of its variables */
  text(raw: string, at: string): { text: string; variables: string[] } {
    const { text, variables, unset } = interpolate(raw, this.#variables);
    for (const name of unset) {
      this.note(
        at,
        `the variable ${name} is set nowhere, so it is empty`,
        `set it in .env beside ${this.path}, or a default`,
      );
    }
    return { text, variables };
  }

  /** The text of a file that the Compose file names; undefined where there is none, or it is no text. */
  beside(path: string, largest = 1024 ** 2): string | undefined {
    try {
      const bytes = readFileSync(resolve(dirname(this.path), path));
      const text = bytes.toString("utf8");
      return bytes.length > largest || text.includes("\0") || text.includes("\uFFFD") ? undefined : text;
    } catch {
      return undefined;
    }
  }

  /** Variables of an env_file. */
  variablesOf(path: string): Record<string, string> | undefined {
    const text = this.beside(path);
    return text === undefined ? undefined : variablesIn(text);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new UserError(`There is no file ${path}.\n  fix      name a Compose file that is there: --from compose.yaml`);
  }
}

/** https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax */
function variablesIn(text: string): Record<string, string> {
  const lines = text.split("\n").flatMap((line): [string, string][] => {
    const [, name, value = ""] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    const [, quoted] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/.exec(value) ?? [];
    const single = /^'([^']*)'/.exec(value)?.[1];
    return [[name, quoted ?? single ?? value.replace(/\s+#.*$/, "")]];
  });
  return Object.fromEntries(lines);
}
