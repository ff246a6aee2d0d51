/** Whether what the stack's state has in its namespace is still in the cluster. */
import { type Check, failure } from "../checks.ts";
import { nameOf, type State } from "../teardown/state.ts";
import type { Seen } from "./seen.ts";

const KINDS = {
  "kubernetes:apps/v1:Deployment": "deployments",
  "kubernetes:apps/v1:StatefulSet": "statefulSets",
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": "autoscalers",
  "kubernetes:batch/v1:Job": "jobs",
  "kubernetes:core/v1:PersistentVolumeClaim": "claims",
  "kubernetes:core/v1:Service": "services",
} as const satisfies Record<string, keyof Seen>;

export function checkKnown(seen: Seen, { resources }: State, stack: string): Check[] {
  return resources.flatMap(({ type, id, urn }) => {
    const kind = KINDS[type as keyof typeof KINDS];
    const [namespace, name] = id?.split("/") ?? [];
    if (!kind || namespace !== seen.namespace || name === undefined) return [];
    if (seen[kind].some(({ metadata }) => metadata.name === name)) return [];
    return failure(
      `${type.slice(type.lastIndexOf(":") + 1)} ${name}`,
      `the stack has it as ${nameOf({ urn })}, and the cluster does not`,
      `npx pulumi up --refresh --stack ${stack} makes it anew; npm run recover -- ${stack} where an update was cut short`,
    );
  });
}
