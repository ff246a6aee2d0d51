/** A stack's values: what they are, who says them, and what they are laid over. */
import { readFileSync } from "node:fs";
import { readApplication } from "../../config/application.ts";
import { overlay } from "../../config/layers.ts";
import { didYouMean, isMapping } from "../../config/mistakes.ts";
import type { Plan } from "../../config/plan.ts";
import { parseYaml } from "../../config/yaml-lines.ts";
import { UserError } from "../command.ts";
import { override, planOf, readSettings, type Settings } from "../rehearsal/stack-file.ts";
import type { Node } from "../schema/annotated.ts";
import { SCHEMA_FILE } from "../schema/names.ts";
import { at, byName, leavesOf } from "./tree.ts";

/** What a layer says. */
export interface Said {
  value: unknown;
  /** `Pulumi.production.yaml:31`, `shop.yaml:12`, or `apps/pybase.ts: tiers.api.replicas`. */
  from: string;
}

export interface Explained {
  path: string;
  /** What is in effect; undefined where nothing is. */
  value: unknown;
  /** The layers that say it, the one that holds first; none where it is worked out. */
  said: Said[];
  schema?: Node;
}

interface Layer {
  tree: unknown;
  from(path: string): string;
}

export class Explanation {
  readonly stack: string;
  readonly settings: Settings;
  readonly plan: Plan;
  readonly #layers: Layer[];
  readonly #planned: unknown;
  readonly #schema: Node;

  private constructor(stack: string, settings: Settings, plan: Plan, layers: Layer[]) {
    this.stack = stack;
    this.settings = settings;
    this.plan = plan;
    this.#layers = layers;
    this.#planned = byName(plan);
    this.#schema = readSchema();
  }

  /** @param assignments settings over the file's, such as `tiers.api.replicas=3` */
  static async of(stack: string, assignments: readonly string[]): Promise<Explanation> {
    const file = readSettings(".", stack);
    const settings = assignments.reduce(override, file);
    const { plan } = await planOf(settings, stack);
    const { application, source, lines } = await readApplication(settings.app);
    const { profiles = {}, ...whole } = application as { profiles?: Record<string, unknown> };
    const profile = `profiles.${plan.profileName}`;
    const inApplication = (path: string) => (lines ? `${source}:${lines(path)}` : `${source}: ${path}`);
    const commanded = assignments.reduce<Settings>(override, {});
    return new Explanation(stack, settings, plan, [
      { tree: commanded, from: (path) => `-c ${path}` },
      { tree: file, from: inStackFile(stack) },
      { tree: profiles[plan.profileName], from: (path) => inApplication(`${profile}.${path}`) },
      { tree: whole, from: inApplication },
    ]);
  }

  /** Everything that may be set and is, or has a default, by path. */
  all(below = ""): Explained[] {
    const paths = [...this.#merged().keys(), ...leavesOf(this.#planned).keys()];
    const wanted = [...new Set(paths)].filter((path) => below === "" || path === below || path.startsWith(`${below}.`));
    return wanted
      .filter((path) => this.#schemaAt(path) !== undefined)
      .sort()
      .map((path) => this.at(path))
      .filter(({ said, value, schema }) => said.length > 0 || (value !== undefined && isOfForm(value, schema)));
  }

  /** @throws UserError where there is nothing by that path, with what there is. */
  at(path: string): Explained {
    const said = this.#layers.flatMap(({ tree, from }) => {
      const value = at(tree, path);
      return value === undefined ? [] : [{ value, from: from(path) }];
    });
    const merged = [...this.#layers]
      .reverse()
      .reduce<unknown>((base, { tree }) => overlay(base, at(tree, path)), undefined);
    const planned = at(this.#planned, path);
    const schema = this.#schemaAt(path);
    if (said.length === 0 && planned === undefined && !(schema && this.#hasComponent(path))) throw this.#unknown(path);
    return { path, value: merged ?? planned, said, schema };
  }

  #merged(): Map<string, unknown> {
    const { profiles: _, ...merged } = [...this.#layers]
      .reverse()
      .reduce<Settings>((base, { tree }) => overlay(base, tree) as Settings, {});
    return leavesOf(merged);
  }

  /** What the schema says at a path, where a stack may set it. */
  #schemaAt(path: string): Node | undefined {
    return path.split(".").reduce<Node | undefined>((node, key) => childOf(node, key), this.#schema);
  }

  /** Tiers, datastores and volumes are the application's to name. */
  #hasComponent(path: string): boolean {
    const [section = "", name] = path.split(".");
    if (!["tiers", "datastores", "volumes"].includes(section) || name === undefined) return true;
    return [this.#planned, ...this.#layers.map(({ tree }) => tree)].some(
      (tree) => at(tree, `${section}.${name}`) !== undefined,
    );
  }

  #unknown(path: string): UserError {
    const keys = path.split(".");
    const known = (prefix: string) => {
      const trees = [this.#planned, ...this.#layers.map(({ tree }) => tree)].map((tree) => at(tree, prefix));
      const schema = prefix === "" ? this.#schema : this.#schemaAt(prefix);
      return [...new Set([...trees.flatMap((tree) => (isMapping(tree) ? Object.keys(tree) : [])), ...keysOf(schema)])];
    };
    const depth = keys.findIndex((key, index) => !known(keys.slice(0, index).join(".")).includes(key));
    const prefix = keys.slice(0, depth).join(".");
    const meant = didYouMean(keys[depth] as string, known(prefix));
    const wrong = keys.slice(0, depth + 1).join(".");
    const fixed = meant && [...keys.slice(0, depth), meant, ...keys.slice(depth + 1)].join(".");
    return new UserError(
      `Stack ${this.stack} has no ${wrong}.\n  allowed  ${known(prefix).sort().join(", ") || "nothing below"}\n` +
        `  fix      ${fixed ? `did you mean "${fixed}"?` : "use one of these"}`,
    );
  }
}

function formsOf(node: Node | undefined): Node[] {
  if (!node) return [];
  return [node, ...(node.anyOf ?? []).flatMap(formsOf), ...(node.oneOf ?? []).flatMap(formsOf)];
}

/** Whether the plan's value is what a stack would write: it may have more under the same name. */
function isOfForm(value: unknown, schema: Node | undefined): boolean {
  const types = formsOf(schema).map(({ type }) => type);
  if (Array.isArray(value)) return types.includes("array");
  return !isMapping(value);
}

function keysOf(node: Node | undefined): string[] {
  return formsOf(node).flatMap(({ properties = {} }) => Object.keys(properties));
}

function childOf(node: Node | undefined, key: string): Node | undefined {
  for (const { properties, additionalProperties } of formsOf(node)) {
    if (properties?.[key]) return properties[key];
    if (typeof additionalProperties === "object") return additionalProperties;
  }
  return undefined;
}

function readSchema(): Node {
  const file = new URL(`../../${SCHEMA_FILE}`, import.meta.url);
  const whole = JSON.parse(readFileSync(file, "utf8")) as Node;
  const keys = Object.entries(whole.properties?.config?.properties ?? {});
  return { properties: Object.fromEntries(keys.map(([key, node]) => [key.replace(/^landfall:/, ""), node])) };
}

/** Where a stack file says it: the line of the key. */
function inStackFile(stack: string): (path: string) => string {
  const file = `Pulumi.${stack}.yaml`;
  const yaml = parseYaml(readFileSync(file, "utf8"));
  return (path) => (yaml.mistakes ? file : `${file}:${yaml.lines(`config.landfall:${path}`)}`);
}
