/** What a stack may say of an EKS cluster. */
import { z } from "zod";
import { nodePools } from "../../config/schema/nodes.ts";
import { cidr, name } from "../../config/schema/primitives.ts";
import { storageFields } from "../../config/schema/storage.ts";

const subnetId = z.string().regex(/^subnet-[0-9a-f]{8,17}$/, "a subnet such as subnet-0a1b2c3d4e5f60718");

/** A network that the stack makes. */
const newNetwork = z.strictObject({
  /** A /16 to /20; each zone takes a private, a public and a data subnet of it. @default 10.0.0.0/16 */
  cidr: z.cidrv4().optional(),
  /** One for each zone survives the loss of a zone; one for all costs a third. @default perZone in production, else one */
  natGateways: z.enum(["perZone", "one"]).optional(),
});
/** A network that is there already. */
const existingNetwork = z.strictObject({
  vpcId: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, "a VPC such as vpc-0a1b2c3d4e5f60718"),
  /** Address range of the VPC, for the NetworkPolicies. */
  cidr: z.cidrv4(),
  /** Private subnets in two zones or more, for machines and datastores. */
  privateSubnetIds: z.array(subnetId).min(2),
});

export const eksSettings = z.strictObject({
  provider: z.literal("eks"),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "a region of AWS such as eu-west-1"),
  /** The account that the stack belongs to: others are refused. @default whatever the credentials are for */
  account: z
    .string()
    .regex(/^\d{12}$/, "an account number of 12 digits")
    .optional(),
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
  /** Whether AWS refuses to delete the cluster. @default true in production */
  deletionProtection: z.boolean().optional(),
  ...storageFields,
});

export type EksSettings = z.output<typeof eksSettings>;
