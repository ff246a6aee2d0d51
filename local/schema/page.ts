/** docs/configuration.md and docs/application-file.md: every key of a stack file and of an application's, from the schema. */
import { stringify } from "yaml";
import type { Node } from "./annotated.ts";

const HEAD = `# Configuration

Every key of a stack file, \`Pulumi.<stack>.yaml\`, below \`config:\`. Generated from the schema by \`npm run schema\`; the same
descriptions show in an editor that knows YAML schemas, by the first line of each stack file:

\`\`\`yaml
# yaml-language-server: $schema=./landfall.schema.json
\`\`\`

Mappings are laid over what the application and the profile say, key by key; lists and plain values replace. In a path,
\`<name>\` is a name of the application's or of your own, and \`<each>\` each of those named above it. \`npm run explain -- STACK PATH\` says where a value comes from.
Secrets stand apart: [secrets.md](secrets.md).
`;

const APPLICATION_HEAD = `# The file of an application

Every key of an application's own file, such as \`shop.yaml\`: [applications.md](applications.md) has how to get to one. Generated
from the schema by \`npm run schema\`; the same descriptions show in an editor that knows YAML schemas, by its first line:

\`\`\`yaml
# yaml-language-server: $schema=./landfall-application.schema.json
\`\`\`

In TypeScript the same is \`export default { … } satisfies ApplicationFile\`. What a stack may change of it,
[configuration.md](configuration.md) has.
`;

export function configurationPage(schema: Node): string {
  return pageOf(HEAD, "landfall:", schema);
}

export function applicationPage(schema: Node): string {
  return pageOf(APPLICATION_HEAD, "", schema);
}

/** @param prefix of the keys as they stand in the file */
function pageOf(head: string, prefix: string, { properties = {}, required = [] }: Node): string {
  const keys = Object.entries(properties);
  const contents = keys.map(([key]) => `[\`${key}\`](#${prefix.replace(":", "")}${key.toLowerCase()})`).join(" · ");
  const sections = keys.map(([key, node]) => sectionOf(prefix, key, node, required.includes(key)));
  return [head, `${contents}\n`, ...sections].join("\n");
}

function sectionOf(prefix: string, key: string, node: Node, isRequired: boolean): string {
  const rows = REPEATED.includes(key) ? [] : rowsOf("", node);
  const example = node.examples?.[0];
  return [
    `## ${prefix}${key}`,
    "",
    [
      node.description,
      isRequired ? "Has to be set." : undefined,
      isPlain(node) ? `Allowed: ${allowed(node)}.` : undefined,
    ]
      .filter((sentence) => sentence !== undefined)
      .join(" "),
    ...(example === undefined
      ? []
      : ["", "```yaml", stringify({ [prefix + key]: example }, { lineWidth: 0 }).trimEnd(), "```"]),
    ...(rows.length > 0 ? ["", "| key | | allowed | default |", "|---|---|---|---|", ...rows] : []),
    "",
  ].join("\n");
}

/** A line a field, and one before each of several forms. */
function rowsOf(path: string, node: Node): string[] {
  const rows: string[] = [];
  const forms = [...(node.oneOf ?? []), ...(node.anyOf ?? [])].filter((form) => !isPlain(form));
  if (forms.length > 0) {
    for (const form of forms) {
      if (forms.length > 1) rows.push(formRow(path, form));
      rows.push(...rowsOf(path, form));
    }
    return rows;
  }
  for (const [keys, property] of grouped(node.properties ?? {})) {
    const names = keys.map((key) => (path ? `${path}.${key}` : key));
    const isRequired = keys.every((key) => node.required?.includes(key));
    rows.push(row(names, property, isRequired));
    if (!keys.some((key) => REPEATED.includes(key))) {
      rows.push(
        ...rowsOf(
          keys.length > 1 ? [path, "<each>"].filter((part) => part !== "").join(".") : (names[0] as string),
          property,
        ),
      );
    }
  }
  const values = node.additionalProperties;
  if (typeof values === "object" && !isPlain(values)) rows.push(...rowsOf(path ? `${path}.<name>` : "<name>", values));
  if (node.items && !isPlain(node.items)) rows.push(...rowsOf(`${path}[]`, node.items));
  return rows;
}

/** What has the form of what it is in. */
const REPEATED = ["moveFrom", "profiles"];

/** Keys with the same of everything share a line. */
function grouped(properties: Record<string, Node>): [string[], Node][] {
  const groups = new Map<string, [string[], Node]>();
  for (const [key, node] of Object.entries(properties)) {
    const { description: _, ...form } = node;
    const same = isPlain(node) ? key : JSON.stringify(form);
    const group = groups.get(same);
    if (group) group[0].push(key);
    else groups.set(same, [[key], node]);
  }
  return [...groups.values()];
}

function row(names: readonly string[], node: Node, isRequired: boolean): string {
  const description = names.length > 1 ? "" : (node.description ?? "").replace(/ ?Default: .*$/, "");
  const fallback = isRequired ? "*has to be set*" : (node["x-default"] ?? "");
  return `| ${names.map((name) => `\`${name}\``).join(", ")} | ${cell(description)} | ${cell(allowed(node))} | ${cell(fallback)} |`;
}

function formRow(path: string, form: Node): string {
  const constants = Object.entries(form.properties ?? {}).flatMap(([key, { const: value }]) =>
    value === undefined ? [] : [`\`${key}: ${String(value)}\``],
  );
  const keys = form.required ?? Object.keys(form.properties ?? {});
  const told = constants.length > 0 ? constants.join(", ") : `with ${keys.map((key) => `\`${key}\``).join(", ")}`;
  return `| ${path ? `**\`${path}\`** ` : ""}**${told}** | ${cell(form.description ?? "")} | | |`;
}

function isPlain(node: Node): boolean {
  const forms = [...(node.oneOf ?? []), ...(node.anyOf ?? [])];
  if (forms.length > 0) return forms.every(isPlain);
  if (node.items) return isPlain(node.items);
  if (typeof node.additionalProperties === "object" && !node.properties) return isPlain(node.additionalProperties);
  return node.properties === undefined;
}

/** What may stand there, in words. */
export function allowed(node: Node): string {
  if (node.errorMessage) return node.errorMessage;
  if (node.patternErrorMessage) return node.patternErrorMessage;
  if (node.const !== undefined) return String(node.const);
  if (node.enum) return node.enum.map(String).join(", ");
  const forms = [...(node.oneOf ?? []), ...(node.anyOf ?? [])];
  if (forms.length > 0) return [...new Set(forms.map(allowed))].join("; or ");
  switch (node.type) {
    case "boolean":
      return "true or false";
    case "integer":
    case "number":
      return `a ${node.type === "integer" ? "whole number" : "number"}${range(node)}`;
    case "array":
      return `a list${node.items && isPlain(node.items) ? ` of: ${allowed(node.items)}` : ""}`;
    case "object":
      return typeof node.additionalProperties === "object" && isPlain(node)
        ? `a mapping of names to: ${allowed(node.additionalProperties)}`
        : "a mapping";
    case "string":
      return "a text";
    default:
      return "anything";
  }
}

/** JSON Schema's largest integer says nothing. */
function range({ minimum, maximum, exclusiveMinimum }: Node): string {
  const from = minimum !== undefined && Math.abs(minimum) < Number.MAX_SAFE_INTEGER ? ` from ${minimum}` : "";
  const above = exclusiveMinimum === undefined ? "" : ` above ${exclusiveMinimum}`;
  const to = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : "";
  return from + above + to;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "&lt;");
}
