/** The order of an update, for tools that apply objects: each stage needs those before it to be ready. */
import type { Registration } from "./registrations.ts";

/** What an update waits for before it goes on. */
const AWAITED = /:(StatefulSet|Deployment|Job)$/;
export const RELEASE = "kubernetes:helm.sh/v3:Release";
const WAIT = "pulumi.com/waitFor";

/** Stage of each resource by URN, from 0: one more than that of what is awaited before it. */
export function stagesOf(registrations: readonly Registration[]): ReadonlyMap<string, number> {
  const byUrn = new Map(registrations.map((registration) => [registration.urn, registration]));
  const stages = new Map<string, number>();
  const stageOf = (urn: string): number => {
    const known = stages.get(urn);
    if (known !== undefined) return known;
    const { parent, dependsOn } = byUrn.get(urn) ?? { dependsOn: [] };
    // A component's children wait for what it waits for.
    const before = dependsOn.map((other) => stageOf(other) + (isAwaited(byUrn.get(other), parent) ? 1 : 0));
    const stage = Math.max(0, ...before, ...(parent ? [stageOf(parent)] : []));
    stages.set(urn, stage);
    return stage;
  };
  for (const { urn } of registrations) stageOf(urn);
  return stages;
}

function isAwaited(registration: Registration | undefined, by: string | undefined): boolean {
  if (!registration) return false;
  if (registration.type === RELEASE) return true;
  const { metadata } = registration.inputs as { metadata?: { annotations?: Record<string, string> } };
  // An autoscaler and its Deployment, of one tier, need not wait for each other.
  return registration.parent !== by && (AWAITED.test(registration.type) || metadata?.annotations?.[WAIT] !== undefined);
}
