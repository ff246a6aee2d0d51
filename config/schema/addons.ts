/** What a stack may say of add-ons. */
import { z } from "zod";
import { ADDON_NAMES, type AddonName } from "../addons/catalogue.ts";
import { cidr, count, name } from "./primitives.ts";

const secretName = z.strictObject({ secret: name });

const settings = {
  /** Of the chart. @default the catalogue's */
  version: z
    .string()
    .regex(/^v?\d+\.\d+\.\d+(-[\w.]+)?$/, "a chart's version such as 1.2.3")
    .optional(),
  /** @default the catalogue's */
  namespace: name.optional(),
  /** Values of the chart, laid over Landfall's. Not for secrets: the stack file and the state have them in the clear. */
  values: z.record(z.string(), z.unknown()).optional(),
  /** Values by their dotted paths, each the name of a secret: { grafana.adminPassword: grafana }. */
  secretValues: z
    .record(z.string().regex(/^[^.\s]+(\.[^.\s]+)*$/, "a path such as grafana.adminPassword"), name)
    .optional(),
  /** Takes over custom resources and classes that are on the cluster already. @default refused */
  adopt: z.boolean().optional(),
};

const addresses = z.union(
  [cidr, z.string().regex(/^[0-9a-fA-F.:]+-[0-9a-fA-F.:]+$/, "a range")],
  "a range such as 192.0.2.10-192.0.2.50 or 192.0.2.0/28",
);

const metallb = z.strictObject({
  ...settings,
  /** Addresses to give to Services of type LoadBalancer, by the pool's name. */
  pools: z
    .record(
      name,
      z.strictObject({
        addresses: z.array(addresses).min(1),
        /** Announced on the local network (ARP, NDP), or to the peers. */
        mode: z.enum(["l2", "bgp"]),
        /** Whether Services get them without asking. @default true */
        autoAssign: z.boolean().optional(),
        /** Leaves out those that end in .0 and .255. @default false */
        avoidBuggyIPs: z.boolean().optional(),
        /** Interfaces that it is announced on, for l2. @default all */
        interfaces: z.array(z.string()).min(1).optional(),
        /** For bgp. @default 32 */
        aggregationLength: z.int().min(1).max(32).optional(),
        /** For bgp. */
        localPref: count(0).optional(),
        /** For bgp, such as 64512:100. */
        communities: z.array(z.string()).min(1).optional(),
      }),
    )
    .optional(),
  /** Routers that pools are announced to. */
  peers: z
    .array(
      z.strictObject({
        name,
        myASN: z.int().min(1).max(4_294_967_295),
        peerASN: z.int().min(1).max(4_294_967_295),
        peerAddress: z.union([z.ipv4(), z.ipv6()], "an IP address"),
        /** @default 179 */
        peerPort: z.int().min(1).max(65_535).optional(),
        holdTime: z.string().optional(),
        /** Whether the router is more than one hop away. */
        ebgpMultiHop: z.boolean().optional(),
        /** Of the TCP MD5 signature. */
        password: secretName.optional(),
      }),
    )
    .optional(),
});

const velero = z.strictObject({
  ...settings,
  /** Of the bucket, as Velero calls it; aws is any S3. */
  provider: z.enum(["aws", "gcp", "azure"]).optional(),
  /** One that is there. @default on EKS, GKE and AKS one of the stack's own */
  bucket: z.string().min(1).optional(),
  /** Folder in the bucket. */
  prefix: z.string().optional(),
  /** Of the BackupStorageLocation, such as { region, s3Url, s3ForcePathStyle }. */
  config: z.record(z.string(), z.string()).optional(),
  /** Of the VolumeSnapshotLocation; false: volumes are not copied. */
  snapshotConfig: z.union([z.record(z.string(), z.string()), z.literal(false)], "a mapping, or false").optional(),
  /** The credentials file. @default an identity of the cloud's */
  credentials: secretName.optional(),
  /** In cron's five fields and UTC. @default every night at 2 */
  schedule: z
    .string()
    .regex(/^(\S+\s+){4}\S+$/, "five fields, such as 0 2 * * *")
    .optional(),
  /** @default 30 */
  retentionDays: z.int().min(1).max(3650).optional(),
  /** Image of the provider's plugin. @default the one that goes with the chart */
  plugin: z.string().optional(),
});

const plain = z.union([z.boolean(), z.strictObject(settings)], "true, or a mapping");

const all = {
  ...(Object.fromEntries(ADDON_NAMES.map((name) => [name, plain.optional()])) as Record<
    AddonName,
    z.ZodOptional<typeof plain>
  >),
  metallb: z.union([z.boolean(), metallb], "true, or a mapping").optional(),
  velero: z.union([z.boolean(), velero], "true, or a mapping").optional(),
};

/** What a bare cluster lacks. Nothing is installed that is not named. */
export const addons = z.strictObject({
  /** Where charts come from in place of their own repositories: an OCI registry, or a folder relative to the project. */
  mirror: z
    .string()
    .regex(/^(oci:\/\/[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*|\.{0,2}\/.*[^/])$/, "oci://registry/path or ./folder")
    .optional(),
  ...all,
});

export type Addons = z.output<typeof addons>;

/** Of one add-on: what all have, and what only MetalLB or Velero has. */
export type AddonSettings = Partial<z.output<typeof metallb> & z.output<typeof velero>>;
