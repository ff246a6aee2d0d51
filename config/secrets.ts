import { hkdfSync } from "node:crypto";
import { engines } from "../components/datastores/engines.ts";
import { type AddonsPlan, addonSecrets } from "./addons.ts";
import { type Layers, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import { notificationSecrets } from "./monitoring/notifications.ts";
import type { DatastorePlan, Plan, SecretPlan } from "./plan.ts";
import { checkSecretStore, isStored, resolveSecretStore } from "./secret-store.ts";

/** Shortest stack secret: 32 characters of base64 are 192 bits. */
export const SHORTEST_STACK_SECRET = 32;

/** Name of the secret that holds the password of a private registry. */
export const REGISTRY = "registry";
const REGISTRY_PASSWORD = "it is the password of landfall:registryCredentials";
const NOTIFICATION_SECRET = "landfall:monitoring.alertmanager needs it, and only you know it";
const ADDON_SECRET = "landfall:addons needs it, and only you know it";
const APPLICATION_SECRET_LENGTH = 48;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Name of the secret that the servers of a store know each other by, where one of them leads. */
export function peersSecretOf(datastore: string): string {
  return `${datastore}-peers`;
}

/** What is known of the secrets in the stack file without their values. */
export interface GivenSecrets {
  /** Length of `landfall:secret`, in characters; left out where it is not set. */
  stackSecretLength?: number;
  /** Names under `landfall:secrets`. */
  names: readonly string[];
}

interface Wanted extends Pick<SecretPlan, "name" | "length" | "derivedAs" | "outside"> {
  /** Whether this program needs its value, so that no store can have it alone. @default false */
  ours?: boolean;
}

/** One for each store; two that follow each other share one, unless the next is somebody else's. */
function passwordsOf(layers: Layers, datastores: readonly DatastorePlan[]): Wanted[] {
  const wanted = new Map<string, Wanted>();
  for (const { declared, secret, engine, mode } of datastores) {
    const length = engines[engine].passwordLength;
    if (length === undefined) continue;
    const place = placeOf(layers, "datastores", declared);
    const outside =
      mode === "external" ? `"${declared}" is external (${place}), so only you know its password` : undefined;
    const other = wanted.get(secret);
    wanted.set(secret, {
      name: secret,
      length,
      derivedAs: declared,
      outside: other?.outside ?? outside,
      // A cloud is told the password by this program, so no operator's store can have it alone.
      ours: other?.ours || mode === "managed",
    });
  }
  return [...wanted.values()];
}

/** Every secret that the plan needs, and the store that some come from. */
export function resolveSecrets(
  layers: Layers,
  { datastores, addons }: { datastores: readonly DatastorePlan[]; addons: AddonsPlan },
  ofBackups: readonly Pick<SecretPlan, "name" | "length" | "outside">[],
  given: GivenSecrets,
  stack: string,
): Pick<Plan, "secrets" | "secretStore"> {
  const versions = layers.stack.secretVersions ?? {};
  const wanted: Wanted[] = [
    ...passwordsOf(layers, datastores),
    ...datastores.flatMap((store) => {
      const { cluster } = engines[store.engine];
      if (store.mode !== "bundled" || !store.failover || cluster?.kind !== "peers" || !cluster.failover) return [];
      return [{ name: peersSecretOf(store.name), length: cluster.failover.passwordLength }];
    }),
    ...(layers.stack.registryCredentials ? [{ name: REGISTRY, length: 0, outside: REGISTRY_PASSWORD }] : []),
    ...(layers.application.secrets ?? []).map((name) => ({ name, length: APPLICATION_SECRET_LENGTH })),
    ...addonSecrets(addons).map((name) => ({ name, length: 0, outside: ADDON_SECRET, ours: true })),
    ...ofBackups,
    ...notificationSecrets(layers).map((name) => ({ name, length: 0, outside: NOTIFICATION_SECRET })),
  ];
  const plans = wanted.map(({ name, length, derivedAs = name, outside, ours }) => ({
    name,
    length,
    ...(derivedAs === name ? {} : { derivedAs }),
    outside,
    version: versions[derivedAs] ?? 1,
    stored: !ours && isStored(layers, name),
  }));
  checkSecrets(layers, plans, given, stack);
  return { secrets: plans, secretStore: resolveSecretStore(layers, plans) };
}

function checkSecrets(layers: Layers, plans: readonly SecretPlan[], given: GivenSecrets, stack: string): void {
  const known = plans.map(({ name }) => name);
  for (const name of given.names.filter((name) => !known.includes(name))) {
    layers.mistakes.push(unknownName(`landfall:secrets.${name}`, name, known, "secret"));
  }
  for (const name of Object.keys(layers.stack.secretVersions ?? {}).filter((name) => !known.includes(name))) {
    layers.mistakes.push(unknownName(`landfall:secretVersions.${name}`, name, known, "secret"));
  }
  checkSecretStore(layers, plans, given, stack);
  const missing = plans.filter(({ name, stored }) => !stored && !given.names.includes(name));
  for (const { name, outside } of missing.filter(({ outside }) => outside !== undefined)) {
    layers.mistakes.push({
      path: `landfall:secrets.${name}`,
      problem: `is missing: ${outside}`,
      fix: `npx pulumi config set --secret --path 'landfall:secrets.${name}' --stack ${stack}`,
    });
  }
  const derived = missing.filter(({ outside }) => outside === undefined).map(({ name }) => name);
  if (derived.length > 0) checkStackSecret(layers, derived, given, stack);
}

function checkStackSecret(
  layers: Layers,
  derived: readonly string[],
  { stackSecretLength: length }: GivenSecrets,
  stack: string,
): void {
  if (length !== undefined && length >= SHORTEST_STACK_SECRET) return;
  const what = layers.stack.secretStore
    ? `${derived.join(", ")}, which landfall:secretStore.secrets leaves out, would be`
    : "the passwords of the bundled datastores are";
  layers.mistakes.push({
    path: "landfall:secret",
    problem:
      length === undefined
        ? `is missing: ${what} derived from it`
        : `has ${length} characters, too few to derive passwords from`,
    allowed: `a secret of ${SHORTEST_STACK_SECRET} characters or more`,
    fix: `npx pulumi config set --secret landfall:secret "$(openssl rand -base64 32)" --stack ${stack}`,
  });
}

/**
 * A password of letters and digits, the same for the same stack secret, name and version, and telling nothing of the
 * others (HKDF-SHA-256, RFC 5869). 32 characters carry 190 bits.
 */
export function deriveSecret(
  stackSecret: string,
  { name, derivedAs = name, version, length }: Pick<SecretPlan, "name" | "derivedAs" | "version" | "length">,
): string {
  const info = `landfall/${derivedAs}/${version}`;
  // A byte of 248 or more would favour the first letters, so those are dropped: four bytes a character are plenty.
  const bytes = new Uint8Array(hkdfSync("sha256", stackSecret, "landfall", info, length * 4));
  const fair = bytes.filter((byte) => byte < 248).subarray(0, length);
  return Array.from(fair, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
