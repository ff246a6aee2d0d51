import { hkdfSync } from "node:crypto";
import { engines } from "../components/datastores/engines.ts";
import { type Layers, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import { notificationSecrets } from "./monitoring/notifications.ts";
import type { DatastorePlan, SecretPlan } from "./plan.ts";

/** Shortest stack secret: 32 characters of base64 are 192 bits. */
export const SHORTEST_STACK_SECRET = 32;

/** Name of the secret that holds the password of a private registry. */
export const REGISTRY = "registry";
const REGISTRY_PASSWORD = "it is the password of landfall:registryCredentials";
const NOTIFICATION_SECRET = "landfall:monitoring.alertmanager needs it, and only you know it";
const APPLICATION_SECRET_LENGTH = 48;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** What is known of the secrets in the stack file without their values. */
export interface GivenSecrets {
  /** Length of `landfall:secret`, in characters; left out where it is not set. */
  stackSecretLength?: number;
  /** Names under `landfall:secrets`. */
  names: readonly string[];
}

/** Every secret that the plan needs, and where it comes from. */
export function resolveSecrets(
  layers: Layers,
  datastores: readonly DatastorePlan[],
  ofBackups: readonly Omit<SecretPlan, "version">[],
  given: GivenSecrets,
  stack: string,
): SecretPlan[] {
  const versions = layers.stack.secretVersions ?? {};
  const plans = [
    ...datastores.flatMap(({ name, engine, mode }) => {
      const length = engines[engine].passwordLength;
      if (length === undefined) return [];
      const place = placeOf(layers, "datastores", name);
      const outside =
        mode === "external" ? `"${name}" is external (${place}), so only you know its password` : undefined;
      return [{ name, length, outside }];
    }),
    ...(layers.stack.registryCredentials ? [{ name: REGISTRY, length: 0, outside: REGISTRY_PASSWORD }] : []),
    ...(layers.application.secrets ?? []).map((name) => ({
      name,
      length: APPLICATION_SECRET_LENGTH,
      outside: undefined,
    })),
    ...ofBackups,
    ...notificationSecrets(layers).map((name) => ({ name, length: 0, outside: NOTIFICATION_SECRET })),
  ].map((secret) => ({ ...secret, version: versions[secret.name] ?? 1 }));
  checkSecrets(layers, plans, given, stack);
  return plans;
}

function checkSecrets(layers: Layers, plans: readonly SecretPlan[], given: GivenSecrets, stack: string): void {
  const known = plans.map(({ name }) => name);
  for (const name of given.names.filter((name) => !known.includes(name))) {
    layers.mistakes.push(unknownName(`landfall:secrets.${name}`, name, known, "secret"));
  }
  for (const name of Object.keys(layers.stack.secretVersions ?? {}).filter((name) => !known.includes(name))) {
    layers.mistakes.push(unknownName(`landfall:secretVersions.${name}`, name, known, "secret"));
  }
  const missing = plans.filter(({ name }) => !given.names.includes(name));
  for (const { name, outside } of missing.filter(({ outside }) => outside !== undefined)) {
    layers.mistakes.push({
      path: `landfall:secrets.${name}`,
      problem: `is missing: ${outside}`,
      fix: `npx pulumi config set --secret --path 'landfall:secrets.${name}' --stack ${stack}`,
    });
  }
  if (missing.some(({ outside }) => outside === undefined)) checkStackSecret(layers, given, stack);
}

function checkStackSecret(layers: Layers, { stackSecretLength: length }: GivenSecrets, stack: string): void {
  if (length !== undefined && length >= SHORTEST_STACK_SECRET) return;
  layers.mistakes.push({
    path: "landfall:secret",
    problem:
      length === undefined
        ? "is missing: the passwords of the bundled datastores are derived from it"
        : `has ${length} characters, too few to derive passwords from`,
    allowed: `a secret of ${SHORTEST_STACK_SECRET} characters or more`,
    fix: `npx pulumi config set --secret landfall:secret "$(openssl rand -base64 32)" --stack ${stack}`,
  });
}

/**
 * A password of letters and digits, the same for the same stack secret, name and version, and telling nothing of the
 * others (HKDF-SHA-256, RFC 5869). 32 characters carry 190 bits.
 */
export function deriveSecret(stackSecret: string, { name, version, length }: SecretPlan): string {
  const info = `landfall/${name}/${version}`;
  // A byte of 248 or more would favour the first letters, so those are dropped: four bytes a character are plenty.
  const bytes = new Uint8Array(hkdfSync("sha256", stackSecret, "landfall", info, length * 4));
  const fair = bytes.filter((byte) => byte < 248).subarray(0, length);
  return Array.from(fair, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
