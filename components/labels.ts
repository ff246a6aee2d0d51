import { bundledIn } from "../config/moves.ts";
import type { Plan } from "../config/plan.ts";
import { operatedAs } from "../config/servers.ts";

/** Labels of everything that belongs to a tier or datastore. */
export function labelsOf(plan: Plan, component: string): Record<string, string> {
  return { "app.kubernetes.io/name": component, ...ownerLabels(plan) };
}

/** Labels that tell the pods of a tier or datastore from all others. They never change: selectors are immutable. */
export function selectorOf(plan: Plan, component: string): Record<string, string> {
  const store = bundledIn(plan).find(({ name }) => name === component);
  const operated = store && operatedAs(store);
  return (
    operated?.selector(component) ?? {
      "app.kubernetes.io/name": component,
      "app.kubernetes.io/part-of": plan.application,
    }
  );
}

/** Labels that say whose an object is. */
export function ownerLabels(plan: Plan): Record<string, string> {
  return {
    "app.kubernetes.io/part-of": plan.application,
    "app.kubernetes.io/instance": plan.stack,
    "app.kubernetes.io/managed-by": "landfall",
  };
}
