/** What a tier is, and what a stack may change of it. */
import { z } from "zod";
import {
  AUTOSCALE_FORMS,
  autoscale,
  EVENTS_FORMS,
  events,
  podAmount,
  VERTICAL_FORMS,
  verticalAutoscale,
  verticalOverride,
} from "./autoscale.ts";
import { appArmor, seccomp } from "./confinement.ts";
import { metrics, portlessMetrics } from "./monitoring.ts";
import { count, image, name, port, replicas, resources, resourcesOverride, seconds } from "./primitives.ts";
import { routes } from "./route.ts";

export const probe = z
  .strictObject({
    /** Path of an HTTP check on the tier's port. */
    http: z.string().startsWith("/").optional(),
    /** Command of an exec check. */
    exec: z.array(z.string()).min(1).optional(),
    /** Application of a Celery worker that has to answer. Asked every 30 s, for each asking starts an interpreter. */
    celery: z
      .string()
      .regex(/^[A-Za-z_][\w.]*$/, "a module such as shop.worker")
      .optional(),
    /** @default 10 */
    periodSeconds: count(1).optional(),
    /** @default 5 */
    timeoutSeconds: count(1).optional(),
    /** @default 3; 6 of liveness, so that a pod is out of service before it is started anew */
    failureThreshold: count(1).optional(),
  })
  .refine(
    ({ http, exec, celery }) => [http, exec, celery].filter((check) => check !== undefined).length === 1,
    "one of http, exec and celery",
  );

const SPOT_RULES = ["never", "preferred", "required"] as const;
export const FIELDS = ["url", "host", "port", "username", "password", "database", "bucket"] as const;
export type Field = (typeof FIELDS)[number];

export const environment = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a name of letters, digits and underscores"),
  z.union(
    [
      z.string(),
      z.number().transform(String),
      z.boolean().transform(String),
      /** A field of the connection to a datastore or tier that this tier uses. */
      z.strictObject({
        /** Name of the datastore or tier. */
        from: name,
        /** Part of the connection. */
        field: z.enum(FIELDS),
        /** Another database of the same server. @default the datastore's */
        database: z.union([z.string(), z.int()]).optional(),
        /** What a URL says beside, where its connection is encrypted: clients such as Celery's ask for it. */
        withTls: z.record(z.string(), z.string()).optional(),
      }),
      /** One of the application's secrets. */
      z.strictObject({
        /** Name of the secret. */
        secret: name,
      }),
      /** A setting of the profile. */
      z.strictObject({
        /** Which of them. */
        profile: z.enum(["logLevel", "debug"]),
      }),
    ],
    "a text, a number, true, false, or a mapping { from, field }, { secret } or { profile }",
  ),
);

/** What the API server takes as one ConfigMap. https://kubernetes.io/docs/concepts/configuration/configmap/ */
const LARGEST_FILES = 1024 ** 2;
const files = z
  .record(z.string().regex(/^(\/[A-Za-z0-9._-]+)+$/, "the path of a file, such as /etc/app/app.conf"), z.string())
  .refine(
    (texts) => Object.values(texts).reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= LARGEST_FILES,
    "1 MiB or less in all",
  );

/** What brings the database up to date. */
const migration = z.strictObject({
  command: z.array(z.string()).min(1),
  /** @default the tier's */
  image: image.optional(),
  /** @default the tier's */
  uid: count(1).optional(),
});
export const MIGRATE_FORMS = "a command as a list, or a mapping with command";

export const tierFields = {
  /** Image of the containers, with a pinned tag or digest. */
  image,
  /** What the containers run. @default the image's entrypoint */
  command: z.array(z.string()).optional(),
  /** Arguments of the command. @default the image's */
  args: z.array(z.string()).optional(),
  /** User and group that the containers run as; never root. @default 10001 */
  uid: count(1).optional(),
  /** Datastores and tiers that this tier calls: environment, network policies and start order follow from it. */
  uses: z.array(name).optional(),
  /** Environment of the containers: texts, fields of datastores, secrets, settings of the profile. */
  env: environment.optional(),
  /** Replicas; the fewest where the tier scales. @default the profile's */
  replicas: replicas.optional(),
  /** CPU and memory of each pod. */
  resources,
  /** Between `replicas` and `max`, by CPU, memory or figures of one's own. @default none */
  autoscale: z.union([autoscale, z.literal(false)], AUTOSCALE_FORMS).optional(),
  /** Requests by use, by the Vertical Pod Autoscaler. @default none */
  verticalAutoscale: z.union([verticalAutoscale, z.literal(false)], VERTICAL_FORMS).optional(),
  /** Scaling by what there is to do, in place of `autoscale`. */
  events: z.union([events, z.literal(false)], EVENTS_FORMS).optional(),
  /** The application's volumes that the containers mount, each with its directory. */
  mounts: z.record(name, z.string().startsWith("/")).optional(),
  /** Configuration files by their paths in the containers, read-only, from a ConfigMap: no place for secrets. */
  files: files.optional(),
  /** Whether the pods may call HTTPS servers on the internet. @default false */
  externalHttps: z.boolean().optional(),
  /** Datastores that the pods rather share a zone with. */
  near: z.array(name).optional(),
  /** Whether a pod gets requests. @default as soon as it runs */
  readiness: probe.optional(),
  /** Whether a container is to be started anew. @default while it runs */
  liveness: probe.optional(),
  /** Whether a container has started; the others wait for it. @default at once */
  startup: probe.optional(),
  /** How long running work may take to finish after the signal to stop. @default 30 */
  terminationGracePeriodSeconds: seconds.optional(),
  /**
   * How long an update waits until all next pods are ready before it fails, and says why; those of before serve on.
   * @default 600, as Kubernetes has it
   */
  progressDeadlineSeconds: z.int().min(10).max(86_400).optional(),
  /** Pods that a voluntary disruption must leave running. @default 1 where there are two or more replicas */
  minAvailable: podAmount.optional(),
  /** Pods that a voluntary disruption may take at a time, in place of `minAvailable`. */
  maxUnavailable: podAmount.optional(),
  /** One of the application's priority classes. */
  priorityClass: name.optional(),
  /** Machines that the cloud may take back within minutes, if the cluster has such. @default never */
  spot: z.enum(SPOT_RULES).optional(),
  /** Directories that the containers may write to; everything else is read-only. @default ["/tmp"] */
  writable: z.array(z.string().startsWith("/")).optional(),
  /** @default the application's */
  appArmor: appArmor.optional(),
  /** @default RuntimeDefault */
  seccomp: seccomp.optional(),
};

export const web = z.strictObject({
  kind: z.literal("web"),
  ...tierFields,
  /** Port that its containers serve HTTP on. */
  port,
  metrics: metrics.optional(),
  /** Port of its Service. @default the same */
  servicePort: port.optional(),
  /** Paths under the edge's host that lead here. Left out: reachable inside the cluster only. */
  route: routes.optional(),
  /** Command that brings the database up to date, run once to its end before a new version serves. */
  migrate: z.union([migration.shape.command, migration], MIGRATE_FORMS).optional(),
});
export const worker = z.strictObject({ kind: z.literal("worker"), ...tierFields, metrics: portlessMetrics.optional() });
export const singleton = worker.extend({ kind: z.literal("singleton") }).omit({
  replicas: true,
  autoscale: true,
  events: true,
  minAvailable: true,
  maxUnavailable: true,
});
export const tier = z.discriminatedUnion("kind", [web, worker, singleton]);

export const tierOverride = z.strictObject({
  /** Image of the containers, with a pinned tag or digest. @default the application's */
  image: image.optional(),
  env: tierFields.env,
  replicas: tierFields.replicas,
  /** CPU and memory of each pod, laid over the application's. */
  resources: resourcesOverride.optional(),
  /** Between `replicas` and `max`, by CPU, memory or figures of one's own; false: none. @default the application's */
  autoscale: z.union([autoscale.partial(), z.literal(false)], AUTOSCALE_FORMS).optional(),
  /** Requests by use, by the Vertical Pod Autoscaler; false: none. @default the application's */
  verticalAutoscale: z.union([verticalOverride, z.literal(false)], VERTICAL_FORMS).optional(),
  /** Scaling by what there is to do, by KEDA, in place of `autoscale`; false: none. @default the application's */
  events: z.union([events.partial(), z.literal(false)], EVENTS_FORMS).optional(),
  terminationGracePeriodSeconds: tierFields.terminationGracePeriodSeconds,
  progressDeadlineSeconds: tierFields.progressDeadlineSeconds,
  minAvailable: tierFields.minAvailable,
  maxUnavailable: tierFields.maxUnavailable,
  priorityClass: tierFields.priorityClass,
  spot: tierFields.spot,
  /** One of the cluster's node pools, whose taints the pods then tolerate. @default any without taints */
  pool: name.optional(),
  appArmor: tierFields.appArmor,
  seccomp: tierFields.seccomp,
});

export type Tier = z.output<typeof tier>;
export type Probe = z.infer<typeof probe>;
export type Migration = z.infer<typeof migration>;
export type Environment = z.output<typeof environment>;
