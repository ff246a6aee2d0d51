import type { Layers } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import { POLICY_NAMES } from "./policies.ts";

/** Reports waivers of policies that there are not. What is over is the policy pack's to say. */
export function checkWaivers({ stack, mistakes }: Layers): void {
  const known: readonly string[] = POLICY_NAMES;
  for (const [index, { policy }] of (stack.policy?.waivers ?? []).entries()) {
    if (known.includes(policy)) continue;
    mistakes.push(unknownName(`landfall:policy.waivers[${index}].policy`, policy, known, "policy"));
  }
}
