import type { EngineName } from "../components/datastores/engines.ts";
import { type Layers, placeOf } from "./layers.ts";
import { fromZod } from "./mistakes.ts";
import type { DatastorePlan, Link, TierPlan } from "./plan.ts";
import { formatBytes, formatCpu, parseQuantity } from "./quantity.ts";
import {
  type Autoscale,
  type Events,
  events,
  type Trigger,
  type VerticalAutoscale,
  verticalAutoscale,
} from "./schema/autoscale.ts";
import { keysAt } from "./schema/keys.ts";
import type { Resources } from "./schema/primitives.ts";
import type { Tier } from "./schema/tier.ts";

export type AutoscalePlan = Autoscale;
export type VerticalAutoscalePlan = VerticalAutoscale;

export interface EventsPlan extends Omit<Events, "min" | "triggers"> {
  min: number;
  triggers: TriggerPlan[];
}

export type TriggerPlan =
  | { kind: "cpu" | "memory"; use: number }
  | { kind: "redisList"; datastore: string; tls: boolean; list: string; length: number; database: number }
  | { kind: "postgresql"; datastore: string; tls: boolean; query: string; target: number }
  | { kind: "prometheus"; serverAddress: string; query: string; threshold: number };

/** What scales a tier, and its fewest replicas. */
export function resolveScaling(
  layers: Layers,
  name: string,
  tier: Tier,
  datastores: readonly DatastorePlan[],
): Pick<TierPlan, "replicas" | "autoscale" | "verticalAutoscale" | "events"> {
  const vertical = whole(layers, name, "verticalAutoscale", verticalAutoscale, tier.verticalAutoscale);
  if (tier.kind === "singleton") return { replicas: 1, verticalAutoscale: vertical };
  const replicas = tier.replicas ?? layers.profile.replicas;
  const asked = whole(layers, name, "events", events, tier.events);
  const scaled = asked && {
    ...asked,
    min: asked.min ?? replicas,
    triggers: resolveTriggers(layers, { name, uses: tier.uses ?? [] }, asked.triggers, datastores),
  };
  return {
    replicas: scaled?.min ?? replicas,
    autoscale: tier.autoscale || undefined,
    verticalAutoscale: vertical,
    events: scaled,
  };
}

/** A stack may lay a part over nothing; what has no default is then missing. */
function whole<T extends typeof events | typeof verticalAutoscale>(
  layers: Layers,
  name: string,
  key: "events" | "verticalAutoscale",
  schema: T,
  value: unknown,
): ReturnType<T["parse"]> | undefined {
  if (!value) return undefined;
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data as ReturnType<T["parse"]>;
  layers.mistakes.push(...fromZod(parsed.error, `${placeOf(layers, "tiers", name, key)}.`, keysAt(schema)));
  return undefined;
}

interface Client {
  name: string;
  uses: readonly string[];
}

function resolveTriggers(
  layers: Layers,
  client: Client,
  triggers: readonly Trigger[],
  datastores: readonly DatastorePlan[],
): TriggerPlan[] {
  const place = placeOf(layers, "tiers", client.name, "events", "triggers");
  return triggers.flatMap((trigger, index): TriggerPlan[] => {
    if ("cpu" in trigger) return [{ kind: "cpu", use: trigger.cpu }];
    if ("memory" in trigger) return [{ kind: "memory", use: trigger.memory }];
    if ("prometheus" in trigger) return [{ kind: "prometheus", ...trigger.prometheus }];
    const asks = (path: string, from: string, engine: EngineName) =>
      storeOf(layers, `${place}[${index}].${path}.from`, client, from, engine, datastores);
    if ("redisList" in trigger) {
      const { from, database = 0, ...list } = trigger.redisList;
      const store = asks("redisList", from, "redis");
      return store ? [{ kind: "redisList", datastore: from, tls: store.endpoint.tls, ...list, database }] : [];
    }
    const { from, ...query } = trigger.postgresql;
    const store = asks("postgresql", from, "postgres");
    return store ? [{ kind: "postgresql", datastore: from, tls: store.endpoint.tls, ...query }] : [];
  });
}

function storeOf(
  layers: Layers,
  path: string,
  { name, uses }: Client,
  from: string,
  engine: EngineName,
  datastores: readonly DatastorePlan[],
): DatastorePlan | undefined {
  const fitting = datastores.filter((store) => store.engine === engine && uses.includes(store.name));
  const store = datastores.find((store) => store.name === from);
  if (store && fitting.includes(store)) return store;
  if (!store && layers.application.datastores?.[from]) return undefined; // its own mistake is reported
  layers.mistakes.push({
    path,
    got: from,
    problem: !store
      ? `there is no datastore "${from}"`
      : store.engine === engine
        ? `tier "${name}" does not use "${from}"`
        : `"${from}" is ${store.engine}, and the trigger asks ${engine}`,
    allowed: fitting.map((store) => store.name).join(", ") || `nothing, as the tier uses no ${engine}`,
    fix: store?.engine === engine ? `add "${from}" to the tier's uses` : `name a ${engine} that the tier uses`,
  });
  return undefined;
}

/** KEDA's operator asks the datastores of the triggers itself, from its own namespace. */
export function linksOfEvents(
  layers: Layers,
  tiers: readonly TierPlan[],
  datastores: readonly DatastorePlan[],
): Link[] {
  const asked = new Set(
    tiers.flatMap(({ events }) =>
      (events?.triggers ?? []).flatMap((trigger) => ("datastore" in trigger ? [trigger.datastore] : [])),
    ),
  );
  return datastores
    .filter(({ name, mode }) => mode === "bundled" && asked.has(name))
    .map(({ name, endpoint }) => ({
      from: { kind: "keda", namespace: layers.stack.autoscaling?.kedaNamespace ?? "keda" },
      to: { kind: "pods", component: name },
      ports: [endpoint.port],
    }));
}

/** What one pod asks for once the vertical autoscaler has raised it as far as it may. */
export function resourcesAtMost({
  resources,
  verticalAutoscale: vertical,
}: Pick<TierPlan, "resources" | "verticalAutoscale">): Resources {
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
