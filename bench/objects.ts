/** The objects of a stack as anybody else would apply them. */
import { isMapping } from "../config/mistakes.ts";
import { at, nameOf, parseState, type StateResource, type Values } from "../local/teardown/state.ts";

const NAMESPACE = "kubernetes:core/v1:Namespace";

/** @param state as `pulumi stack export --show-secrets` prints it @returns a List, the namespace first */
export function objectsOf(state: string): string {
  const items = registrationsOf(state)
    .map(({ inputs }) => inputs)
    .toSorted((a, b) => Number(b.kind === "Namespace") - Number(a.kind === "Namespace"));
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}

/** An object as Pulumi is told of it. */
export interface Registration {
  type: string;
  name: string;
  inputs: Values;
}

/** What is in the namespace, and the namespace, as another one. */
export function inNamespace(namespace: string, registrations: readonly Registration[]): Registration[] {
  return registrations.flatMap(({ type, name, inputs }) => {
    const metadata = inputs.metadata as Values;
    const named = type === NAMESPACE ? { name: namespace } : { namespace };
    const isThere = type === NAMESPACE || metadata.namespace !== undefined;
    return isThere ? [{ type, name, inputs: { ...inputs, metadata: { ...metadata, ...named } } }] : [];
  });
}

/** @param state as `pulumi stack export --show-secrets` prints it */
export function registrationsOf(state: string): Registration[] {
  return parseState(state)
    .resources.filter(({ type }) => type.startsWith("kubernetes:"))
    .map((resource) => ({
      type: resource.type,
      name: nameOf(resource),
      inputs: withoutDefaults({ ...resource.inputs, metadata: named(resource) }) as Values,
    }));
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
