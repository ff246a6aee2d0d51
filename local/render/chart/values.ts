/** The values of a chart: each found at a place in an object, each with the stack's own as its default. */
import { yaml } from "../yaml.ts";

/** What stands in a template where a value goes. */
export class Value {
  readonly expression: string;
  /** How it is written: in its line, as YAML below its key, as entries of a list; or not at all where it is empty. */
  readonly form: "line" | "block" | "entries" | "optional" | "optionalBlock";

  constructor(expression: string, form: Value["form"] = "line") {
    this.expression = expression;
    this.form = form;
  }
}

type Tree = { [key: string]: unknown };

/** Sections in their order, each with what it is for. */
export const SECTIONS: Readonly<Record<string, string>> = {
  namespace: "Where everything is.",
  createNamespace: "Whether the chart makes the namespace, with Pod Security restricted enforced.",
  host: "Where users reach the application.",
  ingressClass: "Class of the Ingresses.",
  apiServer:
    "Where pods reach the API server, such as 10.96.0.1/32 and the addresses behind it; with no range none does.",
  imagePullSecrets: "Secrets that images are pulled with, such as [{ name: registry }].",
  secrets: "Secrets that the chart makes its own of. Left empty, Secrets as in SECRETS.md are expected to be there.",
  tiers: "What runs. Replicas of a tier that is autoscaled are autoscale.min to autoscale.max.",
  datastores: "What is stored. Storage grows and never shrinks.",
  others: "Backups, and what belongs to datastores.",
  volumes: "Volumes that tiers share.",
  quota: "Of the whole namespace; raise it with what is in it.",
};

export class Values {
  readonly #tree: Tree = {};

  /** The value at the path, which is `fallback` unless somebody sets it. */
  at(path: readonly string[], fallback: unknown, form: Value["form"] = "line"): Value {
    const [last, ...before] = [...path].reverse() as [string, ...string[]];
    const parent = before.reverse().reduce<Tree>((tree, key) => {
      tree[key] ??= {};
      return tree[key] as Tree;
    }, this.#tree);
    parent[last] ??= fallback;
    return new Value(expressionOf(path), form);
  }

  /** Whether somebody else has the path with that value. */
  has(path: readonly string[], value: unknown): boolean {
    const found = path.reduce<unknown>((inner, key) => (inner as Tree | undefined)?.[key], this.#tree);
    return found !== undefined && JSON.stringify(found) === JSON.stringify(value);
  }

  /** As a tree. */
  get tree(): Tree {
    return this.#tree;
  }

  /** As values.yaml has them, what is tuned most first. */
  text(): string {
    const known = Object.keys(SECTIONS).filter((key) => key in this.#tree);
    return known
      .map((key) => {
        const value = COMPONENTS.includes(key) ? ordered(this.#tree[key] as Record<string, Tree>) : this.#tree[key];
        return `# ${SECTIONS[key]}\n${yaml({ [key]: value })}`;
      })
      .join("\n");
  }
}

/** Sections by component. */
const COMPONENTS = ["tiers", "datastores", "others", "volumes"];
const FIRST = ["image", "replicas", "autoscale", "events", "resources", "env", "schedule", "storage"];
const LAST = ["nodeSelector", "tolerations"];

function ordered(section: Record<string, Tree>): Record<string, Tree> {
  const components = Object.entries(section).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    components.map(([name, values]) => [
      name,
      Object.fromEntries(Object.entries(values).sort(([a], [b]) => byUse(a, b))),
    ]),
  );
}

function byUse(a: string, b: string): number {
  const place = (key: string) => {
    if (FIRST.includes(key)) return FIRST.indexOf(key);
    return FIRST.length + (LAST.includes(key) ? 1 : 0);
  };
  return place(a) - place(b);
}

/** `.Values.tiers.api.image`, or by index where a name is none of Go's. */
export function expressionOf(path: readonly string[]): string {
  if (path.every((key) => /^[A-Za-z]\w*$/.test(key))) return `.Values.${path.join(".")}`;
  return `(index .Values ${path.map((key) => JSON.stringify(key)).join(" ")})`;
}
