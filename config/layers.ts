import type { z } from "zod";
import { imageCachesOf, poolsOf, type StorageClasses, storageOf } from "../cloud/clouds.ts";
import type { Registry } from "./images.ts";
import type { Mistake } from "./mistakes.ts";
import { fromZod, isMapping, unknownName } from "./mistakes.ts";
import type { PoolFacts } from "./nodes.ts";
import { type Profile, profiles } from "./profiles.ts";
import { keysAt } from "./schema/keys.ts";
import type { Application, Overrides, Stack } from "./schema.ts";

/** The three layers, and the mistakes found so far. */
export interface Layers {
  application: Application;
  /** What the application says for this profile. */
  forProfile: Overrides;
  stack: Stack;
  profile: Profile;
  /** Kinds of volumes: the cluster's own, and those that the stack adds. */
  storage: StorageClasses;
  /** Where images come from in place of their own registries. */
  registry?: Registry;
  /** The cluster's node pools by name. */
  pools: Readonly<Record<string, PoolFacts>>;
  /** File of the application, for messages. */
  source: string;
  mistakes: Mistake[];
}

export function layersOf(application: Application, stack: Stack, source: string): Layers {
  return {
    application,
    forProfile: application.profiles?.[stack.profile] ?? {},
    stack,
    profile: profiles[stack.profile],
    storage: storageOf(stack.cluster),
    registry: stack.registry ?? registryOf(application, stack),
    pools: poolsOf(stack.cluster),
    source,
    mistakes: [],
  };
}

/** Of a cluster of the stack's own. */
export function clusterName({ application, stack }: Layers, { name }: { name?: string }): string {
  return name ?? `${application.name}-${stack.profile}`;
}

/** The copies that the cluster's cloud keeps, if it keeps any. */
function registryOf({ name }: Application, { cluster, profile }: Stack): Registry | undefined {
  const caches = imageCachesOf(cluster, `${name}-${profile}`);
  return caches.length > 0 ? Object.fromEntries(caches.map(({ host, from }) => [host, from])) : undefined;
}

/** `over` laid on `base`: mappings key by key, all else replaced; nothing where `over` says nothing. */
export function overlay<T>(base: T, over: unknown): T {
  if (over === undefined) return base;
  if (!isMapping(base) || !isMapping(over)) return over as T;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = overlay(merged[key], value);
  return merged as T;
}

/** What was laid together at `path`, if anything; a part laid over nothing lacks what has no default, which is reported. */
export function whole<S extends z.ZodType>(
  layers: Layers,
  path: readonly string[],
  schema: S,
  value: unknown,
): z.output<S> | undefined {
  if (!value) return undefined;
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  layers.mistakes.push(...fromZod(parsed.error, `${placeOf(layers, ...path)}.`, keysAt(schema)));
  return undefined;
}

/** Names the place that decided the value at `path`: the stack file if it says anything there, else the application. */
export function placeOf(layers: Layers, ...path: string[]): string {
  const inStack = dig(layers.stack, path) !== undefined;
  const inProfile = dig(layers.forProfile, path) !== undefined;
  const dotted = path.join(".");
  if (inStack) return `landfall:${dotted}`;
  if (inProfile) return `${layers.source}: profiles.${layers.stack.profile}.${dotted}`;
  return `${layers.source}: ${dotted}`;
}

/** Reports tiers and datastores that an override names and the application does not have. */
export function checkOverrideNames(layers: Layers): void {
  for (const kind of ["tiers", "datastores", "volumes"] as const) {
    const known = Object.keys(layers.application[kind] ?? {});
    const overrides = { ...layers.forProfile[kind], ...layers.stack[kind] };
    for (const name of Object.keys(overrides)) {
      if (known.includes(name)) continue;
      layers.mistakes.push(unknownName(placeOf(layers, kind, name), name, known, kind.slice(0, -1)));
    }
  }
}

function dig(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), value);
}
