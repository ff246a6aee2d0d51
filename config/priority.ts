import { type Layers, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import type { PriorityClass } from "./schema/autoscale.ts";
import type { Tier } from "./schema/tier.ts";
import { namespaceOf } from "./storage.ts";

/** A priority class to make. */
export interface PriorityClassPlan extends PriorityClass {
  /** As the application calls it. */
  name: string;
  /** As the cluster will, for classes belong to no namespace. */
  className: string;
}

export function resolvePriorityClasses(layers: Layers): PriorityClassPlan[] {
  return Object.entries(layers.application.priorityClasses ?? {}).map(([name, priorityClass]) => ({
    name,
    className: `${namespaceOf(layers)}-${name}`,
    ...priorityClass,
  }));
}

/** The tier's class, if the application has it. */
export function priorityClassOf(layers: Layers, name: string, { priorityClass }: Tier): string | undefined {
  const known = Object.keys(layers.application.priorityClasses ?? {});
  if (priorityClass === undefined || known.includes(priorityClass)) return priorityClass;
  const place = placeOf(layers, "tiers", name, "priorityClass");
  layers.mistakes.push(unknownName(place, priorityClass, known, "priority class"));
  return undefined;
}
