import { type Layers, placeOf } from "./layers.ts";
import type { TierPlan } from "./plan.ts";
import type { PodAmount } from "./schema/autoscale.ts";

type Budget = Pick<TierPlan, "minAvailable" | "maxUnavailable">;

/** Pods that a drain leaves or takes: the last layer that says either. By default one stays where there are several. */
export function resolveDisruptionBudget(layers: Layers, name: string, replicas: number): Budget {
  const { stack, forProfile, application } = layers;
  const said: (Budget | undefined)[] = [
    stack.tiers?.[name],
    forProfile.tiers?.[name],
    application.tiers[name] as Budget,
  ];
  const last = said.find((tier) => tier?.minAvailable !== undefined || tier?.maxUnavailable !== undefined);
  if (!last) return { minAvailable: replicas > 1 ? 1 : undefined };
  const { minAvailable, maxUnavailable } = last;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    layers.mistakes.push({
      path: placeOf(layers, "tiers", name, "maxUnavailable"),
      got: maxUnavailable,
      problem: "minAvailable is set too, and a budget has one of them",
      fix: "remove one of the two",
    });
  }
  return { minAvailable, maxUnavailable };
}

/** Reports a budget that would hold up every drain. */
export function checkDisruptionBudget(layers: Layers, { name, replicas, minAvailable }: TierPlan): void {
  if (minAvailable === undefined || podsOf(minAvailable, replicas) < replicas) return;
  const isCount = typeof minAvailable === "number";
  layers.mistakes.push({
    path: placeOf(layers, "tiers", name, "minAvailable"),
    got: minAvailable,
    problem: `with ${replicas} replicas no pod could ever be evicted, so a node could not be drained`,
    allowed: isCount ? `less than replicas (${replicas})` : `a percentage that leaves one of ${replicas} pods over`,
    fix: isCount ? "lower minAvailable or raise replicas" : "use maxUnavailable: 1, or raise replicas",
  });
}

/** Kubernetes rounds up. */
function podsOf(amount: PodAmount, replicas: number): number {
  return typeof amount === "number" ? amount : Math.ceil((Number.parseInt(amount, 10) * replicas) / 100);
}
