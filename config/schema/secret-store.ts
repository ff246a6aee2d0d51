/** Where secrets come from, in place of the stack's encrypted config. */
import { z } from "zod";
import { name } from "./primitives.ts";

const NAME_OF_STORE = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

const fields = {
  /** Secrets that come from here; the others are `landfall:secrets` or derived, as without a store. @default all */
  secrets: z.array(name).min(1).optional(),
};

/** What External Secrets needs to find the values, whoever keeps them. */
const remoteFields = {
  ...fields,
  /** How often the store is asked again. @default 1h */
  refreshInterval: z
    .string()
    .regex(/^(\d+(s|m|h))+$/, "a duration such as 30m or 1h")
    .optional(),
  /** What keys begin with: a secret is looked for at `<prefix>/<its name>`. @default the application's name */
  prefix: z.string().min(1).optional(),
  /** Places of secrets that lie elsewhere; without `property` the whole value is the secret. */
  remote: z.record(name, z.strictObject({ key: z.string().min(1), property: z.string().min(1).optional() })).optional(),
  /** Whether Stakater's Reloader restarts pods when a value changes in the store. @default false */
  reloader: z.boolean().optional(),
};

const externalSecrets = z.strictObject({
  kind: z.literal("external-secrets"),
  store: z.strictObject({
    name: z.string().regex(NAME_OF_STORE, "the name of a store"),
    /** @default ClusterSecretStore */
    kind: z.enum(["ClusterSecretStore", "SecretStore"]).optional(),
  }),
  ...remoteFields,
});

const vault = z.strictObject({
  kind: z.literal("vault"),
  server: z.url({ protocol: /^https$/, error: "an address such as https://vault.example.com:8200" }),
  /** Where the key-value engine is mounted. @default secret */
  path: z.string().min(1).optional(),
  /** Version of the key-value engine. @default v2 */
  version: z.enum(["v1", "v2"]).optional(),
  /** Namespace of Vault Enterprise. */
  namespace: z.string().min(1).optional(),
  /** Certificate authority of the server, as PEM. @default those that the operator's image trusts */
  caBundle: z
    .string()
    .regex(/^-----BEGIN CERTIFICATE-----/, "certificates in PEM")
    .optional(),
  auth: z.strictObject({
    /** Role of Vault's Kubernetes auth method; it has to be bound to the ServiceAccount `secret-store`. */
    role: z.string().min(1),
    /** Where that auth method is mounted. @default kubernetes */
    mountPath: z.string().min(1).optional(),
  }),
  ...remoteFields,
});

/** A value as kubeseal prints it: base64, some 700 characters. */
const SEALED = /^[A-Za-z0-9+/]{300,}={0,2}$/;
/** What is not sealed may be a password, and no message repeats it. */
const sealed = z.preprocess(
  (value) => (typeof value === "string" && SEALED.test(value) ? value : "(not shown)"),
  z.string().regex(SEALED, "what kubeseal --raw prints"),
);

const sealedSecrets = z.strictObject({
  kind: z.literal("sealed-secrets"),
  /** Sealed for any Secret of the namespace (`--scope namespace-wide`), by the secret's name. */
  values: z.record(name, sealed),
  ...fields,
});

export const secretStore = z.discriminatedUnion("kind", [externalSecrets, vault, sealedSecrets]);

export type SecretStore = z.output<typeof secretStore>;
export type RemoteStore = Exclude<SecretStore, { kind: "sealed-secrets" }>;
