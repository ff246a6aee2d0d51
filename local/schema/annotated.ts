/** The JSON Schemas of what a stack and an application may say, with what the sources say of each field. */
import { z } from "zod";
import { engines } from "../../components/datastores/engines.ts";
import { catalogue } from "../../config/addons/catalogue.ts";
import { datastoreOverride } from "../../config/schema/datastore.ts";
import { applicationSchema, stackSchema } from "../../config/schema.ts";
import { type Comments, type Field, type Literal, readComments } from "./comments.ts";
import { APPLICATION_EXAMPLES, EXAMPLES } from "./examples.ts";

/** As much of JSON Schema as is made here. */
export interface Node {
  type?: string;
  description?: string;
  default?: unknown;
  examples?: unknown[];
  enum?: unknown[];
  const?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  /** For editors: what to say where the pattern or the forms do not fit. */
  patternErrorMessage?: string;
  errorMessage?: string;
  properties?: Record<string, Node>;
  patternProperties?: Record<string, Node>;
  propertyNames?: Node;
  additionalProperties?: Node | boolean;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  /** What the default is, where it is no value. */
  "x-default"?: string;
}

/** Of `landfall:` keys, without the prefix. */
export function annotatedSchema(): Node {
  const node = annotated(stackSchema, EXAMPLES);
  for (const [name, { title }] of Object.entries(catalogue)) {
    const addon = node.properties?.addons?.properties?.[name];
    if (addon) addon.description = `${title}.`;
  }
  return node;
}

/** Of the file of an application. */
export function annotatedApplicationSchema(): Node {
  const node = annotated(applicationSchema, APPLICATION_EXAMPLES);
  const store = node.properties?.datastores?.additionalProperties;
  const engine = typeof store === "object" ? store.properties?.engine : undefined;
  if (!engine) throw new Error("datastores have no engine");
  engine.enum = Object.keys(engines).sort();
  return node;
}

function annotated(of: z.ZodType, examples: Readonly<Record<string, unknown>>): Node {
  const schema = z.toJSONSchema(of, {
    io: "input",
    target: "draft-7", // which editors know best
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      withMessages(zodSchema as unknown as Zod, jsonSchema as Node);
      if ((zodSchema as unknown) === datastoreOverride) bundledByDefault(jsonSchema as Node);
    },
  }) as Node & { $schema?: string };
  const { $schema: _, ...node } = schema;
  annotate(node, readComments());
  for (const [key, example] of Object.entries(examples)) {
    const property = node.properties?.[key];
    if (property) property.examples = [example];
  }
  return node;
}

/** A store whose mode nobody says is bundled, which the schema puts there before it looks. */
function bundledByDefault({ oneOf = [] }: Node): void {
  const bundled = oneOf.find(({ properties }) => properties?.mode?.const === "bundled");
  if (!bundled) throw new Error("datastores have no mode bundled");
  bundled.required = bundled.required?.filter((key) => key !== "mode");
  const modes = oneOf.map(({ properties }) => properties?.mode?.const);
  for (const { properties } of oneOf) {
    // Where data comes from may be a mode, and nothing more.
    if (properties?.moveFrom) properties.moveFrom = { anyOf: [{ enum: modes }, properties.moveFrom] };
  }
}

interface Zod {
  _zod: { def: { error?: Message; checks?: { _zod: { def: { error?: Message; pattern?: RegExp } } }[] } };
}
type Message = (issue: object) => string | { message: string } | undefined;

/** The words that a mistake is told in. */
function withMessages({ _zod: { def } }: Zod, node: Node): void {
  const own = textOf(def.error);
  if (own) node.errorMessage = own;
  const ofPattern = def.checks?.map(({ _zod }) => textOf(_zod.def.error)).find((text) => text !== undefined);
  if (ofPattern) node.patternErrorMessage = ofPattern;
}

function textOf(error: Message | undefined): string | undefined {
  if (!error) return undefined;
  const answer = error({});
  return typeof answer === "string" ? answer : answer?.message;
}

function annotate(node: Node, comments: Comments): void {
  const { properties } = node;
  if (properties) {
    const keys = Object.keys(properties);
    const whole = literalOf(keys, comments);
    if (whole?.comment) node.description ??= described(whole.comment).description;
    for (const [key, property] of Object.entries(properties)) {
      const comment = commentOf(key, keys, comments);
      if (comment) Object.assign(property, described(comment));
    }
  }
  const { additionalProperties: values } = node;
  const inner = [...Object.values(properties ?? {}), node.items, ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  for (const child of [...inner, typeof values === "object" ? values : undefined]) if (child) annotate(child, comments);
}

/** The literal with just these fields. */
function literalOf(keys: readonly string[], { literals }: Comments): Literal | undefined {
  return literals.find(({ fields }) => fields.size === keys.length && keys.every((key) => fields.has(key)));
}

/** Of the literals that have the field, that which is most of these fields speaks of it. */
function commentOf(key: string, keys: readonly string[], comments: Comments): string | undefined {
  const shared = ({ fields }: Literal) => [...fields.keys()].filter((field) => keys.includes(field)).length;
  const having = comments.literals.filter(({ fields }) => fields.has(key));
  const ranked = having.sort((a, b) => shared(b) / b.fields.size - shared(a) / a.fields.size || shared(b) - shared(a));
  const [best] = ranked;
  if (!best) return undefined;
  return textOfField(best.fields.get(key) as Field, comments);
}

function textOfField({ comment, value }: Field, comments: Comments): string | undefined {
  if (comment) return comment;
  const [constant = "", ...rest] = value;
  const field = rest.at(-1) ?? "";
  const referred = comments.literals.find((literal) => literal.constant === constant && literal.fields.has(field));
  return referred?.fields.get(field)?.comment ?? comments.constants.get(constant);
}

/** A comment as what it describes and what holds where nothing is said. */
function described(comment: string): Pick<Node, "description" | "default" | "x-default"> {
  const [description = "", fallback] = comment.split(/\s*@default\s+/);
  if (fallback === undefined) return { description };
  const text = `${description ? `${description} ` : ""}Default: ${fallback}.`.replace(/\.\.$/, ".");
  const value = literal(fallback);
  return { description: text, "x-default": fallback, ...(value === undefined ? {} : { default: value }) };
}

function literal(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return /^[A-Z]\w+$/.test(text) ? text : undefined;
  }
}
