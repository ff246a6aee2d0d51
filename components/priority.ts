import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../config/plan.ts";
import { ownerLabels } from "./labels.ts";

/** The application's priority classes by the names that it calls them. */
export function createPriorityClasses(
  name: string,
  plan: Plan,
  opts: pulumi.CustomResourceOptions,
): Record<string, k8s.scheduling.v1.PriorityClass> {
  return Object.fromEntries(
    plan.priorityClasses.map(({ name: priority, className, value, description, preemption }) => [
      priority,
      new k8s.scheduling.v1.PriorityClass(
        `${name}-${priority}-priority`,
        {
          metadata: { name: className, labels: ownerLabels(plan) },
          value,
          description,
          preemptionPolicy: preemption === "never" ? "Never" : "PreemptLowerPriority",
        },
        // Neither can be changed in place, and there are no two of one name.
        { ...opts, replaceOnChanges: ["value", "preemptionPolicy"], deleteBeforeReplace: true },
      ),
    ]),
  );
}
