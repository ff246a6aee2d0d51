import { type Layers, placeOf, whole } from "./layers.ts";
import { compareQuantities, formatBytes, formatCpu, parseQuantity } from "./quantity.ts";
import { type VerticalAutoscale, verticalAutoscale } from "./schema/autoscale.ts";
import type { Resources } from "./schema/primitives.ts";

export type VerticalAutoscalePlan = VerticalAutoscale;

/** A tier or datastore whose pods may be sized. */
interface Sized {
  resources: Resources;
  verticalAutoscale?: VerticalAutoscalePlan;
}

/** @param path of the tier or datastore */
export function resolveVertical(
  layers: Layers,
  path: readonly string[],
  value: unknown,
): VerticalAutoscalePlan | undefined {
  const vertical = whole(layers, [...path, "verticalAutoscale"], verticalAutoscale, value);
  for (const resource of ["cpu", "memory"] as const) {
    const [least, most] = [vertical?.min?.[resource], vertical?.max[resource]];
    if (least === undefined || most === undefined || compareQuantities(least, most) <= 0) continue;
    layers.mistakes.push({
      path: placeOf(layers, ...path, "verticalAutoscale", "min", resource),
      got: least,
      problem: "the least is more than the most",
      allowed: `${most} (verticalAutoscale.max.${resource}) or less`,
      fix: "lower min or raise max",
    });
  }
  return vertical;
}

/** What one pod asks for once the vertical autoscaler has raised it as far as it may. */
export function resourcesAtMost({ resources, verticalAutoscale: vertical }: Sized): Resources {
  if (!vertical || vertical.mode === "off") return resources;
  const most = (kind: "cpu" | "memory") => {
    const [request, limit, max] = [resources.requests[kind], resources.limits[kind], vertical.max[kind]].map(
      parseQuantity,
    ) as [bigint, bigint, bigint];
    const format = kind === "cpu" ? formatCpu : formatBytes;
    if (vertical.controlledValues === "RequestsOnly") {
      return { request: format(larger(request, max < limit ? max : limit)), limit: resources.limits[kind] };
    }
    const scaled = request === 0n ? max : (limit * max + request - 1n) / request;
    return { request: format(larger(request, max)), limit: format(larger(limit, scaled)) };
  };
  const [cpu, memory] = [most("cpu"), most("memory")];
  return {
    requests: { ...resources.requests, cpu: cpu.request, memory: memory.request },
    limits: { ...resources.limits, cpu: cpu.limit, memory: memory.limit },
  };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
