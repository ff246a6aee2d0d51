import { z } from "zod";

/** For messages: the keys that `schema` knows at a path, in the form of a union that `value` says it has. */
export function keysAt(schema: z.ZodType): (path: readonly PropertyKey[], value: unknown) => readonly string[] {
  return (path, value) => {
    const forms = path.reduce<z.ZodType[]>((at, key) => at.flatMap((form) => step(form, key)), unwrap(schema));
    return [...new Set(forms.flatMap((form) => keysOf(form, value)))];
  };
}

function keysOf(form: z.ZodType, value: unknown): string[] {
  if (form instanceof z.ZodRecord) return form.keyType instanceof z.ZodEnum ? form.keyType.options.map(String) : [];
  if (!(form instanceof z.ZodObject)) return [];
  const isMeant = Object.entries(form.shape).every(
    ([key, field]) =>
      !(field instanceof z.ZodLiteral) || field.safeParse((value as Record<string, unknown>)[key]).success,
  );
  return isMeant ? Object.keys(form.shape) : [];
}

function step(schema: z.ZodType, key: PropertyKey): z.ZodType[] {
  if (schema instanceof z.ZodObject) return unwrap(schema.shape[String(key)]);
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType as z.ZodType);
  if (schema instanceof z.ZodArray) return unwrap(schema.element as z.ZodType);
  return [];
}

function unwrap(schema: z.ZodType | undefined): z.ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return unwrap(schema.out as z.ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unwrap(option as z.ZodType));
  return schema ? [schema] : [];
}
