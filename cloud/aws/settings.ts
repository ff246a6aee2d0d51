/** What a stack may say of an EKS cluster. */
import { z } from "zod";
import { nodePools } from "../../config/schema/nodes.ts";
import { cidr, name, percent } from "../../config/schema/primitives.ts";
import { storageFields } from "../../config/schema/storage.ts";

const region = z
  .string()
  .regex(/^(?!cn-|us-gov-|us-iso)[a-z]{2}(-[a-z]+)+-\d$/, "a commercial region of AWS such as eu-west-1");
const account = z.string().regex(/^\d{12}$/, "an account number of 12 digits");
const vpcId = z.string().regex(/^vpc-[0-9a-f]{8,17}$/, "a VPC such as vpc-0a1b2c3d4e5f60718");
const subnetId = z.string().regex(/^subnet-[0-9a-f]{8,17}$/, "a subnet such as subnet-0a1b2c3d4e5f60718");

/** With `username` and `accessToken`; ECR reads none of another name. */
const upstreamSecret = z
  .string()
  .regex(
    /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache\/[\w/+=.@-]+$/,
    "the ARN of a secret ecr-pullthroughcache/…",
  );

/** A network that the stack makes. */
const newNetwork = z.strictObject({
  /** A /16 to /20; each zone takes a private, a public and a data subnet of it. @default 10.0.0.0/16 */
  cidr: z.cidrv4().optional(),
  /** One for each zone survives the loss of a zone; one for all costs a third. @default perZone in production, else one */
  natGateways: z.enum(["perZone", "one"]).optional(),
  /** Whether CloudWatch records who talks to whom. @default true in production */
  flowLogs: z.boolean().optional(),
  /** Whether machines reach AWS's own services past the NAT gateways; S3 always. About 7 USD a month, service and zone. @default false */
  interfaceEndpoints: z.boolean().optional(),
});
/** A network that is there already. */
const existingNetwork = z.strictObject({
  vpcId,
  /** Address range of the VPC, for the NetworkPolicies. */
  cidr: z.cidrv4(),
  /** Private subnets in two zones or more, with a way out, for machines. */
  privateSubnetIds: z.array(subnetId).min(2),
  /** Subnets in two zones or more, for datastores. @default the private ones */
  dataSubnetIds: z.array(subnetId).min(2).optional(),
});

/** Where AWS runs datastores for a cluster that is not this stack's. */
export const awsSite = z.strictObject({
  provider: z.literal("aws"),
  region,
  /** The account that the stack belongs to: others are refused. @default whatever the credentials are for */
  account: account.optional(),
  vpcId,
  /** Subnets in two zones or more, for datastores. */
  subnetIds: z.array(subnetId).min(2),
  /** Address ranges of these subnets, for the NetworkPolicies. */
  cidrs: z.array(z.cidrv4()).min(1),
  /** Where the pods' connections come from: security groups of the machines, or address ranges. */
  clients: z.union(
    [
      z.strictObject({
        securityGroupIds: z
          .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, "a group such as sg-0a1b2c3d4e5f60718"))
          .min(1),
      }),
      z.strictObject({ cidrs: z.array(z.cidrv4()).min(1) }),
    ],
    "{ securityGroupIds } or { cidrs }",
  ),
  /** Name of the EKS cluster, if it is one, with the add-on eks-pod-identity-agent. @default none: clients use passwords */
  eksCluster: z.string().optional(),
});

/** Add-ons of EKS that a cluster may have. */
export const ADDONS = [
  "vpc-cni",
  "kube-proxy",
  "eks-pod-identity-agent",
  "coredns",
  "aws-ebs-csi-driver",
  "aws-efs-csi-driver",
  "snapshot-controller",
  "metrics-server",
  "amazon-cloudwatch-observability",
] as const;
export type AddonName = (typeof ADDONS)[number];

export const eksSettings = z.strictObject({
  provider: z.literal("eks"),
  region,
  /** The account that the stack belongs to: others are refused. @default whatever the credentials are for */
  account: account.optional(),
  /** @default <application>-<stack> */
  name: name.optional(),
  /** Kubernetes. @default the newest that EKS and Landfall know */
  version: z.coerce.string().optional(),
  /** @default the region's first three, a to c */
  zones: z.array(z.string()).min(2).max(4).optional(),
  network: z
    .union([newNetwork, existingNetwork], "{ cidr, natGateways }, or { vpcId, cidr, privateSubnetIds }")
    .optional(),
  /** Address ranges that may reach the API server from outside the network. @default none: it is private */
  publicAccess: z.array(cidr).optional(),
  /** IAM roles that may do everything in the cluster, by ARN. @default whoever makes it */
  administrators: z
    .array(z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, "the ARN of an IAM role"))
    .optional(),
  nodePools: nodePools.optional(),
  /** Release of the machines' image; another one rolls them. @default AWS's newest when a pool is made or upgraded */
  nodeRelease: z
    .string()
    .regex(/^\d+\.\d+\.\d+-\d{8}$/, "a release such as 1.36.2-20261112")
    .optional(),
  /** Machines of a pool that an upgrade replaces at a time, in percent. @default 33 */
  nodeUpgradePercent: percent.optional(),
  /** Versions of add-ons by name. @default AWS's own default for the version of Kubernetes */
  addonVersions: z
    .partialRecord(
      z.enum(ADDONS),
      z.string().regex(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/, "a version such as v1.21.1-eksbuild.3"),
    )
    .optional(),
  /** Whether logs, metrics and traces of pods go to CloudWatch and X-Ray. @default false */
  cloudWatch: z.boolean().optional(),
  /** Repositories of ECR that are made for the application's images, such as pybase/api. @default none */
  repositories: z
    .array(z.string().regex(/^[a-z0-9]+([._/-][a-z0-9]+)*$/, "a repository such as pybase/api"))
    .optional(),
  /**
   * Whether ECR keeps copies of public images, which machines then pull. Registries that want an account have theirs in
   * Secrets Manager, by ARN; docker.io and ghcr.io want one. Needs `account`. @default false
   */
  imageCache: z
    .union(
      [z.boolean(), z.strictObject({ "docker.io": upstreamSecret.optional(), "ghcr.io": upstreamSecret.optional() })],
      "true, or { docker.io, ghcr.io }",
    )
    .optional(),
  /** Whether AWS refuses to delete the cluster. @default true in production */
  deletionProtection: z.boolean().optional(),
  ...storageFields,
});

export type AwsSite = z.output<typeof awsSite>;
export type EksSettings = z.output<typeof eksSettings>;
