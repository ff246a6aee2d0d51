import { badPattern, failures } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import type { Failure } from "../sdk.ts";

/** Number of the emulated project. */
export const PROJECT_NUMBER = "123456789012";

/** Names of Compute Engine's resources, and of most others: https://cloud.google.com/compute/docs/naming-resources */
export const RFC1035 = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** https://cloud.google.com/resource-manager/docs/labels-overview */
export function badLabels({ labels = {} }: Values): Failure[] {
  return Object.entries(labels as Record<string, string>).flatMap(([key, value]) =>
    failures(
      !/^[a-z][a-z0-9_-]{0,62}$/.test(key) && { property: `labels.${key}`, reason: "is no name of a label" },
      !/^[a-z0-9_-]{0,63}$/.test(String(value)) && { property: `labels.${key}`, reason: "has characters of no label" },
    ),
  );
}

export function projectOf({ settings }: Context): string {
  return settings.project as string;
}

/** A resource that is known by its path in the project, such as `projects/P/global/networks/N`. */
export function named(path: (inputs: Values & { name: string }) => string, rules: Partial<Rules> = {}): Rules {
  return {
    autoname: { property: "name", maxLength: 63 },
    ...rules,
    immutable: ["name", "project", ...(rules.immutable ?? [])],
    check: (inputs, context) => [
      ...failures(badPattern("name", inputs.name, RFC1035)),
      ...(rules.check?.(inputs, context) ?? []),
    ],
    create(inputs, context) {
      const id = `projects/${projectOf(context)}/${path(inputs as Values & { name: string })}`;
      return { id, outputs: { selfLink: `https://www.googleapis.com/compute/v1/${id}` } };
    },
  };
}
