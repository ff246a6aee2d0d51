/** Datastores that cannot be as they are asked for. */
import type { Operated } from "../components/datastores/cluster.ts";
import type { Engine } from "../components/datastores/engine.ts";
import type { AutoscalePlan } from "./autoscale.ts";
import { withoutFigure } from "./autoscale-checks.ts";
import { type Layers, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import { compareQuantities } from "./quantity.ts";
import type { Datastore } from "./schema/datastore.ts";
import type { Resources } from "./schema/primitives.ts";
import type { VerticalAutoscalePlan } from "./vertical-autoscale.ts";

export function checkFields(
  layers: Layers,
  name: string,
  datastore: Pick<Datastore, "engine" | "database" | "buckets" | "expose">,
  engine: Engine,
): void {
  const place = (key: string) => placeOf(layers, "datastores", name, key);
  const offered: [key: "database" | "buckets", field: "database" | "bucket"][] = [
    ["database", "database"],
    ["buckets", "bucket"],
  ];
  for (const [key, field] of offered) {
    if (datastore[key] === undefined || engine.fields.includes(field)) continue;
    layers.mistakes.push({
      path: place(key),
      got: datastore[key],
      problem: `${datastore.engine} has no ${key}`,
      fix: "remove it",
    });
  }
  for (const port of Object.keys(datastore.expose ?? {})) {
    if (port in engine.ports) continue;
    layers.mistakes.push(
      unknownName(place(`expose.${port}`), port, Object.keys(engine.ports), `${datastore.engine} port`),
    );
  }
}

export function checkScaling(
  layers: Layers,
  name: string,
  {
    servers,
    scaling,
    vertical,
    engine,
  }: { servers: number; scaling: AutoscalePlan; vertical: VerticalAutoscalePlan | undefined; engine: Engine },
): void {
  const place = (...keys: string[]) => placeOf(layers, "datastores", name, ...keys);
  const { cluster } = engine;
  if (cluster?.kind === "operated" || cluster?.failover) {
    layers.mistakes.push({
      path: place("autoscale"),
      problem: "one of the servers leads and the others copy it: more of them take no work off it",
      allowed: "false",
      fix: "remove it, and raise resources where the store is too slow",
    });
  } else if (servers === 1) {
    const least = cluster?.servers;
    layers.mistakes.push({
      path: place("autoscale"),
      problem: "another server would know nothing of the one that there is",
      allowed: least === undefined ? "false: this engine runs as one server here" : `with servers: ${least} or more`,
      fix: least === undefined ? "remove it" : `set servers: ${least}`,
    });
  }
  if (servers > scaling.max) {
    layers.mistakes.push({
      path: place("autoscale", "max"),
      got: scaling.max,
      problem: "the fewest servers are more than the most",
      allowed: `${servers} (servers) or more`,
      fix: "raise it, or lower servers",
    });
  }
  layers.mistakes.push(...withoutFigure(place, scaling));
  if (vertical && vertical.mode !== "off") {
    layers.mistakes.push({
      path: place("verticalAutoscale", "mode"),
      got: vertical.mode,
      problem: "autoscale counts servers by what they use of their request, which this would change under it",
      allowed: "off",
      fix: "use mode: off, which only recommends",
    });
  }
}

/** Its operator makes the pods, and would make them again as its custom resource says. */
export function checkSizing(layers: Layers, name: string, { operator, resource }: Operated): void {
  layers.mistakes.push({
    path: placeOf(layers, "datastores", name, "verticalAutoscale"),
    problem: `${operator.name} runs the servers, and its ${resource.kind} does not tell an autoscaler which pods are its own`,
    allowed: "false",
    fix: "remove it, and set resources",
  });
}

/** @param by the engine, or whoever runs it as several servers */
export function checkSettings(
  layers: Layers,
  name: string,
  settings: Record<string, string>,
  by: Pick<Engine, "settings"> & { operator?: Operated["operator"]; reserved?: Operated["reserved"] },
): void {
  for (const key of Object.keys(settings)) {
    const path = placeOf(layers, "datastores", name, "settings", key);
    if (!by.settings?.test(key)) {
      layers.mistakes.push({
        path,
        problem: by.settings ? "is no name of a setting" : "this engine's settings are fixed",
        allowed: by.settings ? String(by.settings) : undefined,
        fix: "remove it",
      });
    } else if (by.reserved?.test(key)) {
      layers.mistakes.push({ path, problem: `${by.operator?.name} decides it by itself`, fix: "remove it" });
    }
  }
}

export function checkExporter(layers: Layers, name: string, wanted: boolean, engine: Engine): void {
  if (!wanted || engine.exporter) return;
  layers.mistakes.push({
    path: placeOf(layers, "datastores", name, "exporter"),
    got: true,
    problem: "there is no exporter for this engine",
    allowed: "false",
    fix: "remove it",
  });
}

/** Reports each request above its limit. */
export function checkResources(layers: Layers, path: readonly string[], { requests, limits }: Resources): void {
  for (const kind of ["cpu", "memory", "ephemeral-storage"] as const) {
    const [request, limit] = [requests[kind], limits[kind]];
    if (request === undefined || limit === undefined || compareQuantities(request, limit) <= 0) continue;
    layers.mistakes.push({
      path: placeOf(layers, ...path, "resources", "requests", kind),
      got: request,
      problem: "the request is above the limit",
      allowed: `${limit} (resources.limits.${kind}) or less`,
      fix: "lower the request or raise the limit",
    });
  }
}
