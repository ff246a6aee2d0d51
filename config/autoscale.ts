import type { EngineName } from "../components/datastores/engines.ts";
import { namespaceOfAddon } from "./addons.ts";
import { type Layers, placeOf, whole } from "./layers.ts";
import { storeCalled } from "./moves.ts";
import type { DatastorePlan, Link, TierPlan } from "./plan.ts";
import { type Autoscale, type Events, events, type Trigger } from "./schema/autoscale.ts";
import type { Tier } from "./schema/tier.ts";
import { dialledComponent } from "./servers.ts";
import { resolveVertical } from "./vertical-autoscale.ts";

export type AutoscalePlan = Autoscale;

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
  const vertical = resolveVertical(layers, ["tiers", name], tier.verticalAutoscale);
  if (tier.kind === "singleton") return { replicas: 1, verticalAutoscale: vertical };
  const replicas = tier.replicas ?? layers.profile.replicas;
  const asked = whole(layers, ["tiers", name, "events"], events, tier.events);
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
      return store ? [{ kind: "redisList", datastore: store.name, tls: store.endpoint.tls, ...list, database }] : [];
    }
    const { from, ...query } = trigger.postgresql;
    const store = asks("postgresql", from, "postgres");
    return store ? [{ kind: "postgresql", datastore: store.name, tls: store.endpoint.tls, ...query }] : [];
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
  const fitting = datastores.filter((store) => store.engine === engine && uses.includes(store.declared));
  const store = storeCalled(datastores, from);
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
    allowed: fitting.map((store) => store.declared).join(", ") || `nothing, as the tier uses no ${engine}`,
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
    .filter((store) => store.mode === "bundled")
    .filter(({ name }) => asked.has(name))
    .map((store) => ({
      from: {
        kind: "keda",
        namespace: layers.stack.autoscaling?.kedaNamespace ?? namespaceOfAddon(layers, "keda") ?? "keda",
      },
      to: { kind: "pods", component: dialledComponent(store) },
      ports: [store.endpoint.port],
    }));
}
