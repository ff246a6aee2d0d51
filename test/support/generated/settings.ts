/** Stack files made from the schema, so that what a stack may say tomorrow is tried too. */
import fc from "fast-check";
import { z } from "zod";
import type { ApplicationFile } from "../../../config/schema.ts";
import { HOSTILE, PLAUSIBLE } from "./strings.ts";

/** Of optional keys, so many at most in a small mapping; a third in a large one. */
const SOME_KEYS = 3;
const NAME = fc.stringMatching(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/);

export const hostileText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary", maxLength: 40 }));

/** What somebody may write in any place. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, -1, 0, 1e21, 2 ** 53, Number.MAX_VALUE, 0.1, -0) },
  { weight: 1, arbitrary: fc.constantFrom([], {}, [[]], [null], { "": "" }) },
  { weight: 1, arbitrary: fc.dictionary(hostileText, hostileText, { maxKeys: 3, noNullPrototype: true }) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** Names that the application has, which settings refer to. */
export function namesOf(application: ApplicationFile): string[] {
  const { name, datastores = {}, tiers, volumes = {}, secrets = [], priorityClasses = {} } = application;
  return [name, ...[datastores, tiers, volumes, priorityClasses].flatMap((part) => Object.keys(part)), ...secrets];
}

/** Values that the schema takes, as far as it alone can say. */
export function valuesOf(schema: z.ZodType, names: readonly string[]): fc.Arbitrary<unknown> {
  const inner = (of: unknown) => valuesOf(of as z.ZodType, names);
  if (schema instanceof z.ZodOptional) return inner(schema.unwrap());
  if (schema instanceof z.ZodPipe && !isText(schema))
    return inner(schema.in instanceof z.ZodTransform ? schema.out : schema.in);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return numbersOf(schema);
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(inner));
  if (schema instanceof z.ZodArray) return fc.array(inner(schema.element), { minLength: 1, maxLength: 3 });
  if (schema instanceof z.ZodObject) return mappingsOf(schema, inner);
  if (schema instanceof z.ZodRecord) {
    return fc.dictionary(keysOf(schema.keyType as z.ZodType, names), inner(schema.valueType), {
      maxKeys: SOME_KEYS,
      noNullPrototype: true,
    });
  }
  const texts = [...PLAUSIBLE, ...HOSTILE, ...names].filter((text) => schema.safeParse(text).success);
  const isName = schema.safeParse("a-name").success && !schema.safeParse("A Name").success;
  if (isName) return fc.oneof(NAME, fc.constantFrom(...texts));
  return texts.length > 0 ? fc.constantFrom(...texts) : fc.constantFrom(...PLAUSIBLE);
}

/** A text that is written in another form afterwards. */
function isText(schema: z.ZodType): boolean {
  return schema instanceof z.ZodPipe ? isText(schema.in as z.ZodType) : schema instanceof z.ZodString;
}

function keysOf(schema: z.ZodType, names: readonly string[]): fc.Arbitrary<string> {
  const known = names.filter((name) => schema.safeParse(name).success);
  const any = valuesOf(schema, names) as fc.Arbitrary<string>;
  return known.length > 0 ? fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, any) : any;
}

function numbersOf(schema: z.ZodNumber): fc.Arbitrary<number> {
  const least = Math.max(schema.minValue ?? 0, -1e6);
  const most = Math.min(schema.maxValue ?? 2 ** 31, 2 ** 31);
  const near = fc.integer({ min: Math.ceil(least), max: Math.floor(Math.min(most, least + 20)) });
  return fc.oneof({ weight: 6, arbitrary: near }, fc.constantFrom(Math.ceil(least), Math.floor(most)));
}

function mappingsOf(schema: z.ZodObject, inner: (of: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<object> {
  const keys = Object.keys(schema.shape);
  const isOptional = (key: string) => schema.shape[key] instanceof z.ZodOptional;
  const required = keys.filter((key) => !isOptional(key));
  const optional = keys.filter(isOptional);
  return fc
    .subarray(optional, { maxLength: Math.min(Math.max(SOME_KEYS, Math.ceil(optional.length / 3)), optional.length) })
    .chain((chosen) =>
      fc.record(Object.fromEntries([...required, ...chosen].map((key) => [key, inner(schema.shape[key])])), {
        noNullPrototype: true,
      }),
    );
}

/** A change of a value somewhere inside: which place, and what is put there. */
export interface Mutation {
  place: number;
  value: unknown;
  how: "replace" | "remove" | "add" | "rename";
}

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(),
  value: hostileValue,
  how: fc.constantFrom("replace", "replace", "replace", "remove", "add", "rename"),
});

/** `value` with one place in it changed; itself where it has no places. */
export function mutated(value: unknown, { place, value: other, how }: Mutation): unknown {
  const root = { root: structuredClone(value) };
  const places = placesIn(root);
  const [holder, key] = places[place % places.length] as [Record<string, unknown>, string];
  if (how === "replace" || Array.isArray(holder)) holder[key] = other;
  else if (how === "add") define(holder, typeof other === "string" ? other : "unknown", other);
  else {
    if (how === "rename") define(holder, typeof other === "string" ? other : "renamed", holder[key]);
    delete holder[key];
  }
  return root.root;
}

/** As a parser of YAML does it, for which `__proto__` is a key as any other. */
function define(holder: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(holder: Record<string, unknown>): [Record<string, unknown>, string][] {
  return Object.keys(holder).flatMap((key) => {
    const inside = holder[key];
    const deeper = typeof inside === "object" && inside !== null ? placesIn(inside as Record<string, unknown>) : [];
    return [[holder, key] as [Record<string, unknown>, string], ...deeper];
  });
}
