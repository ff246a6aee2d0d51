import { managerOf } from "../cloud/clouds.ts";
import type { Manager, Offer } from "../cloud/managed.ts";
import { certificatesPath, type Engine } from "../components/datastores/engine.ts";
import type { EngineName } from "../components/datastores/engines.ts";
import { databaseOf } from "./datastores.ts";
import { type Layers, placeOf } from "./layers.ts";
import { PRIVATE } from "./links.ts";
import { backupDaysOf, checkIdentity, checkProtocol, checkSecondServer, finalSnapshotOf } from "./managed-checks.ts";
import { unknownName } from "./mistakes.ts";
import { isCopying } from "./moves.ts";
import type { DatastorePlan, Link, ManagedDatastore, Plan, TierPlan } from "./plan.ts";
import { parseQuantity } from "./quantity.ts";
import type { Datastore, ManagedPlacement } from "./schema/datastore.ts";

/** In thousandths of a byte, as quantities are counted. */
const GIB = parseQuantity("1Gi");

/** A store that the stack's cloud runs; undefined where it cannot, which is reported. */
export function resolveManaged(
  layers: Layers,
  name: string,
  datastore: Datastore,
  engine: Engine,
  placement: ManagedPlacement,
): ManagedDatastore | undefined {
  const manager = managerOf(layers.stack.cluster);
  const offer = manager?.offers[datastore.engine as EngineName];
  if (!manager || !offer) {
    layers.mistakes.push({
      path: placeOf(layers, "datastores", name, "mode"),
      got: "managed",
      problem: manager
        ? `${manager.title} runs no ${datastore.engine} for its customers`
        : `cluster provider "${layers.stack.cluster.provider}" has no cloud that could manage "${name}"`,
      allowed: "bundled, external",
      fix: manager
        ? "bundle it, or name the store that you run elsewhere with mode: external"
        : "bundle it, name the store that you run elsewhere with mode: external, or a cloud with landfall:cluster.cloud",
    });
    return undefined;
  }
  const production = layers.stack.profile === "production";
  const machine = machineOf(layers, name, placement, offer);
  const highAvailability = placement.highAvailability ?? production;
  if (highAvailability) checkSecondServer(layers, name, machine, offer);
  checkProtocol(layers, name, placement, offer);
  checkIdentity(layers, name, offer);
  return {
    name,
    declared: name,
    secret: name,
    mode: "managed",
    engine: datastore.engine as EngineName,
    endpoint: {
      port: offer.port,
      username: offer.username,
      database: databaseOf(layers, datastore),
      buckets: datastore.buckets ?? [],
      tls: true,
      options: offer.options,
      srv: offer.srv,
      oneDatabase: offer.oneDatabase,
      certificates: offer.ownAuthority ? certificatesPath(name) : undefined,
    },
    version: versionOf(layers, name, datastore, placement, offer),
    machine,
    storageGiB: storageOf(layers, name, placement.storage ?? datastore.storage ?? engine.defaults.storage, offer),
    highAvailability,
    backupRetentionDays: backupDaysOf(layers, name, placement, offer) ?? (production ? 30 : 7),
    protect: placement.protect ?? layers.profile.protectData,
    finalSnapshot: finalSnapshotOf(layers, name, placement, offer),
    settings: settingsOf(layers, name, placement, offer),
    access: accessOf(layers, name, placement, offer),
    ...reachOf(manager, offer),
  };
}

/** Tiers that show who they are reach whoever hands out the proof. */
export function linksOfIdentity(
  { stack }: Layers,
  tiers: readonly TierPlan[],
  { datastores, moves }: Pick<Plan, "datastores" | "moves">,
): Link[] {
  const credentials = managerOf(stack.cluster)?.credentials;
  if (!credentials) return [];
  const { cidrs, except, ports } = credentials;
  const copies = moves.filter((move) => isCopying(move) && [move.from, move.to].some(asksWho));
  const names = datastores.filter(asksWho).map(({ name }) => name);
  return [...tiers.filter(({ after }) => names.some((name) => after.includes(name))), ...copies].map(({ name }) => ({
    from: { kind: "pods", component: name },
    to: { kind: "addresses", name: "credentials", cidrs, except },
    ports,
  }));
}

/** Whether its clients show who they are, rather than a password. */
export function asksWho(store: DatastorePlan): store is ManagedDatastore {
  return store.mode === "managed" && store.access === "identity";
}

/** What the application asks for, if the cloud has it; `7` is the newest of the cloud's 7s. */
function versionOf(layers: Layers, name: string, datastore: Datastore, placement: ManagedPlacement, offer: Offer) {
  // An application's 16-bookworm is an image of 16.
  const wanted = placement.version ?? datastore.version?.replace(/-.*$/, "");
  if (!offer.versions) return undefined;
  const version =
    wanted === undefined
      ? offer.versions[0]
      : offer.versions.find((known) => known === wanted || known.startsWith(`${wanted}.`));
  if (version !== undefined) return version;
  const place = placeOf(layers, "datastores", name, "version");
  layers.mistakes.push({
    ...unknownName(place, String(wanted), offer.versions, `version of ${offer.service}`),
    fix: `set landfall:datastores.${name}.version to one of these`,
  });
  return undefined;
}

function machineOf(layers: Layers, name: string, { size, machine }: ManagedPlacement, offer: Offer) {
  const place = (key: string) => placeOf(layers, "datastores", name, key);
  if (!offer.sizes) {
    for (const [key, got] of Object.entries({ size, machine }).filter(([, got]) => got !== undefined)) {
      layers.mistakes.push({ path: place(key), got, problem: `${offer.service} has no sizes`, fix: "remove it" });
    }
    return undefined;
  }
  if (machine === undefined) return offer.sizes[size ?? (layers.stack.profile === "dev" ? "small" : "medium")];
  if (size !== undefined) {
    layers.mistakes.push({
      path: place("machine"),
      got: machine,
      problem: "size is set too, and each names a size",
      fix: "remove one of the two",
    });
  }
  if (!offer.machines?.test(machine)) {
    layers.mistakes.push({
      path: place("machine"),
      got: machine,
      problem: `is no size of ${offer.service}`,
      allowed: `names such as ${Object.values(offer.sizes).join(", ")}`,
      fix: "use the cloud's own name of a size, or size: small, medium or large",
    });
  }
  return machine;
}

function storageOf(layers: Layers, name: string, storage: string, offer: Offer): number {
  const { leastStorageGiB = 0, volumesGiB } = offer;
  const wanted = Number((parseQuantity(storage) + GIB - 1n) / GIB);
  // What an application asks for in a cluster may be less than a cloud gives.
  if (!volumesGiB) return Math.max(wanted, leastStorageGiB);
  const volume = volumesGiB.find((size) => size >= wanted);
  if (volume !== undefined) return volume;
  layers.mistakes.push({
    path: placeOf(layers, "datastores", name, "storage"),
    got: storage,
    problem: `${offer.service} has no volume of that size`,
    allowed: volumesGiB.map((size) => `${size}Gi`).join(", "),
    fix: "ask for less",
  });
  return wanted;
}

function settingsOf(layers: Layers, name: string, placement: ManagedPlacement, offer: Offer): Record<string, string> {
  const settings: Record<string, string> = { ...placement.settings };
  for (const key of Object.keys(settings).filter((key) => !offer.settings?.test(key))) {
    layers.mistakes.push({
      path: placeOf(layers, "datastores", name, "settings", key),
      problem: offer.settings ? "is no name of a setting" : `${offer.service} has no settings`,
      fix: "remove it",
    });
  }
  return settings;
}

function accessOf(layers: Layers, name: string, placement: ManagedPlacement, offer: Offer): "identity" | "password" {
  const access = placement.access ?? (offer.access[0] as "identity" | "password");
  if (!offer.access.includes(access)) {
    layers.mistakes.push({
      path: placeOf(layers, "datastores", name, "access"),
      got: access,
      problem: `clients of ${offer.service} cannot show who they are in this way`,
      allowed: offer.access.join(", "),
      fix: "use one of these, or remove it",
    });
  }
  return access;
}

function reachOf({ cidrs }: Manager, { reached }: Offer): { cidrs: string[]; except?: string[] } {
  return reached === "in the network" ? { cidrs: [...cidrs] } : { cidrs: ["0.0.0.0/0"], except: [...PRIVATE] };
}
