import type { Layers } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import type { SecretPlan } from "./plan.ts";
import type { GivenSecrets } from "./secrets.ts";
import { namespaceOf } from "./storage.ts";

/** The operator that makes Secrets in the cluster, and what it has to be told of each secret, by name. */
export type SecretStorePlan = RemoteStorePlan | SealedStorePlan;

/** External Secrets reads the values where `store` says. */
export interface RemoteStorePlan {
  kind: "external-secrets";
  store: { name: string; kind: "ClusterSecretStore" | "SecretStore" };
  refreshInterval: string;
  reloader: boolean;
  /** The store that is made; left out where it is there already. */
  vault?: VaultPlan;
  remote: Record<string, RemotePlace>;
}

/** Sealed Secrets decrypts them. */
export interface SealedStorePlan {
  kind: "sealed-secrets";
  values: Record<string, string>;
}

export interface RemotePlace {
  key: string;
  /** Left out where the whole value is the secret. */
  property?: string;
}

export interface VaultPlan {
  server: string;
  path: string;
  version: "v1" | "v2";
  namespace?: string;
  /** PEM. */
  caBundle?: string;
  role: string;
  mountPath: string;
}

const PATH = "landfall:secretStore";

/** The account that Vault's role is bound to; its name is fixed, for Vault is told it. */
export const VAULT_ACCOUNT = "secret-store";

/** Whether the secret `name` comes from the stack's store. */
export function isStored({ stack: { secretStore: store } }: Layers, name: string): boolean {
  return store !== undefined && (store.secrets?.includes(name) ?? true);
}

export function resolveSecretStore(layers: Layers, secrets: readonly SecretPlan[]): SecretStorePlan | undefined {
  const given = layers.stack.secretStore;
  if (!given) return undefined;
  const names = secrets.filter(({ stored }) => stored).map(({ name }) => name);
  if (given.kind === "sealed-secrets") return { kind: given.kind, values: given.values };
  const application = layers.application.name;
  const { refreshInterval = "1h", reloader = false, prefix = application, remote = {} } = given;
  const common = {
    kind: "external-secrets" as const,
    refreshInterval,
    reloader,
    remote: Object.fromEntries(
      names.map((name) => [name, remote[name] ?? { key: `${prefix}/${name}`, property: "password" }]),
    ),
  };
  if (given.kind === "external-secrets") {
    return { ...common, store: { name: given.store.name, kind: given.store.kind ?? "ClusterSecretStore" } };
  }
  const { server, path = "secret", version = "v2", namespace, caBundle, auth } = given;
  const { role, mountPath = "kubernetes" } = auth;
  return {
    ...common,
    store: { name: application, kind: "SecretStore" },
    vault: { server, path, version, namespace, caBundle, role, mountPath },
  };
}

/** Reports what the store and the stack both claim to have, and what the store lacks. */
export function checkSecretStore(
  layers: Layers,
  secrets: readonly SecretPlan[],
  given: GivenSecrets,
  stack: string,
): void {
  const store = layers.stack.secretStore;
  if (!store) return;
  const known = secrets.map(({ name }) => name);
  const stored = secrets.filter((secret) => secret.stored).map(({ name }) => name);
  for (const name of (store.secrets ?? []).filter((name) => !known.includes(name))) {
    layers.mistakes.push(unknownName(`${PATH}.secrets`, name, known, "secret"));
  }
  for (const { name } of secrets.filter(({ name, stored }) => store.secrets?.includes(name) && !stored)) {
    layers.mistakes.push({
      path: `${PATH}.secrets`,
      got: name,
      problem: "is managed: the cloud is told its password when it makes it",
      fix: "remove it; it is derived from landfall:secret, or set it under landfall:secrets",
    });
  }
  const [key, places] = store.kind === "sealed-secrets" ? ["values", store.values] : ["remote", store.remote ?? {}];
  for (const name of Object.keys(places).filter((name) => !stored.includes(name))) {
    layers.mistakes.push(
      known.includes(name)
        ? {
            path: `${PATH}.${key}.${name}`,
            problem: `"${name}" is not among ${PATH}.secrets`,
            allowed: stored.join(", "),
            fix: "add it there, or remove it here",
          }
        : unknownName(`${PATH}.${key}.${name}`, name, known, "secret"),
    );
  }
  for (const name of stored.filter((name) => given.names.includes(name))) {
    layers.mistakes.push({
      path: `landfall:secrets.${name}`,
      problem: `comes from ${PATH} already`,
      fix: `npx pulumi config rm --path 'landfall:secrets.${name}' --stack ${stack}, or name the others only in ${PATH}.secrets`,
    });
  }
  for (const name of stored.filter((name) => layers.stack.secretVersions?.[name] !== undefined)) {
    layers.mistakes.push({
      path: `landfall:secretVersions.${name}`,
      problem: `rotates a derived secret, and this one comes from ${PATH}`,
      fix: "remove it, and change the value in the store",
    });
  }
  if (store.kind === "sealed-secrets") checkSealed(layers, store.values, stored, stack);
  if (store.kind === "vault" && VAULT_ACCOUNT in layers.application.tiers) {
    layers.mistakes.push({
      path: `${layers.source}: tiers.${VAULT_ACCOUNT}`,
      got: VAULT_ACCOUNT,
      problem: "the name is that of the account which reads from Vault",
      fix: "rename the tier",
    });
  }
}

function checkSealed(layers: Layers, values: Record<string, string>, stored: readonly string[], stack: string): void {
  const seal = `kubeseal --raw --scope namespace-wide --namespace ${namespaceOf(layers)}`;
  for (const name of stored.filter((name) => values[name] === undefined)) {
    const path = `${PATH}.values.${name}`;
    layers.mistakes.push({
      path,
      problem: "is missing: the secret, sealed for the cluster",
      fix: `npx pulumi config set --plaintext --path '${path}' "$(printf %s "$SECRET" | ${seal})" --stack ${stack}`,
    });
  }
}
