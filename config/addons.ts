import { placeFor } from "../cloud/clouds.ts";
import { controllers, usualController } from "../components/edge/controllers/controllers.ts";
import { implementations, usualImplementation } from "../components/edge/gateways/implementations.ts";
import {
  type Addon,
  type AddonContext,
  type AddonObject,
  type AddonSecret,
  type Values,
  valueAt,
} from "./addons/addon.ts";
import { ADDON_NAMES, type AddonName, catalogue, settingOf } from "./addons/catalogue.ts";
import { checkSettings } from "./addons/checks.ts";
import type { AddonIdentity, ZonePlan } from "./addons/identity.ts";
import { type Charts, locate } from "./addons/mirror.ts";
import { type AddonNamespacePlan, resolveNamespaces } from "./addons/namespaces.ts";
import { asksForChallenges } from "./dns.ts";
import { fromFolder, fromRegistry, type Registry } from "./images.ts";
import { type Layers, overlay } from "./layers.ts";
import type { AddonSettings } from "./schema/addons.ts";
import { namespaceOf } from "./storage.ts";

/** An add-on to install: one release of a Helm chart, and what goes with it. */
export interface AddonPlan {
  name: AddonName;
  title: string;
  /** As Helm takes it: a name in `repository`, an oci: address, or a path. */
  chart: string;
  repository?: string;
  version: string;
  namespace: string;
  values: Values;
  /** Paths in the values to names of secrets. */
  secretValues: Record<string, string>;
  objects: AddonObject[];
  secrets: AddonSecret[];
  /** Left out where it asks nothing of the cloud, or its values say who it is. */
  identity?: AddonIdentity;
  /** Add-ons of this plan that go first. */
  after: AddonName[];
  /** What the cluster will have by it. */
  brings: { groups: readonly string[]; ingressClass?: string; gatewayClass?: string };
  /** API groups that have to be there. */
  needs: readonly string[];
  /** Whether it may take over what is there already. */
  adopt: boolean;
}

export interface AddonsPlan {
  namespaces: AddonNamespacePlan[];
  /** In the order in which they are installed. */
  list: AddonPlan[];
}

/** Settings of the add-ons that are on. */
export function addonsOf({ stack }: Layers): Map<AddonName, AddonSettings> {
  const on = new Map<AddonName, AddonSettings>();
  for (const name of ADDON_NAMES) {
    const given = stack.addons?.[name];
    if (given) on.set(name, given === true ? {} : (given as AddonSettings));
  }
  return on;
}

/** Namespace of the add-on, if it is on. */
export function namespaceOfAddon(layers: Layers, name: AddonName): string | undefined {
  const settings = addonsOf(layers).get(name);
  return settings && (settings.namespace ?? catalogue[name].namespace);
}

/** Namespace of the add-on that serves the API group, if it is on. */
export function namespaceOfGroup(layers: Layers, group: string): string | undefined {
  const name = ADDON_NAMES.find((name) => catalogue[name].groups.includes(group));
  return name && namespaceOfAddon(layers, name);
}

/** Namespace of the add-on that is this ingress controller or implementation of Gateways, if one is on. */
export function namespaceOfRole(layers: Layers, role: "controller" | "implementation", value: string | undefined) {
  const name = ADDON_NAMES.find((name) => value !== undefined && catalogue[name][role] === value);
  return name && namespaceOfAddon(layers, name);
}

/** Whether an add-on that is on is an ingress controller. */
export function bringsController(layers: Layers): boolean {
  return [...addonsOf(layers).keys()].some((name) => "controller" in catalogue[name]);
}

/** @param charts of the mirror, where that is a folder */
export function resolveAddons(layers: Layers, zones: readonly ZonePlan[], charts?: Charts): AddonsPlan {
  const on = addonsOf(layers);
  const names = ordered([...on.keys()]);
  const contexts = new Map(names.map((name) => [name, contextOf(layers, name, on, zones)]));
  checkSettings(layers, contexts);
  return {
    namespaces: resolveNamespaces(layers, on),
    list: names.map((name) => planOf(layers, name, contexts, charts)),
  };
}

function contextOf(
  layers: Layers,
  name: AddonName,
  on: Map<AddonName, AddonSettings>,
  zones: readonly ZonePlan[],
): AddonContext {
  const { registry } = layers;
  const { edge } = layers.stack;
  return {
    application: namespaceOf(layers),
    settings: on.get(name) as AddonSettings,
    replicas: layers.profile.replicas > 1 ? 2 : 1,
    className: classOf(layers, catalogue[name]) ?? "",
    image: (reference) => fromRegistry(reference, registry),
    has: (other) => on.has(other as AddonName),
    edge: edge.kind,
    place: placeFor(layers)?.place,
    zones,
    challenges: asksForChallenges(layers),
  };
}

function planOf(
  layers: Layers,
  name: AddonName,
  contexts: ReadonlyMap<AddonName, AddonContext>,
  charts?: Charts,
): AddonPlan {
  const addon: Addon = catalogue[name];
  const context = contexts.get(name) as AddonContext;
  const { settings, className } = context;
  const { registry } = layers;
  const monitored = context.has("kube-prometheus-stack") ? (addon.monitored ?? {}) : {};
  const identity = addon.identity?.(context);
  const parts = [
    ...Object.entries({ ...monitored, ...mirrored(addon, registry) }).map(([path, value]) => valueAt(path, value)),
    settings.values,
  ];
  return {
    name,
    title: addon.title,
    ...locate(layers, name, settings.version ?? addon.version, charts),
    namespace: settings.namespace ?? addon.namespace,
    values: parts.reduce<Values>((values, part) => overlay(values, part), addon.values(context)),
    secretValues: { ...addon.secretValues?.(context), ...settings.secretValues },
    objects: addon.objects?.(context) ?? [],
    secrets: addon.secrets?.(context) ?? [],
    identity,
    after: before(name).filter((other) => context.has(other)),
    brings: {
      groups: addon.groups,
      ingressClass: addon.controller && className,
      gatewayClass: addon.implementation && className,
    },
    needs: addon.needs ?? [],
    adopt: settings.adopt ?? false,
  };
}

/** Values that lead the chart's images to the stack's registry. */
function mirrored({ images }: Addon, registry: Registry | undefined): Values {
  if (registry === undefined) return {};
  const repositories = Object.entries(images?.repositories ?? {});
  return {
    ...Object.fromEntries(repositories.map(([path, image]) => [path, fromRegistry(image, registry)])),
    ...Object.fromEntries(
      Object.entries(images?.registries ?? {}).flatMap(([path, folder]) => {
        const from = fromFolder(folder, registry);
        return from === undefined ? [] : [[path, from]];
      }),
    ),
  };
}

/** The class that the stack's edge asks of it, else the one that it usually goes by. */
function classOf({ stack: { edge } }: Layers, { controller, implementation }: Addon): string | undefined {
  if (implementation) {
    const asked = edge.kind === "gateway" ? (edge.gatewayClass ?? "eg") : undefined;
    const isAsked =
      edge.kind === "gateway" && (edge.implementation ?? usualImplementation(asked ?? "")) === implementation;
    return isAsked ? asked : implementations[implementation].classes[0];
  }
  if (!controller) return undefined;
  const ingress = edge.kind === "ingress" ? edge : edge.kind === "gateway" ? edge.fallback : undefined;
  const asked = ingress && (ingress.class ?? "traefik");
  const isAsked = asked !== undefined && (ingress?.controller ?? usualController(asked)) === controller;
  return isAsked ? asked : controllers[controller].classes[0];
}

/** What goes first, if it is on. */
function before(name: AddonName): AddonName[] {
  const { requires = [], follows = [], monitored }: Addon = catalogue[name];
  return [...([...requires, ...follows] as AddonName[]), ...(monitored ? (["kube-prometheus-stack"] as const) : [])];
}

function ordered(names: readonly AddonName[]): AddonName[] {
  const done = new Set<AddonName>();
  const visit = (name: AddonName): void => {
    if (done.has(name)) return;
    for (const first of before(name).filter((other) => names.includes(other))) visit(first);
    done.add(name);
  };
  for (const name of names) visit(name);
  return [...done];
}

/** Whether an add-on of the plan serves the API group. */
export function isBrought({ list }: AddonsPlan, group: string): boolean {
  return list.some(({ brings }) => brings.groups.includes(group));
}

/** For messages: what would bring the controller or implementation, if an add-on does. */
export function settingFor(role: "controller" | "implementation", value: string | undefined): string | undefined {
  const name = ADDON_NAMES.find((name) => value !== undefined && catalogue[name][role] === value);
  return name && settingOf(name);
}

/** Names of the secrets that add-ons take, each once. */
export function addonSecrets({ list }: AddonsPlan): string[] {
  const names = list.flatMap(({ secretValues, secrets }) => [
    ...Object.values(secretValues),
    ...secrets.flatMap(({ data }) => Object.values(data)),
  ]);
  return [...new Set(names)];
}
