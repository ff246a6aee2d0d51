/** Figures of scaling that cannot be, and autoscalers that would undo each other's work. */
import type { AutoscalePlan, EventsPlan } from "./autoscale.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { Mistake } from "./mistakes.ts";
import type { TierPlan } from "./plan.ts";
import { parseQuantity } from "./quantity.ts";
import type { VerticalAutoscalePlan } from "./vertical-autoscale.ts";

type Place = (...keys: string[]) => string;
/** A resource that pods are counted by, and the key that says so. */
type Figure = { resource: "cpu" | "memory"; key: "autoscale" | "events" };

export function checkScaling(layers: Layers, tier: TierPlan): void {
  const place: Place = (...keys) => placeOf(layers, "tiers", tier.name, ...keys);
  const { autoscale, events, verticalAutoscale } = tier;
  const figures = figuresOf(tier);
  const mistakes = [
    ...(autoscale ? autoscaleMistakes(place, tier, autoscale) : []),
    ...(events ? eventsMistakes(place, events) : []),
    ...requestMistakes(place, tier, figures),
    ...(autoscale && events ? [twoCounts(place, tier.name)] : []),
    ...(verticalAutoscale ? movingTargets(place, verticalAutoscale, figures) : []),
  ];
  layers.mistakes.push(...mistakes);
}

/** A singleton's overrides are read before its kind is known. */
export function checkSingleton(layers: Layers, name: string, tier: object): void {
  const scaling = ["replicas", "autoscale", "events", "minAvailable", "maxUnavailable"];
  for (const key of scaling.filter((key) => key in tier)) {
    layers.mistakes.push({
      path: placeOf(layers, "tiers", name, key),
      problem: `"${name}" is a singleton, which is always one pod`,
      fix: "remove it",
    });
  }
}

function figuresOf({ autoscale, events }: TierPlan): Figure[] {
  return (["cpu", "memory"] as const).flatMap((resource): Figure[] => [
    ...(autoscale?.[resource] === undefined ? [] : [{ resource, key: "autoscale" as const }]),
    ...(events?.triggers.some(({ kind }) => kind === resource) ? [{ resource, key: "events" as const }] : []),
  ]);
}

function autoscaleMistakes(place: Place, { name, replicas, events }: TierPlan, autoscale: AutoscalePlan): Mistake[] {
  const mistakes: Mistake[] = [];
  if (autoscale.max === undefined) {
    mistakes.push({
      path: place("autoscale", "max"),
      problem: "is missing",
      allowed: `${replicas} (replicas) or more`,
      fix: "say how far the tier may grow",
    });
  } else if (!events && replicas > autoscale.max) {
    mistakes.push({
      path: place("replicas"),
      got: replicas,
      problem: "the fewest replicas are more than the most",
      allowed: `1 to ${autoscale.max} (tiers.${name}.autoscale.max)`,
      fix: "lower replicas or raise autoscale.max",
    });
  }
  return [...mistakes, ...withoutFigure(place, autoscale)];
}

/** Of tiers and of datastores. */
export function withoutFigure(place: Place, { cpu, memory, metrics }: AutoscalePlan): Mistake[] {
  if (cpu !== undefined || memory !== undefined || metrics !== undefined) return [];
  return [
    {
      path: place("autoscale"),
      problem: "has no figure to scale on",
      allowed: "cpu and memory, in percent of the request, and metrics",
      fix: "add cpu: 70, for example",
    },
  ];
}

function eventsMistakes(place: Place, { min, max, triggers }: EventsPlan): Mistake[] {
  const mistakes: Mistake[] = [];
  if (min > max) {
    mistakes.push({
      path: place("events", "min"),
      got: min,
      problem: "the fewest replicas are more than the most",
      allowed: `0 to ${max} (events.max); left out, it is the tier's replicas`,
      fix: "lower min or raise max",
    });
  }
  if (min === 0 && triggers.length > 0 && triggers.every(({ kind }) => kind === "cpu" || kind === "memory")) {
    mistakes.push({
      path: place("events", "min"),
      got: min,
      problem: "without pods there is no use of CPU or memory that could bring one back",
      allowed: "1 or more",
      fix: "raise min, or add a trigger that sees work from outside",
    });
  }
  return mistakes;
}

function requestMistakes(place: Place, { resources }: TierPlan, figures: readonly Figure[]): Mistake[] {
  return figures
    .filter(({ resource }) => parseQuantity(resources.requests[resource]) === 0n)
    .map(({ resource, key }) => ({
      path: place("resources", "requests", resource),
      got: resources.requests[resource],
      problem: `${key} scales on ${resource} in percent of the request, and there is no request`,
      allowed: "more than 0",
      fix: `say what a pod needs, or take ${resource} out of ${key}`,
    }));
}

function twoCounts(place: Place, name: string): Mistake {
  return {
    path: place("events"),
    problem: `"${name}" has autoscale too, and each would set the replicas that the other wants otherwise`,
    allowed: "autoscale or events",
    fix: "make autoscale's figures triggers of events, such as { cpu: 70 }, or turn one of the two off with false",
  };
}

function movingTargets(place: Place, { mode }: VerticalAutoscalePlan, figures: readonly Figure[]): Mistake[] {
  const [figure] = figures;
  if (mode === "off" || !figure) return [];
  const resources = figures.map(({ resource }) => resource).join(" and ");
  return [
    {
      path: place("verticalAutoscale", "mode"),
      got: mode,
      problem: `${figure.key} counts pods by ${resources} in percent of the request, which this would change under it`,
      allowed: "off",
      fix: `use mode: off, which only recommends, or take ${resources} out of ${figure.key}`,
    },
  ];
}
