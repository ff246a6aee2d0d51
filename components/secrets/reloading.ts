import type { Plan } from "../../config/plan.ts";

/** Metadata that has Reloader restart the pods when a Secret of theirs changes, where the stack asks for it. */
export function reloading({ secretStore }: Plan): { annotations?: Record<string, string> } {
  const asked = secretStore?.kind === "external-secrets" && secretStore.reloader;
  return asked ? { annotations: { "reloader.stakater.com/auto": "true" } } : {};
}
