import type { Layers } from "./layers.ts";
import type { AppArmor, Seccomp } from "./schema/confinement.ts";
import type { Tier } from "./schema/tier.ts";

/** A profile in Kubernetes' words. */
export type ProfilePlan = { type: "RuntimeDefault" } | { type: "Localhost"; localhostProfile: string };

/** Profiles of a pod; left out: the container runtime's, as it chooses where the node has AppArmor. */
export interface ConfinementPlan {
  appArmor?: ProfilePlan;
  seccomp: ProfilePlan;
}

/** Of pods that say nothing themselves. */
export function resolveConfinement({ application, forProfile, stack }: Layers): ConfinementPlan {
  return {
    appArmor: profileOf(stack.appArmor ?? forProfile.appArmor ?? application.appArmor),
    seccomp: { type: "RuntimeDefault" },
  };
}

export function confinementOf(layers: Layers, tier: Tier): ConfinementPlan {
  const everywhere = resolveConfinement(layers);
  return {
    appArmor: tier.appArmor === undefined ? everywhere.appArmor : profileOf(tier.appArmor),
    seccomp: profileOf(tier.seccomp) ?? everywhere.seccomp,
  };
}

function profileOf(given: AppArmor | Seccomp | undefined): ProfilePlan | undefined {
  if (!given) return undefined;
  return given === "RuntimeDefault" ? { type: given } : { type: "Localhost", localhostProfile: given.localhost };
}
