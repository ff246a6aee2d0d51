/** The application that a stack names: one of `apps/`, or a file of the user's own. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ConfigurationError, unknownName } from "./mistakes.ts";
import { type Lines, parseYaml } from "./yaml-lines.ts";

const DEFAULT_APPLICATION = "pybase";
const ENDINGS = [".yaml", ".yml", ".ts"];

export interface ApplicationSource {
  /** As the file has it, unchecked. */
  application: unknown;
  /** The file, for messages. */
  source: string;
  /** Where paths stand in it; left out for TypeScript. */
  lines?: Lines;
}

/** Names of the applications in `apps/`. */
export function applicationNames(root = process.cwd()): string[] {
  const files = readdirSync(join(root, "apps")).filter((file) => file.endsWith(".ts"));
  return files.map((file) => file.replace(/\.ts$/, ""));
}

/** Whether `landfall:app` is the path of a file rather than a name. */
export function isFile(wanted: unknown): wanted is string {
  return typeof wanted === "string" && (wanted.includes("/") || ENDINGS.includes(extname(wanted)));
}

/**
 * @param wanted what `landfall:app` has. @default pybase
 * @param root folder of the project
 * @throws ConfigurationError where there is no such application, or its file cannot be read
 */
export async function readApplication(wanted: unknown, root = process.cwd()): Promise<ApplicationSource> {
  if (isFile(wanted)) {
    return ENDINGS.slice(0, 2).includes(extname(wanted)) ? readYaml(wanted, root) : readModule(wanted, root);
  }
  const name = wanted ?? DEFAULT_APPLICATION;
  const known = applicationNames(root);
  if (typeof name === "string" && known.includes(name)) return readModule(`apps/${name}.ts`, root);
  const mistake = unknownName("landfall:app", String(name), known, "application");
  throw new ConfigurationError([
    { ...mistake, allowed: `${mistake.allowed}, or a file of your own such as ./shop.yaml` },
  ]);
}

function readYaml(file: string, root: string): ApplicationSource {
  const source = plain(file);
  const yaml = parseYaml(textOf(file, root));
  if (yaml.mistakes) {
    throw new ConfigurationError(
      yaml.mistakes.map(({ line, ...mistake }) => ({ path: `${source}:${line}`, ...mistake })),
    );
  }
  if (yaml.contents === null) {
    throw new ConfigurationError([
      { path: source, problem: "is empty", allowed: "an application", fix: "npm run new -- NAME writes one" },
    ]);
  }
  return { application: yaml.contents, source, lines: yaml.lines };
}

async function readModule(file: string, root: string): Promise<ApplicationSource> {
  textOf(file, root);
  const source = plain(file);
  let module: { default?: unknown };
  try {
    module = await import(pathToFileURL(resolve(root, file)).href);
  } catch (error) {
    throw new ConfigurationError([
      { path: source, problem: `cannot be loaded: ${(error as Error).message}`, fix: `node ${source} shows where` },
    ]);
  }
  if (module.default === undefined) {
    throw new ConfigurationError([
      {
        path: source,
        problem: "has no default export",
        allowed: "export default { name, tiers, ... } satisfies ApplicationFile",
        fix: "export the application as the file's default",
      },
    ]);
  }
  return { application: module.default, source };
}

function textOf(file: string, root: string): string {
  const refused = (problem: string, fix: string) =>
    new ConfigurationError([
      {
        path: "landfall:app",
        got: file,
        problem,
        allowed: `${applicationNames(root).join(", ")}, or the path of a file *${ENDINGS.join(", *")} below the project`,
        fix,
      },
    ]);
  if (!ENDINGS.includes(extname(file))) throw refused("an application is no file of that kind", "name a YAML file");
  try {
    return readFileSync(resolve(root, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refused(
      code === "ENOENT" ? "there is no such file" : `the file cannot be read (${code})`,
      "npm run new -- NAME writes one",
    );
  }
}

/** As a reader would look for it. */
function plain(file: string): string {
  return file.replace(/^\.\//, "");
}
