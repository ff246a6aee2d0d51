/**
 * What a cloud's resource types take and give, read from the declarations of the cloud's own SDK for Pulumi. So no type
 * has to be described again, and none can be described wrongly.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Property, parseProperties, type Shape } from "./type-expression.ts";

export interface ResourceType {
  inputs: Readonly<Record<string, Property>>;
  /** All that the resource has once it is made. */
  outputs: Fields;
}

export type Fields = Readonly<Record<string, Property>>;

export class Sdk {
  readonly #directory: string;
  readonly #texts = new Map<string, string>();
  readonly #resources = new Map<string, ResourceType | undefined>();
  readonly #fields = new Map<string, Fields>();
  readonly #enumerations = new Map<string, readonly string[]>();

  /** Whether the cloud has no values beside those that the SDK knows. */
  readonly enumerationsAreWhole: boolean;

  /** @param cloud name of the SDK, such as aws */
  constructor(cloud: string, enumerationsAreWhole = false) {
    this.enumerationsAreWhole = enumerationsAreWhole;
    const manifest = `@pulumi/${cloud}/package.json`;
    this.#directory = dirname(createRequire(import.meta.url).resolve(manifest));
  }

  /** @param token such as `aws:eks/cluster:Cluster`. Undefined where the SDK has no such type. */
  resource(token: string): ResourceType | undefined {
    if (!this.#resources.has(token)) this.#resources.set(token, this.#readResource(token));
    return this.#resources.get(token);
  }

  /** What the function `token` takes; undefined where the SDK has none. */
  arguments(token: string): Fields | undefined {
    const text = this.#declaration(token);
    const name = nameIn(token);
    if (text === undefined) return undefined;
    const body = bodyOf(text, `export interface ${name[0]?.toUpperCase()}${name.slice(1)}Args {`);
    return body === undefined ? {} : parseProperties(body);
  }

  /** The fields of `inputs.eks.ClusterVpcConfig` or `outputs.eks.ClusterVpcConfig`. */
  fields(reference: string): Fields {
    const known = this.#fields.get(reference);
    if (known) return known;
    const [direction, ...path] = reference.split(".");
    const name = path.pop() as string;
    const text = this.#read(direction === "outputs" ? "types/output.d.ts" : "types/input.d.ts");
    const scope = path.length > 0 ? bodyOf(text, `export declare namespace ${path.join(".")} {`, "\n}") : text;
    const body = scope && bodyOf(scope, `interface ${name} {`);
    if (body === undefined) throw new Error(`The SDK declares no ${reference}`);
    const fields = parseProperties(body);
    this.#fields.set(reference, fields);
    return fields;
  }

  /** The values of `enums.containerservice.OSType`. */
  enumeration(reference: string): readonly string[] {
    const known = this.#enumerations.get(reference);
    if (known) return known;
    const [, ...path] = reference.split(".");
    const name = path.pop() as string;
    const body = bodyOf(this.#read(join("types/enums", ...path, "index.d.ts")), `export declare const ${name}: {`);
    if (body === undefined) throw new Error(`The SDK declares no ${reference}`);
    const values = Array.from(body.matchAll(/: "([^"]*)";/g), ([, value]) => value as string);
    this.#enumerations.set(reference, values);
    return values;
  }

  #readResource(token: string): ResourceType | undefined {
    const text = this.#declaration(token);
    if (text === undefined) return undefined;
    const name = nameIn(token);
    const inputs = bodyOf(text, `export interface ${name}Args {`);
    const outputs = Array.from(text.matchAll(/^ {4}readonly (\w+: pulumi\.Output<.*;)$/gm), ([, output]) => output);
    return {
      inputs: inputs === undefined ? {} : parseProperties(inputs),
      outputs: parseProperties(outputs.join("\n")),
    };
  }

  /**
   * `aws:eks/cluster:Cluster` is in eks/cluster.d.ts, `azure-native:containerservice:AgentPool` in
   * containerservice/agentPool.d.ts, and `gcp:projects/iAMMember:IAMMember` in projects/iammember.d.ts,
   * as iAMCustomRole is in iamcustomRole.d.ts.
   */
  #declaration(token: string): string | undefined {
    const [, module = "", name = ""] = token.split(":");
    const path = module.includes("/")
      ? module.replace(/^index\//, "")
      : join(module, `${name[0]?.toLowerCase()}${name.slice(1)}`);
    const withSmallInitials = path.replace(/(?<=\/)[a-z][A-Z]+/, (initials) => initials.toLowerCase());
    const file = [path, withSmallInitials]
      .map((path) => `${path}.d.ts`)
      .find((file) => existsSync(join(this.#directory, file)));
    return file && this.#read(file);
  }

  #read(file: string): string {
    const text = this.#texts.get(file) ?? readFileSync(join(this.#directory, file), "utf8");
    this.#texts.set(file, text);
    return text;
  }
}

function nameIn(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}

/** What stands between `head` and the brace that closes it, which stands below the line that `head` is in. */
function bodyOf(text: string, head: string, close?: string): string | undefined {
  const start = text.indexOf(head);
  if (start < 0) return undefined;
  const line = text.slice(text.lastIndexOf("\n", start) + 1, start);
  const indentation = /^\s*/.exec(line)?.[0] ?? "";
  const end = text.indexOf(close ?? `\n${indentation}}`, start);
  return text.slice(start + head.length, end);
}

/** What is wrong with a value of a resource, and where. */
export interface Failure {
  /** Path of the property, such as `vpcConfig.subnetIds[0]`. */
  property: string;
  reason: string;
}

/** Stands for a value that is not known before the resource it comes from is made. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** `values` with what a resource has besides once it is made, and nobody knows before; within its mappings, too. */
export function withUnknowns(sdk: Sdk, fields: Fields, values: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(fields).flatMap(([name, { shape, required }]) => {
    const value = values[name];
    if (value === undefined) return required ? [[name, UNKNOWN]] : [];
    const isDeclared = shape.kind === "reference" && isMapping(value);
    return isDeclared ? [[name, withUnknowns(sdk, sdk.fields(shape.name), value)]] : [];
  });
  return { ...values, ...Object.fromEntries(entries) };
}

/** What the SDK's declarations say against `values`. */
export function mismatches(sdk: Sdk, fields: Fields, values: Record<string, unknown>, path = ""): Failure[] {
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  const missing = Object.entries(fields)
    .filter(([name, { required }]) => required && values[name] === undefined)
    .map(([name]) => ({ property: at(name), reason: "is required, and missing" }));
  const wrong = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    const field = fields[name];
    if (!field)
      return [{ property: at(name), reason: `is no property here; there are ${Object.keys(fields).join(", ")}` }];
    return mismatch(sdk, field.shape, value, at(name));
  });
  return [...missing, ...wrong];
}

function mismatch(sdk: Sdk, shape: Shape, value: unknown, path: string): Failure[] {
  if (value === UNKNOWN) return [];
  const not = (what: string): Failure[] => [{ property: path, reason: `is ${describe(value)}, not ${what}` }];
  switch (shape.kind) {
    case "anything":
      return [];
    case "string":
      if (typeof value !== "string") return not("a string");
      return shape.allowed && !shape.allowed.includes(value) ? not(`one of ${shape.allowed.join(", ")}`) : [];
    case "number":
    case "boolean":
      return typeof value === shape.kind ? [] : not(`a ${shape.kind}`);
    case "list":
      if (!Array.isArray(value)) return not("a list");
      return value.flatMap((item, index) => mismatch(sdk, shape.of, item, `${path}[${index}]`));
    case "map":
      if (!isMapping(value)) return not("a mapping");
      return Object.entries(value).flatMap(([key, item]) => mismatch(sdk, shape.of, item, `${path}.${key}`));
    case "reference":
      if (shape.name.startsWith("enums.")) {
        if (shape.open && (!sdk.enumerationsAreWhole || isPart(shape.name)))
          return typeof value === "string" ? [] : not("a string");
        const allowed = sdk.enumeration(shape.name);
        return typeof value === "string" && allowed.includes(value) ? [] : not(`one of ${allowed.join(", ")}`);
      }
      return isMapping(value) ? mismatches(sdk, sdk.fields(shape.name), value, path) : not("a mapping");
    case "either": {
      const attempts = shape.of.map((member) => mismatch(sdk, member, value, path));
      return attempts.some((failures) => failures.length === 0) ? [] : (attempts[0] as Failure[]);
    }
  }
}

/** Azure calls enumerations so that list what there was when they were written. */
function isPart(enumeration: string): boolean {
  return /\.Known\w+$/.test(enumeration);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  return typeof value === "string"
    ? `"${value}"`
    : Array.isArray(value)
      ? "a list"
      : typeof value === "object"
        ? "a mapping"
        : String(value);
}
