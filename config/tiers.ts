import { engines } from "../components/datastores/engines.ts";
import { resolveScaling } from "./autoscale.ts";
import { checkScaling, checkSingleton } from "./autoscale-checks.ts";
import { confinementOf } from "./confinement.ts";
import { checkResources } from "./datastore-checks.ts";
import { checkDisruptionBudget, resolveDisruptionBudget } from "./disruption.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, overlay } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import { storeCalled } from "./moves.ts";
import type { DatastorePlan, EnvValue, ProbePlan, TierPlan } from "./plan.ts";
import { priorityClassOf } from "./priority.ts";
import { schedulingOfTier } from "./scheduling.ts";
import type { Environment, Field, Migration, Probe, Tier } from "./schema/tier.ts";
import { withScratch } from "./scratch.ts";

const DEFAULT_UID = 10_001;

/** The tiers as they will be, each migration as a job of its own before its tier. */
export function resolveTiers(layers: Layers, datastores: readonly DatastorePlan[]): TierPlan[] {
  return Object.keys(layers.application.tiers).flatMap((name) => {
    const tier = overlay(
      overlay(layers.application.tiers[name], layers.forProfile.tiers?.[name]),
      layers.stack.tiers?.[name],
    ) as Tier;
    if (tier.kind === "singleton") checkSingleton(layers, name, tier);
    const plan = resolveTier(layers, name, tier, datastores);
    checkTier(layers, plan);
    if (tier.kind !== "web" || tier.migrate === undefined) return [plan];
    const migration = migrationOf(layers, plan, tier.migrate);
    return [migration, { ...plan, after: [...plan.after, migration.name] }];
  });
}

function resolveTier(layers: Layers, name: string, tier: Tier, datastores: readonly DatastorePlan[]): TierPlan {
  const scaling = resolveScaling(layers, name, tier, datastores);
  return {
    name,
    kind: tier.kind,
    serviceAccount: name,
    mountToken: Object.values(layers.application.roles ?? {}).some((role) =>
      Object.values(role.bindings).some((tiers) => tiers.includes(name)),
    ),
    image: fromRegistry(tier.image, layers.registry),
    command: tier.command,
    args: tier.args,
    uid: tier.uid ?? DEFAULT_UID,
    port: tier.kind === "web" ? tier.port : undefined,
    metricsPort: layers.stack.monitoring && tier.metrics?.port,
    servicePort: tier.kind === "web" ? (tier.servicePort ?? tier.port) : undefined,
    env: resolveEnvironment(layers, name, tier, datastores),
    ...scaling,
    resources: withScratch(tier.resources),
    readiness: tier.readiness && resolveProbe(tier.readiness),
    liveness: tier.liveness && resolveProbe(tier.liveness),
    startup: tier.startup && resolveProbe(tier.startup),
    terminationGracePeriodSeconds: tier.terminationGracePeriodSeconds ?? 30,
    progressDeadlineSeconds: tier.progressDeadlineSeconds ?? 600,
    ...(tier.kind === "singleton" ? {} : resolveDisruptionBudget(layers, name, scaling.replicas)),
    priorityClass: priorityClassOf(layers, name, tier),
    scheduling: schedulingOfTier(layers, name, tier),
    writable: tier.writable ?? ["/tmp"],
    files: tier.files,
    confinement: confinementOf(layers, tier),
    mounts: tier.mounts ?? {},
    near: nearOf(layers, name, tier, datastores),
    after: (tier.uses ?? []).flatMap((used) => storeCalled(datastores, used)?.name ?? []),
  };
}

/** This pod's own worker is asked, by its host's name: another pod's answer does not count. */
function resolveProbe({ celery, ...probe }: Probe): ProbePlan {
  if (celery === undefined) return probe;
  const command = `celery --app ${celery} inspect ping --destination "celery@$HOSTNAME" --timeout 10`;
  return { exec: ["sh", "-c", command], periodSeconds: 30, timeoutSeconds: 15, ...probe };
}

function migrationOf(layers: Layers, tier: TierPlan, migrate: string[] | Migration): TierPlan {
  const { command, image, uid }: Migration = Array.isArray(migrate) ? { command: migrate } : migrate;
  return {
    name: `${tier.name}-migrate`,
    kind: "job",
    serviceAccount: tier.serviceAccount,
    mountToken: false,
    image: image === undefined ? tier.image : fromRegistry(image, layers.registry),
    command,
    uid: uid ?? tier.uid,
    env: tier.env,
    replicas: 1,
    resources: tier.resources,
    terminationGracePeriodSeconds: tier.terminationGracePeriodSeconds,
    progressDeadlineSeconds: tier.progressDeadlineSeconds,
    priorityClass: tier.priorityClass,
    // What is changing the database's schema is not to be cut off.
    scheduling: tier.scheduling?.interruptible ? undefined : tier.scheduling,
    writable: tier.writable,
    files: tier.files,
    confinement: tier.confinement,
    mounts: tier.mounts,
    near: [],
    after: tier.after,
  };
}

function nearOf(layers: Layers, name: string, { near = [] }: Tier, datastores: readonly DatastorePlan[]): string[] {
  const known = Object.keys(layers.application.datastores ?? {});
  for (const store of near.filter((store) => !known.includes(store))) {
    layers.mistakes.push(unknownName(`${layers.source}: tiers.${name}.near`, store, known, "datastore"));
  }
  return near.flatMap((store) => storeCalled(datastores, store)?.name ?? []);
}

function resolveEnvironment(
  layers: Layers,
  tierName: string,
  tier: Tier,
  datastores: readonly DatastorePlan[],
): Record<string, EnvValue> {
  const { application, forProfile, stack, source } = layers;
  const profile = `${source}: profiles.${stack.profile}.`;
  // The later wins: what is said of one tier over what is said of all. A value is replaced as a whole.
  const said: [place: string, environment: Environment | undefined][] = [
    [`${source}: env`, application.env],
    [`${profile}env`, forProfile.env],
    ["landfall:env", stack.env],
    [`${source}: tiers.${tierName}.env`, application.tiers[tierName]?.env],
    [`${profile}tiers.${tierName}.env`, forProfile.tiers?.[tierName]?.env],
    [`landfall:tiers.${tierName}.env`, stack.tiers?.[tierName]?.env],
  ];
  const last = new Map<string, { path: string; value: Environment[string] }>();
  for (const [place, environment = {}] of said) {
    for (const [variable, value] of Object.entries(environment)) {
      last.set(variable, { path: `${place}.${variable}`, value });
    }
  }
  const resolved: Record<string, EnvValue> = {};
  for (const [variable, { path, value }] of last) {
    const result = resolveValue(layers, path, { name: tierName, uses: tier.uses ?? [] }, value, datastores);
    if (result) resolved[variable] = result;
  }
  return resolved;
}

function resolveValue(
  layers: Layers,
  path: string,
  tier: { name: string; uses: readonly string[] },
  value: Environment[string],
  datastores: readonly DatastorePlan[],
): EnvValue | undefined {
  if (typeof value === "string") return { kind: "value", value };
  if ("profile" in value) return { kind: "value", value: String(layers.profile[value.profile]) };
  if ("secret" in value) {
    const known = layers.application.secrets ?? [];
    if (known.includes(value.secret)) return { kind: "secret", secret: value.secret };
    layers.mistakes.push(unknownName(`${path}.secret`, value.secret, known, "secret"));
    return undefined;
  }
  if (!tier.uses.includes(value.from)) {
    layers.mistakes.push({
      path: `${path}.from`,
      got: value.from,
      problem: `tier "${tier.name}" does not use "${value.from}", so no connection would be allowed`,
      allowed: tier.uses.join(", ") || "nothing, as the tier has no uses",
      fix: `add "${value.from}" to the tier's uses, or take the variable out`,
    });
    return undefined;
  }
  const store = storeCalled(datastores, value.from);
  if (store) {
    if (!offers(layers, path, value.field, engines[store.engine].fields, value.from)) return undefined;
    if (value.field === "bucket" && store.endpoint.buckets.length === 0) {
      layers.mistakes.push({
        path: `${path}.field`,
        got: "bucket",
        problem: `"${store.declared}" has no bucket`,
        fix: `name one in datastores.${store.declared}.buckets`,
      });
      return undefined;
    }
    const database = value.database === undefined ? undefined : String(value.database);
    const withTls = store.endpoint.tls ? value.withTls : undefined;
    if (value.withTls && value.field !== "url") {
      layers.mistakes.push({
        path: `${path}.withTls`,
        problem: `field "${value.field}" is no URL, which could say it`,
        fix: "remove it, or take the field url",
      });
    }
    return { kind: "datastore", datastore: store.name, field: value.field, database, ...(withTls ? { withTls } : {}) };
  }
  const target = layers.application.tiers[value.from];
  if (target?.kind !== "web") return undefined; // reported as a dangling `uses`
  const port = target.servicePort ?? target.port;
  const fields = { url: `http://${value.from}:${port}`, host: value.from, port: String(port) };
  if (!offers(layers, path, value.field, Object.keys(fields) as Field[], value.from)) return undefined;
  return { kind: "value", value: fields[value.field as keyof typeof fields] };
}

function offers(layers: Layers, path: string, field: Field, offered: readonly Field[], from: string): boolean {
  if (offered.includes(field)) return true;
  const mistake = unknownName(`${path}.field`, field, offered, "field");
  layers.mistakes.push({ ...mistake, problem: `"${from}" has no field "${field}"` });
  return false;
}

function checkTier(layers: Layers, tier: TierPlan): void {
  checkResources(layers, ["tiers", tier.name], tier.resources);
  checkScaling(layers, tier);
  checkDisruptionBudget(layers, tier);
}
