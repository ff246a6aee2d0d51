/** What a datastore is, and where a stack may place it. */
import { z } from "zod";
import { AUTOSCALE_FORMS, autoscale, VERTICAL_FORMS, verticalAutoscale, verticalOverride } from "./autoscale.ts";
import { cidr, hostname, name, objectName, port, quantity, resources, resourcesOverride } from "./primitives.ts";

const servers = z.int().min(1).max(99);
/** Each server is an object of its own in the plan. */
const storeAutoscale = autoscale.extend({ max: servers });
const volumeSizes = z.record(name, quantity);
const settings = z.record(
  z.string(),
  z.union([z.string(), z.number().transform(String), z.boolean().transform(String)], "a text, a number, true or false"),
);

export const datastoreFields = {
  /** Of the engine, such as "16". @default the newest that is known here */
  version: z.coerce.string().optional(),
  /** Size of the data's volume, of each server. @default the engine's */
  storage: quantity.optional(),
  /** Storage class of its volumes, by the name that the stack knows it by. @default the stack's */
  storageClass: name.optional(),
  /** Sizes of its volumes beside the data, by name. @default the engine's */
  volumes: volumeSizes.optional(),
  /** Servers that know of each other, for engines that run as several. @default 1 */
  servers: servers.optional(),
  /** The server's own settings, such as `shared_buffers` of postgres. */
  settings: settings.optional(),
  /** Whether an exporter beside the server tells Prometheus how it fares. @default false */
  exporter: z.boolean().optional(),
  /** CPU and memory of each server. @default the engine's */
  resources: resources.optional(),
  /** For engines that run as several servers; `servers` are the fewest. */
  autoscale: z.union([storeAutoscale, z.literal(false)], AUTOSCALE_FORMS).optional(),
  verticalAutoscale: z.union([verticalAutoscale, z.literal(false)], VERTICAL_FORMS).optional(),
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
export const datastore = z.strictObject({
  /** Kind of server, such as postgres. */
  engine: z.string(),
  ...datastoreFields,
});

const bundledPlacement = z.strictObject({
  mode: z.literal("bundled"),
  /** Ends the names of its objects, which tells it from the one that it takes over from. @default none */
  instance: name.optional(),
  version: datastoreFields.version,
  /** Size of the data's volume, of each server. It grows in place, and never shrinks. @default the application's */
  storage: quantity.optional(),
  /** Storage class of its volumes, by the cluster's name. @default the application's, else `cluster.storageClass` */
  storageClass: objectName.optional(),
  /** Sizes of its volumes beside the data, by name. @default the application's */
  volumes: volumeSizes.optional(),
  /** Servers that know of each other, for engines that run as several. @default the application's */
  servers: servers.optional(),
  /** Namespace of the operator that runs it, where one does. @default the operator's own */
  operatorNamespace: name.optional(),
  /** One of the cluster's node pools, whose taints its pods then tolerate. @default any without taints */
  pool: name.optional(),
  /** The server's own settings, laid over the application's, such as `shared_buffers` of postgres. */
  settings: settings.optional(),
  exporter: datastoreFields.exporter,
  /** CPU and memory of each server, laid over the application's. */
  resources: resourcesOverride.optional(),
  /** Between `servers` and `max`, for engines that run as several; false: none. @default the application's */
  autoscale: z.union([storeAutoscale.partial(), z.literal(false)], AUTOSCALE_FORMS).optional(),
  /** Requests by use, by the Vertical Pod Autoscaler; false: none. @default the application's */
  verticalAutoscale: z.union([verticalOverride, z.literal(false)], VERTICAL_FORMS).optional(),
});
/** Protocols of managed services that their engine's usual clients do not speak. */
export const PROTOCOLS = ["blob"] as const;
export const SIZES = ["small", "medium", "large"] as const;
const managedPlacement = z.strictObject({
  mode: z.literal("managed"),
  /** @default small in dev, medium in staging and production */
  size: z.enum(SIZES).optional(),
  /** The cloud's own name of a size, instead of `size`. */
  machine: z.string().optional(),
  version: datastoreFields.version,
  /** Size of its volume, where the service has one. @default the application's */
  storage: quantity.optional(),
  /** A second server in another zone that takes over. @default true in production */
  highAvailability: z.boolean().optional(),
  /** How long the cloud keeps its backups, in days. @default 30 in production, else 7 */
  backupRetentionDays: z.int().min(1).max(35).optional(),
  /** Whether the cloud refuses to delete it, and Pulumi too. @default true in production */
  protect: z.boolean().optional(),
  /** Whether its data outlives it: a last snapshot on AWS, the backups of Cloud SQL. @default as `protect` */
  finalSnapshot: z.boolean().optional(),
  /** The service's own settings, by the cloud's names. */
  settings: settings.optional(),
  /** How clients show who they are. @default identity where the engine's clients can on this cloud, else password */
  access: z.enum(["identity", "password"]).optional(),
  /** Agrees to a service that the engine's usual clients cannot speak to: the application's have to. */
  protocol: z.enum(PROTOCOLS).optional(),
});
const externalPlacement = z.strictObject({
  mode: z.literal("external"),
  /** Where clients reach it. */
  host: z.union([hostname, z.ipv4()], "a host name or an IPv4 address"),
  /** @default the engine's own */
  port: port.optional(),
  /** User that clients come as. @default the engine's own */
  username: z.string().optional(),
  /** Database that clients use. @default the application's */
  database: z.string().optional(),
  buckets: datastoreFields.buckets,
  /** Whether the connection is encrypted. @default true */
  tls: z.boolean().optional(),
  /** Address ranges of the store, for the NetworkPolicies of its clients. Needed where `host` is a name. */
  cidrs: z.array(cidr).min(1).optional(),
});

/** In their order. `prepare` makes the new store, `copy` fills it, `freeze` stops who uses it and copies the rest. */
export const MOVE_STAGES = ["prepare", "copy", "freeze", "switch", "release"] as const;

/** Of a datastore that takes over another one's data: docs/operations.md. */
const moveFields = {
  /** Where the data is: the mode, or all that was said of the datastore there. */
  moveFrom: z
    .preprocess(
      (value) => (typeof value === "string" ? { mode: value } : value),
      z.discriminatedUnion("mode", [bundledPlacement, managedPlacement, externalPlacement]),
    )
    .optional(),
  /** How far the move goes with the next update. @default copy */
  moveStage: z.enum(MOVE_STAGES).optional(),
  /** How long the old store is kept after the switch, in days. @default 7 in production, else 0 */
  keepOldDays: z.int().min(0).max(3650).optional(),
};

/** What takes the place of what the store has, with its tiers stopped: docs/backup.md. */
const restore = z.union(
  [
    z.strictObject({
      /** The copy's name, which is when it was made. */
      copy: z.string().regex(/^\d{8}T\d{6}Z$/, 'the name of a copy, such as "20261121T020000Z"'),
      /** Whether what the store has is copied first. @default true */
      copyFirst: z.boolean().optional(),
    }),
    z.strictObject({
      /** A moment that the archive has, in UTC. In this form, for YAML makes a date of others. */
      at: z
        .string()
        .regex(
          /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3])[0-5]\d[0-5]\dZ$/,
          "a moment in UTC, such as 20261121T091300Z",
        ),
      /** Whose archive it is. @default that of the store's own servers */
      from: objectName.optional(),
    }),
  ],
  "{ copy } or { at }",
);

export const bundledOverride = bundledPlacement.extend({ ...moveFields, restore: restore.optional() });
/** A server that the cloud has made of its own backups, whose data takes the place of the store's: docs/backup.md. */
const restoreFromServer = z.strictObject({
  /** Host by which it is reached; all else is as with the store. */
  server: z.union([hostname, z.ipv4()], "a host name or an IPv4 address"),
});

export const managedOverride = managedPlacement.extend({ ...moveFields, restore: restoreFromServer.optional() });
export const externalOverride = externalPlacement.extend(moveFields);

/** The default mode is `bundled`, so that a stack may tune a bundled store without naming the mode. */
export const datastoreOverride = z.preprocess(
  (value) =>
    typeof value === "object" && value !== null && !("mode" in value) ? { mode: "bundled", ...value } : value,
  z.discriminatedUnion("mode", [bundledOverride, managedOverride, externalOverride]),
);

export type Datastore = z.output<typeof datastore>;
export type Placement = z.output<typeof datastoreOverride>;
export type Restore = z.output<typeof restore>;
export type Protocol = (typeof PROTOCOLS)[number];
export type Size = (typeof SIZES)[number];
export type MoveStage = (typeof MOVE_STAGES)[number];
export type ManagedPlacement = z.infer<typeof managedPlacement>;
export type ExternalDatastore = z.infer<typeof externalPlacement>;
