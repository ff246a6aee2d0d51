/** The objects of a stack as anybody else would apply them. */
import { isMapping } from "../config/mistakes.ts";

/** By which an exported state marks a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

interface Resource {
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: { metadata?: { name?: string } };
}

/** @param state as `pulumi stack export --show-secrets` prints it @returns a List, the namespace first */
export function objectsOf(state: string): string {
  const { resources } = (JSON.parse(state) as { deployment: { resources: Resource[] } }).deployment;
  const items = resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs, outputs }) => revealed({ ...inputs, metadata: named(inputs, outputs) }) as { kind: string })
    .toSorted((a, b) => Number(b.kind === "Namespace") - Number(a.kind === "Namespace"));
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

function named(inputs: Resource["inputs"], outputs: Resource["outputs"]) {
  return { ...(inputs?.metadata as object), name: outputs?.metadata?.name };
}

function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (!isMapping(value)) return value;
  if (SIGNATURE in value) return revealed(JSON.parse(value.plaintext as string));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__defaults")
      .map(([key, inner]) => [key, revealed(inner)]),
  );
}
