/** Where a stack lands. */
import { z } from "zod";
import { awsSite, eksSettings } from "../../cloud/aws/settings.ts";
import { aksSettings, azureSite } from "../../cloud/azure/settings.ts";
import { gcpSite, gkeSettings } from "../../cloud/gcp/settings.ts";
import { DISTRIBUTIONS } from "./distribution.ts";
import { existingNodePools } from "./nodes.ts";
import { cidr, port } from "./primitives.ts";
import { storageFields } from "./storage.ts";

/** A cloud that runs datastores for a cluster that is not this stack's, and the network that both are in. */
export const site = z.discriminatedUnion("provider", [awsSite, gcpSite, azureSite]);

/** Addresses of an API server as pods see them. */
export const apiServer = z.strictObject({ cidrs: z.array(cidr).min(1), ports: z.array(port).min(1) });

/** What a stack says of a cluster that is there already. */
const existingFields = {
  /** @default the kubeconfig's current context */
  context: z.string().optional(),
  /** What the cluster was made with, for the defaults of `landfall:edge`. @default nothing that brings a way in */
  distribution: z.enum(DISTRIBUTIONS).optional(),
  /**
   * Identity of the cluster that the stack has stood on, as it is told where another one is found in its place: the stack
   * leaves it, and what stands there is deleted, data included. @default none is left, and landing elsewhere is refused
   */
  leaves: z.string().optional(),
  ...storageFields,
  /** Addresses of the API server as pods see them, for the NetworkPolicies. @default read from the cluster */
  apiServer: apiServer.optional(),
  /** Its pools of machines, where tiers or datastores are to be put on one. @default none is named */
  nodePools: existingNodePools.optional(),
  /** Who runs managed datastores for it. @default nobody */
  cloud: site.optional(),
};

export const kubeconfigCluster = z.strictObject({
  provider: z.literal("kubeconfig"),
  /** Kubeconfig file, relative to the project. @default $KUBECONFIG, then ~/.kube/config */
  path: z.string().optional(),
  ...existingFields,
});

/** A cluster that another stack made, which gives its kubeconfig as an output. */
export const stackCluster = z.strictObject({
  provider: z.literal("stack"),
  /** The other stack. In a backend of one's own the organization is called organization. */
  ref: z.string().regex(/^[^/\s]+\/[^/\s]+\/[^/\s]+$/, "<organization>/<project>/<stack>"),
  /** Output that has the kubeconfig, as text or as an object. @default kubeconfig */
  output: z.string().optional(),
  ...existingFields,
});

export const cluster = z.discriminatedUnion("provider", [
  kubeconfigCluster,
  stackCluster,
  eksSettings,
  gkeSettings,
  aksSettings,
]);

export type ClusterSettings = z.output<typeof cluster>;
export type KubeconfigCluster = z.infer<typeof kubeconfigCluster>;
export type StackCluster = z.infer<typeof stackCluster>;
/** A cluster that is there already. */
export type ExistingCluster = KubeconfigCluster | StackCluster;
export type Site = z.output<typeof site>;
