/** values.schema.json, by which Helm refuses a value that the chart does not have. */
import { isMapping } from "../../../config/mistakes.ts";

/** Mappings whose keys are the user's. */
const OPEN = ["env", "nodeSelector", "resources", "quota"];

/** @param values as values.yaml has them */
export function valuesSchema(values: object): object {
  const { properties, ...rest } = schemaOf(values, "") as { properties: object };
  // Of a chart that has this one as a part.
  return { $schema: "http://json-schema.org/draft-07/schema#", ...rest, properties: { ...properties, global: {} } };
}

function schemaOf(value: unknown, key: string): object {
  if (isMapping(value)) {
    if (OPEN.includes(key)) return { type: "object" };
    const entries = Object.entries(value).map(([inner, of]) => [inner, schemaOf(of, inner)]);
    return { type: "object", additionalProperties: false, properties: Object.fromEntries(entries) };
  }
  if (Array.isArray(value)) return { type: "array" };
  if (typeof value === "boolean") return { type: "boolean" };
  // A budget may be a percentage, and a quantity a number.
  return { type: ["string", "integer", "number"] };
}
