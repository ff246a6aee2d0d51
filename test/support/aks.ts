/** A shop that lands on AKS. */
import type { AksPlan } from "../../cloud/azure/plan.ts";
import { planOf, type Shop } from "./shop.ts";

export const SUBSCRIPTION = "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f";
export const ADMINISTRATORS = "0a1b2c3d-0000-4000-8000-00000000ad31";

/** Settings of the cluster, over the fewest that there must be. */
export function onAks(settings: Record<string, unknown> = {}) {
  return ({ stack }: Shop) => {
    stack.cluster = {
      provider: "aks",
      subscription: SUBSCRIPTION,
      location: "westeurope",
      administrators: [ADMINISTRATORS],
      ...settings,
    };
  };
}

export function aksPlanOf(settings?: Record<string, unknown>, profile = "staging"): AksPlan {
  const plan = planOf((shop) => {
    onAks(settings)(shop);
    shop.stack.profile = profile;
  });
  return plan.cluster as AksPlan;
}
