/** The objects of a stack as anybody else would apply them. */
import { isMapping } from "../config/mistakes.ts";
import { at, parseState, type StateResource } from "../local/teardown/state.ts";

/** @param state as `pulumi stack export --show-secrets` prints it @returns a List, the namespace first */
export function objectsOf(state: string): string {
  const items = parseState(state)
    .resources.filter(({ type }) => type.startsWith("kubernetes:"))
    .map((resource) => withoutDefaults({ ...resource.inputs, metadata: named(resource) }) as { kind: string })
    .toSorted((a, b) => Number(b.kind === "Namespace") - Number(a.kind === "Namespace"));
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

function named({ inputs, outputs }: StateResource) {
  return { ...(inputs?.metadata as object), name: at(outputs, "metadata.name") };
}

/** The provider notes in `__defaults` which inputs it has added. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__defaults")
      .map(([key, inner]) => [key, withoutDefaults(inner)]),
  );
}
