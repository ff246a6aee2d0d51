/** What a service of a cloud's has not, of all that a stack may ask of it. */
import type { Offer } from "../cloud/managed.ts";
import { type Layers, placeOf } from "./layers.ts";
import type { ManagedPlacement } from "./schema/datastore.ts";

export function checkSecondServer(layers: Layers, name: string, machine: string | undefined, offer: Offer): void {
  if (machine === undefined || !offer.singleServer?.test(machine)) return;
  const sizes = Object.entries(offer.sizes ?? {}).filter(([, machine]) => !offer.singleServer?.test(machine));
  layers.mistakes.push({
    path: placeOf(layers, "datastores", name, "highAvailability"),
    problem: `${offer.service} runs no second server of size ${machine}`,
    allowed: `sizes such as ${sizes.map(([size, machine]) => `${size} (${machine})`).join(", ")}`,
    fix: "choose a larger size, or set highAvailability: false",
  });
}

export function checkIdentity(layers: Layers, name: string, { needs, service }: Offer): void {
  if (needs === undefined) return;
  layers.mistakes.push({
    path: `landfall:${needs}`,
    problem: `is missing: clients of ${service}, as "${name}" is to be, have no password and show who they are by it`,
    fix: `set it; or bundle "${name}", or name the store that you run elsewhere with mode: external`,
  });
}

export function checkProtocol(layers: Layers, name: string, { protocol }: ManagedPlacement, offer: Offer): void {
  if (protocol === offer.protocol) return;
  const path = `landfall:datastores.${name}.protocol`;
  if (offer.protocol === undefined) {
    layers.mistakes.push({
      path,
      got: protocol,
      problem: `${offer.service} speaks what its engine does`,
      fix: "remove it",
    });
    return;
  }
  layers.mistakes.push({
    path,
    got: protocol,
    problem: `${offer.service} speaks "${offer.protocol}", which is not what the engine's usual clients do`,
    allowed: `protocol: ${offer.protocol}; mode: bundled; mode: external`,
    fix: `set protocol: ${offer.protocol} if the application's clients speak it, else bundle the store or name one elsewhere`,
  });
}

export function backupDaysOf(
  layers: Layers,
  name: string,
  { backupRetentionDays: days }: ManagedPlacement,
  offer: Offer,
) {
  const { leastBackupDays = 1, service } = offer;
  if (days !== undefined && days < leastBackupDays) {
    layers.mistakes.push({
      path: placeOf(layers, "datastores", name, "backupRetentionDays"),
      got: days,
      problem: `${service} keeps its backups longer`,
      allowed: `${leastBackupDays} to 35`,
      fix: "raise it, or remove it",
    });
  }
  return days;
}

/** Undefined where the service keeps nothing of what is deleted. */
export function finalSnapshotOf(
  layers: Layers,
  name: string,
  { finalSnapshot, protect }: ManagedPlacement,
  offer: Offer,
): boolean | undefined {
  if (offer.finalSnapshot) return finalSnapshot ?? protect ?? layers.profile.protectData;
  if (finalSnapshot) {
    layers.mistakes.push({
      path: placeOf(layers, "datastores", name, "finalSnapshot"),
      got: finalSnapshot,
      problem: `${offer.service} takes its copies along when it is deleted`,
      allowed: "false",
      fix: "remove it, and copy the data elsewhere before the store goes",
    });
  }
  return undefined;
}
