/**
 * What an application and a stack file may say. The schema is strict: a key that is not here is a mistake. Types are
 * inferred from it. Fields are optional where a default exists; `resolve.ts` puts the defaults in, layer by layer.
 */
import { z } from "zod";
import { QUANTITY } from "./quantity.ts";

const name = z.string().regex(/^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 40");
const QUANTITY_FORM = "a Kubernetes quantity such as 500m, 2, 512Mi or 10Gi";
const quantityText = z.string().regex(QUANTITY, QUANTITY_FORM);
const quantity = z.union([quantityText, z.number().transform(String).pipe(quantityText)], QUANTITY_FORM);
const port = z.int().min(1).max(65_535);
const percent = z.int().min(1).max(100);
const seconds = z.int().min(0).max(86_400);
const cidr = z.union([z.cidrv4(), z.cidrv6()], "an address range such as 10.0.0.0/16 or 203.0.113.7/32");
const hostname = z
  .string()
  .regex(/^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "a host name");
const image = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:/-]*(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/, "an image with a tag or digest")
  .refine((reference) => !reference.endsWith(":latest"), "a pinned tag or digest, not latest");

export const PROFILES = ["dev", "staging", "production"] as const;
export const profileName = z.enum(PROFILES);

const resources = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }),
  limits: z.strictObject({ cpu: quantity, memory: quantity }),
});
const resourcesOverride = z.strictObject({
  requests: resources.shape.requests.partial().optional(),
  limits: resources.shape.limits.partial().optional(),
});

const probe = z
  .strictObject({
    /** Path of an HTTP check on the tier's port. */
    http: z.string().startsWith("/").optional(),
    /** Command of an exec check. */
    exec: z.array(z.string()).min(1).optional(),
    /** @default 10 */
    periodSeconds: z.int().min(1).optional(),
    /** @default 5 */
    timeoutSeconds: z.int().min(1).optional(),
    /** @default 3 */
    failureThreshold: z.int().min(1).optional(),
  })
  .refine((value) => (value.http === undefined) !== (value.exec === undefined), "either http or exec");

/** At most so many percent or pods, whichever is more when growing and less when shrinking, in each period. */
const scaling = z.strictObject({
  percent,
  pods: z.int().min(1),
  periodSeconds: z.int().min(1).max(1800),
  /** How long the figure has to hold first. @default 0 up, 300 down */
  stabilizationSeconds: z.int().min(0).max(3600).optional(),
});

const AUTOSCALE_FORMS = "false, or a mapping with max and cpu, memory or both";
const autoscale = z.strictObject({
  /** Most replicas. The fewest are the tier's `replicas`. */
  max: z.int().min(1),
  /** Target use of the CPU request, percent. */
  cpu: percent.optional(),
  /** Target use of the memory request, percent. */
  memory: percent.optional(),
  scaleUp: scaling.optional(),
  scaleDown: scaling.optional(),
});

export const FIELDS = ["url", "host", "port", "username", "password", "database", "bucket"] as const;
export type Field = (typeof FIELDS)[number];

const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a name of letters, digits and underscores"),
  z.union(
    [
      z.string(),
      z.number().transform(String),
      z.boolean().transform(String),
      /** A field of the connection to a datastore or tier that this tier uses. */
      z.strictObject({ from: name, field: z.enum(FIELDS), database: z.union([z.string(), z.int()]).optional() }),
      /** One of the application's secrets. */
      z.strictObject({ secret: name }),
      /** A setting of the profile. */
      z.strictObject({ profile: z.enum(["logLevel", "debug"]) }),
    ],
    "a text, a number, true, false, or a mapping { from, field }, { secret } or { profile }",
  ),
);

const tierFields = {
  image,
  command: z.array(z.string()).optional(),
  args: z.array(z.string()).optional(),
  /** User and group that the containers run as; never root. @default 10001 */
  uid: z.int().min(1).optional(),
  /** Datastores and tiers that this tier calls: environment, network policies and start order follow from it. */
  uses: z.array(name).optional(),
  env: environment.optional(),
  /** Replicas; the fewest where the tier scales. @default the profile's */
  replicas: z.int().min(1).optional(),
  resources,
  autoscale: z.union([autoscale, z.literal(false)], AUTOSCALE_FORMS).optional(),
  readiness: probe.optional(),
  liveness: probe.optional(),
  startup: probe.optional(),
  /** How long running work may take to finish after the signal to stop. @default 30 */
  terminationGracePeriodSeconds: seconds.optional(),
  /** Pods that a voluntary disruption must leave running. @default 1 where there are two or more replicas */
  minAvailable: z.int().min(1).optional(),
  /** Directories that the containers may write to; everything else is read-only. @default ["/tmp"] */
  writable: z.array(z.string().startsWith("/")).optional(),
};

const web = z.strictObject({
  kind: z.literal("web"),
  ...tierFields,
  port,
  /** Path prefix under the edge's host. Left out: reachable inside the cluster only. */
  route: z.string().startsWith("/").optional(),
  /** Command that brings the database up to date, run once to its end before a new version serves. */
  migrate: z.array(z.string()).min(1).optional(),
});
const worker = z.strictObject({ kind: z.literal("worker"), ...tierFields });
const singleton = z.strictObject({ kind: z.literal("singleton"), ...tierFields }).omit({
  replicas: true,
  autoscale: true,
  minAvailable: true,
});
const tier = z.discriminatedUnion("kind", [web, worker, singleton]);

const datastoreFields = {
  version: z.coerce.string().optional(),
  storage: quantity.optional(),
  resources: resources.optional(),
  /** Database that is made for the application (postgres). @default the application's name */
  database: z
    .string()
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, "lower-case letters, digits and underscores")
    .optional(),
  /** Buckets that are made for the application (objectstore); the first is the connection's `bucket`. */
  buckets: z.array(z.string().regex(/^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/, "a bucket name")).optional(),
  /** Host prefixes under the edge's host by which the store's ports can be reached from outside, by port name. */
  expose: z.record(z.string(), name).optional(),
  /** A PodDisruptionBudget that lets a drain go on, one pod at a time. @default false */
  disruptionBudget: z.boolean().optional(),
};
const datastore = z.strictObject({ engine: z.string(), ...datastoreFields });

const role = z.strictObject({
  rules: z.array(
    z.strictObject({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
    }),
  ),
  /** RoleBinding name to the tiers that it binds. Only these tiers get a service account token. */
  bindings: z.record(name, z.array(name).min(1)),
});

const quota = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }).partial().optional(),
  limits: z.strictObject({ cpu: quantity, memory: quantity }).partial().optional(),
  /** Sum of all volume claims. */
  storage: quantity.optional(),
  pods: z.int().min(1).optional(),
});

const tierOverride = z.strictObject({
  image: image.optional(),
  env: tierFields.env,
  replicas: tierFields.replicas,
  resources: resourcesOverride.optional(),
  autoscale: z.union([autoscale.partial(), z.literal(false)], AUTOSCALE_FORMS).optional(),
  terminationGracePeriodSeconds: tierFields.terminationGracePeriodSeconds,
  minAvailable: tierFields.minAvailable,
});

const bundledOverride = z.strictObject({
  mode: z.literal("bundled"),
  version: datastoreFields.version,
  storage: quantity.optional(),
  storageClass: z.string().optional(),
  resources: resourcesOverride.optional(),
});
const managedOverride = z.strictObject({
  mode: z.literal("managed"),
  size: z.enum(["small", "medium", "large"]).optional(),
});
const externalOverride = z.strictObject({
  mode: z.literal("external"),
  host: z.union([hostname, z.ipv4()], "a host name or an IPv4 address"),
  /** @default the engine's own */
  port: port.optional(),
  username: z.string().optional(),
  database: z.string().optional(),
  buckets: datastoreFields.buckets,
  /** Whether the connection is encrypted. @default true */
  tls: z.boolean().optional(),
  /** Address ranges of the store, for the NetworkPolicies of its clients. Needed where `host` is a name. */
  cidrs: z.array(cidr).min(1).optional(),
});
/** The default mode is `bundled`, so that a stack may tune a bundled store without naming the mode. */
const datastoreOverride = z.preprocess(
  (value) =>
    typeof value === "object" && value !== null && !("mode" in value) ? { mode: "bundled", ...value } : value,
  z.discriminatedUnion("mode", [bundledOverride, managedOverride, externalOverride]),
);

const overrideFields = {
  env: environment.optional(),
  tiers: z.record(name, tierOverride).optional(),
  datastores: z.record(name, datastoreOverride).optional(),
  quota: quota.optional(),
};

const overrides = z.strictObject(overrideFields);

/** An application: what runs, what it stores, who talks to whom. */
export const applicationSchema = z.strictObject({
  name,
  /** Secrets that the application needs beside those of its datastores; derived from the stack secret unless set. */
  secrets: z.array(name).optional(),
  /** Environment of every tier. */
  env: environment.optional(),
  datastores: z.record(name, datastore).optional(),
  tiers: z.record(name, tier),
  roles: z.record(name, role).optional(),
  quota: quota.optional(),
  /** What differs by profile. */
  profiles: z.partialRecord(profileName, overrides).optional(),
});

const kubeconfigCluster = z.strictObject({
  provider: z.literal("kubeconfig"),
  /** Kubeconfig file, relative to the project. @default $KUBECONFIG, then ~/.kube/config */
  path: z.string().optional(),
  /** @default the kubeconfig's current context */
  context: z.string().optional(),
  /** Storage class of the bundled datastores. @default the cluster's default class */
  storageClass: z.string().optional(),
  /** Addresses of the API server as pods see them, for the NetworkPolicies. @default read from the cluster */
  apiServer: z.strictObject({ cidrs: z.array(cidr).min(1), ports: z.array(port).min(1) }).optional(),
});

const ingressEdge = z.strictObject({
  kind: z.literal("ingress"),
  host: hostname,
  /** IngressClass. @default traefik */
  class: z.string().optional(),
  /** Namespace of the ingress controller, for the NetworkPolicies. @default the class's name */
  controllerNamespace: name.optional(),
  tls: z.union(
    [
      /** A ClusterIssuer of cert-manager. */
      z.strictObject({ issuer: z.string() }),
      /** A TLS Secret that is in the namespace already. */
      z.strictObject({ secretName: z.string() }),
    ],
    "{ issuer } or { secretName }",
  ),
  annotations: z.record(z.string(), z.string()).optional(),
});

/** A stack file's `landfall:` keys, but for the secret ones, which never pass through here. */
export const stackSchema = z.strictObject({
  app: z.string().optional(),
  profile: profileName,
  /** @default the application's name */
  namespace: name.optional(),
  cluster: z.discriminatedUnion("provider", [kubeconfigCluster]),
  edge: z.discriminatedUnion("kind", [ingressEdge]),
  /** Registry or mirror (host and optional path) that every image is pulled from instead of its own. */
  registry: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/, "a registry such as mirror.example.com/proxy")
    .optional(),
  /** Version number of a derived secret; raising it rotates that secret. @default 1 */
  secretVersions: z.record(name, z.int().min(1)).optional(),
  ...overrideFields,
});

/** What an application's file exports. */
export type ApplicationFile = z.input<typeof applicationSchema>;
export type Application = z.output<typeof applicationSchema>;
export type Stack = z.output<typeof stackSchema>;
export type Overrides = z.output<typeof overrides>;
export type Placement = z.output<typeof datastoreOverride>;
export type ProfileName = z.infer<typeof profileName>;
export type Tier = z.output<typeof tier>;
export type Probe = z.infer<typeof probe>;
export type Scaling = z.infer<typeof scaling>;
export type Resources = z.infer<typeof resources>;
export type Environment = z.output<typeof environment>;
export type Datastore = z.infer<typeof datastore>;
export type ExternalDatastore = z.infer<typeof externalOverride>;
export type Role = z.infer<typeof role>;
export type Quota = z.infer<typeof quota>;
export type KubeconfigCluster = z.infer<typeof kubeconfigCluster>;
export type IngressEdge = z.infer<typeof ingressEdge>;

/** For messages: the keys that `schema` knows at a path, in the form of a union that `value` says it has. */
export function keysAt(schema: z.ZodType): (path: readonly PropertyKey[], value: unknown) => readonly string[] {
  return (path, value) => {
    const forms = path.reduce<z.ZodType[]>((at, key) => at.flatMap((form) => step(form, key)), unwrap(schema));
    return [...new Set(forms.flatMap((form) => keysOf(form, value)))];
  };
}

function keysOf(form: z.ZodType, value: unknown): string[] {
  if (form instanceof z.ZodRecord) return form.keyType instanceof z.ZodEnum ? form.keyType.options.map(String) : [];
  if (!(form instanceof z.ZodObject)) return [];
  const isMeant = Object.entries(form.shape).every(
    ([key, field]) =>
      !(field instanceof z.ZodLiteral) || field.safeParse((value as Record<string, unknown>)[key]).success,
  );
  return isMeant ? Object.keys(form.shape) : [];
}

function step(schema: z.ZodType, key: PropertyKey): z.ZodType[] {
  if (schema instanceof z.ZodObject) return unwrap(schema.shape[String(key)]);
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType as z.ZodType);
  if (schema instanceof z.ZodArray) return unwrap(schema.element as z.ZodType);
  return [];
}

function unwrap(schema: z.ZodType | undefined): z.ZodType[] {
  if (schema instanceof z.ZodOptional) return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodPipe) return unwrap(schema.out as z.ZodType);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unwrap(option as z.ZodType));
  return schema ? [schema] : [];
}
