/** Tiers that are stopped, so that nobody writes to a store. */
import type { TierPlan } from "./plan.ts";

/** Tiers whose pods are clients of the store. */
export function usersOf(tiers: readonly TierPlan[], store: string): TierPlan[] {
  return tiers.filter((tier) => uses(tier, store));
}

/** Whether its pods are clients of the store for as long as they run; a job has come to its end. */
function uses({ after, kind }: TierPlan, store: string): boolean {
  return kind !== "job" && after.includes(store);
}

/** The tiers, those without pods that use one of the stores. @param stores by the names of their objects */
export function quiesce(tiers: readonly TierPlan[], stores: readonly string[]): TierPlan[] {
  return tiers.map((tier) => (stores.some((store) => uses(tier, store)) ? withoutPods(tier) : tier));
}

/** How long the pods that use the store may take to end, in seconds. */
export function graceOf(tiers: readonly TierPlan[], store: string): number {
  return Math.max(0, ...usersOf(tiers, store).map((tier) => tier.terminationGracePeriodSeconds));
}

/** What has made the stores' schemas is left out: once it is there again it runs again. */
export function withoutMigrations(tiers: readonly TierPlan[], stores: readonly string[]): TierPlan[] {
  const gone = tiers.filter(({ kind, after }) => kind === "job" && stores.some((store) => after.includes(store)));
  const names = gone.map(({ name }) => name);
  return tiers
    .filter((tier) => !gone.includes(tier))
    .map((tier) => ({ ...tier, after: tier.after.filter((before) => !names.includes(before)) }));
}

function withoutPods({
  autoscale,
  verticalAutoscale,
  events,
  minAvailable,
  maxUnavailable,
  ...tier
}: TierPlan): TierPlan {
  return { ...tier, replicas: 0 };
}
