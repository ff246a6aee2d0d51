/** What a stack may say of a GKE cluster. */
import { z } from "zod";
import { nodePools } from "../../config/schema/nodes.ts";
import { name } from "../../config/schema/primitives.ts";
import { storageFields } from "../../config/schema/storage.ts";

const project = z.string().regex(/^[a-z][-a-z0-9]{4,28}[a-z0-9]$/, "the id of a project, such as my-project-123456");
const region = z.string().regex(/^[a-z]+-[a-z]+\d{1,2}$/, "a region of Google Cloud such as europe-west4");
const resourceName = z.string().regex(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/, "a name of Google Cloud");
const range = z.cidrv4("an IPv4 range such as 10.0.0.0/16");

const registryAccount = z.strictObject({
  username: z.string().min(1),
  /** Of Secret Manager. */
  passwordSecretVersion: z
    .string()
    .regex(
      /^projects\/[a-z][-a-z0-9]{4,28}[a-z0-9]\/secrets\/[\w-]{1,255}\/versions\/(\d+|latest)$/,
      "a secret's version",
    ),
});

/** Where Google Cloud runs datastores for a cluster that is there already. */
export const gcpSite = z.strictObject({
  provider: z.literal("gcp"),
  project,
  region,
  /** Name of the VPC network that the cluster's pods are in. */
  network: resourceName,
  /** Private services access of that network: a range's name, and the range itself for the NetworkPolicies. */
  privateServices: z.strictObject({ range: resourceName, cidr: range }),
  /** Whether it is a GKE cluster of the project with Workload Identity. @default false: clients use passwords */
  workloadIdentity: z.boolean().optional(),
});

/** A network that the stack makes. */
const newNetwork = z.strictObject({
  /** A /16 to /20, half of it for pods: 256 addresses a machine. @default 10.0.0.0/16 */
  cidr: range.optional(),
});
/** A network of the project that is there already, with a way out. */
const existingNetwork = z.strictObject({
  name: resourceName,
  /** Of the region, with Private Google Access. */
  subnetwork: z.strictObject({ name: resourceName, cidr: range }),
  /** Secondary ranges of the subnetwork: 256 addresses of pods a machine. */
  pods: z.strictObject({ range: resourceName, cidr: range }),
  services: z.strictObject({ range: resourceName, cidr: range }),
  /** A /28 of the control plane that nothing in the network has. */
  controlPlane: range.refine((cidr) => cidr.endsWith("/28"), "a /28 such as 10.8.255.0/28"),
  /** Private services access of managed datastores: a range that is connected, or one to connect. @default none */
  privateServices: z
    .union(
      [z.strictObject({ range: resourceName, cidr: range }), z.strictObject({ new: range })],
      "{ range, cidr } of a range that is connected, or { new } with a free one such as 10.8.64.0/20",
    )
    .optional(),
});

/** How many machines of a pool an upgrade takes at a time. */
const nodeUpgrade = z
  .strictObject({
    /** Machines that are added before others go. @default 1 */
    maxSurge: z.int().min(0).max(20).optional(),
    /** Machines that may be gone meanwhile. @default 0 */
    maxUnavailable: z.int().min(0).max(20).optional(),
  })
  .refine(
    ({ maxSurge = 1, maxUnavailable = 0 }) => maxSurge + maxUnavailable > 0 && maxSurge + maxUnavailable <= 20,
    "1 to 20 machines, both together",
  );

const maintenance = z.strictObject({
  /** Hour of the day at which Google may begin, in UTC. @default 2 */
  hour: z.int().min(0).max(23).optional(),
  /** Days on which it may. @default SA, SU */
  days: z
    .array(z.enum(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]))
    .min(1)
    .optional(),
});

export const gkeSettings = z.strictObject({
  provider: z.literal("gke"),
  /** The project that everything is made in. */
  project,
  region,
  /** The cluster's own name has a suffix, which tells one cluster from the next. @default <application>-<profile> */
  name: name.optional(),
  /** Kubernetes. @default what the regular channel begins with */
  version: z.coerce.string().optional(),
  /** How soon Google upgrades by itself. @default REGULAR */
  releaseChannel: z.enum(["RAPID", "REGULAR", "STABLE", "EXTENDED"]).optional(),
  /** When Google may upgrade and repair, for four hours at a time. @default at weekends from 2 o'clock */
  maintenance: maintenance.optional(),
  /** @default three of the region's */
  zones: z.array(z.string()).min(2).max(4).optional(),
  network: z
    .union([newNetwork, existingNetwork], "{ cidr }, or { name, subnetwork, pods, services, controlPlane }")
    .optional(),
  /** Address ranges that may reach the API server from outside the network. @default none: it is private */
  publicAccess: z.array(z.cidrv4("an IPv4 range such as 203.0.113.7/32")).optional(),
  nodePools: nodePools.optional(),
  nodeUpgrade: nodeUpgrade.optional(),
  /** Operating system of the machines. @default COS_CONTAINERD */
  nodeImage: z.enum(["COS_CONTAINERD", "UBUNTU_CONTAINERD"]).optional(),
  /** Whether only images run that the project's Binary Authorization policy allows. @default false */
  binaryAuthorization: z.boolean().optional(),
  /** Whether pods can mount secrets of Secret Manager. @default false */
  secretManager: z.boolean().optional(),
  /** A Docker repository for the application's images beside the cluster. @default false */
  artifactRegistry: z.boolean().optional(),
  /**
   * Whether Artifact Registry keeps copies of public images, which machines then pull; with an account for Docker Hub,
   * whose limits are shared else. @default false
   */
  imageCache: z
    .union(
      [z.boolean(), z.strictObject({ "docker.io": registryAccount.optional(), "ghcr.io": registryAccount.optional() })],
      "true, or { docker.io, ghcr.io }",
    )
    .optional(),
  /** Daily backups of the application's namespace, volumes included, by Backup for GKE. @default false */
  backup: z.boolean().optional(),
  /** Whether Google refuses to delete the cluster. @default true in production */
  deletionProtection: z.boolean().optional(),
  ...storageFields,
});

export type GcpSite = z.output<typeof gcpSite>;
export type GkeSettings = z.output<typeof gkeSettings>;
