/**
 * What an application and a stack file may say. The schema is strict: a key that is not here is a mistake. Types are
 * inferred from it. Fields are optional where a default exists; `resolve.ts` puts the defaults in, layer by layer.
 */
import { z } from "zod";
import { addons } from "./schema/addons.ts";
import { autoscalingSettings, priorityClass } from "./schema/autoscale.ts";
import { backup } from "./schema/backup.ts";
import { cluster } from "./schema/cluster.ts";
import { everyAppArmor } from "./schema/confinement.ts";
import { datastore, datastoreOverride } from "./schema/datastore.ts";
import { dns } from "./schema/dns.ts";
import { edge } from "./schema/edge.ts";
import { applicationMonitoring, stackMonitoring } from "./schema/monitoring.ts";
import { policySettings } from "./schema/policy.ts";
import { count, name, quantity } from "./schema/primitives.ts";
import { applicationEdge } from "./schema/route.ts";
import { secretStore } from "./schema/secret-store.ts";
import { environment, tier, tierOverride } from "./schema/tier.ts";

export const PROFILES = ["dev", "staging", "production"] as const;
export const profileName = z.enum(PROFILES);

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

/** A volume that tiers mount by its name. */
const volume = z.strictObject({
  storage: quantity,
  /** By the name that the stack knows it by. @default shared, for ReadWriteMany; else the stack's */
  storageClass: name.optional(),
  /** @default ReadWriteMany: pods on several nodes mount it */
  accessMode: z.enum(["ReadWriteMany", "ReadWriteOnce"]).optional(),
});

const quota = z.strictObject({
  requests: z.strictObject({ cpu: quantity, memory: quantity }).partial().optional(),
  limits: z.strictObject({ cpu: quantity, memory: quantity }).partial().optional(),
  /** Sum of all volume claims. */
  storage: quantity.optional(),
  pods: count(1).optional(),
});

const overrideFields = {
  /** Environment of every tier, laid over the application's. */
  env: environment.optional(),
  /** What differs of the application's tiers, by name. */
  tiers: z.record(name, tierOverride).optional(),
  /** Where the application's datastores run and how large they are, by name. @default bundled, as the application has them */
  datastores: z.record(name, datastoreOverride).optional(),
  /** What differs of the volumes that tiers share, by name. */
  volumes: z.record(name, volume.partial()).optional(),
  /** Copies of the bundled datastores; false makes none. @default the application's */
  backup: z.union([backup, z.literal(false)], "false, or a mapping").optional(),
  /** Of the namespace. One that is smaller than everything at its largest is refused. @default the sum of everything at its largest */
  quota: quota.optional(),
  /** AppArmor of every pod; false leaves it to the container runtime. @default the application's */
  appArmor: everyAppArmor.optional(),
};

const overrides = z.strictObject({ namespace: name.optional(), ...overrideFields });

/** An application: what runs, what it stores, who talks to whom. */
export const applicationSchema = z.strictObject({
  /** Of the application: its objects, labels and, unless said otherwise, its namespace and database are called so. */
  name,
  /** Namespace that everything runs in. @default the application's name */
  namespace: name.optional(),
  /** Secrets that the application needs beside those of its datastores; derived from the stack secret unless set. */
  secrets: z.array(name).optional(),
  /** Environment of every tier. */
  env: environment.optional(),
  /** Where the application keeps its data, by name; where each runs is the stack's to say. */
  datastores: z.record(name, datastore).optional(),
  /** Volumes that tiers share. */
  volumes: z.record(name, volume).optional(),
  /** What runs, by name: `web` is served, `worker` is not, `singleton` is one pod, replaced rather than rolled. */
  tiers: z.record(name, tier),
  /** Copies of the bundled datastores. @default none */
  backup: backup.optional(),
  /** Headers and redirect of every route. @default what the controller does by itself */
  edge: applicationEdge.optional(),
  /** What tiers may ask of the API server, by name. @default nothing */
  roles: z.record(name, role).optional(),
  /** Priority classes that tiers may have, made for the application alone. */
  priorityClasses: z.record(name, priorityClass).optional(),
  /** Of the namespace. @default the sum of everything at its largest */
  quota: quota.optional(),
  /** AppArmor of every pod. @default the container runtime's, where the node has AppArmor */
  appArmor: everyAppArmor.optional(),
  /** Alerts, recordings and dashboards, where the stack has monitoring. @default none */
  monitoring: applicationMonitoring.optional(),
  /** What differs by profile, in the words of a stack file. */
  profiles: z.partialRecord(profileName, overrides).optional(),
});

/** A stack file's `landfall:` keys, but for the secret ones, which never pass through here. */
export const stackSchema = z.strictObject({
  /** The application: one of `apps/` by its name, or the path of a YAML or TypeScript file below the project. @default pybase */
  app: z.string().optional(),
  /** Which column of defaults holds: replicas, log level, spreading, protection of data. */
  profile: profileName,
  /** Namespace that everything runs in. @default the application's */
  namespace: name.optional(),
  /** Where the stack lands: a cluster that it makes, or one that is there. */
  cluster,
  /** The way in: host, certificate, and what leads requests to the tiers. */
  edge,
  /** Registry or mirror (host and optional path) that every image is pulled from instead of its own. */
  registry: z
    .string()
    .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/, "a registry such as mirror.example.com/proxy")
    .optional(),
  /** Of images by tag; those by digest are pulled once. @default Always; IfNotPresent in dev */
  imagePullPolicy: z.enum(["Always", "IfNotPresent"]).optional(),
  /** Account at a private registry; its password is `landfall:secrets.registry`. */
  registryCredentials: z.strictObject({ server: z.string(), username: z.string() }).optional(),
  /** Version number of a derived secret; raising it rotates that secret. @default 1 */
  secretVersions: z.record(name, count(1)).optional(),
  /** Where secrets come from. @default the stack's encrypted config */
  secretStore: secretStore.optional(),
  /** What the cluster's autoscalers are. */
  autoscaling: autoscalingSettings.optional(),
  /** Charts that are installed before the application, each by its name. @default nothing is installed */
  addons: addons.optional(),
  /** Zones of DNS that add-ons and issuers may change. @default none */
  dns: dns.optional(),
  /** Where Prometheus and Alertmanager are, and who hears of alerts. @default nothing is watched */
  monitoring: stackMonitoring.optional(),
  /** What the policy pack lets through. */
  policy: policySettings.optional(),
  ...overrideFields,
});

/** What an application's file exports. */
export type ApplicationFile = z.input<typeof applicationSchema>;
export type Application = z.output<typeof applicationSchema>;
export type Stack = z.output<typeof stackSchema>;
export type Overrides = z.output<typeof overrides>;
export type ProfileName = z.infer<typeof profileName>;
export type Role = z.infer<typeof role>;
export type Quota = z.infer<typeof quota>;
export type Volume = z.infer<typeof volume>;
