/** Where a stack lands. */
import { z } from "zod";
import { awsSite, eksSettings } from "../../cloud/aws/settings.ts";
import { aksSettings } from "../../cloud/azure/settings.ts";
import { gcpSite, gkeSettings } from "../../cloud/gcp/settings.ts";
import { existingNodePools } from "./nodes.ts";
import { cidr, port } from "./primitives.ts";
import { storageFields } from "./storage.ts";

/** A cloud that runs datastores for a cluster that is not this stack's, and the network that both are in. */
export const site = z.discriminatedUnion("provider", [awsSite, gcpSite]);

export const kubeconfigCluster = z.strictObject({
  provider: z.literal("kubeconfig"),
  /** Kubeconfig file, relative to the project. @default $KUBECONFIG, then ~/.kube/config */
  path: z.string().optional(),
  /** @default the kubeconfig's current context */
  context: z.string().optional(),
  ...storageFields,
  /** Addresses of the API server as pods see them, for the NetworkPolicies. @default read from the cluster */
  apiServer: z.strictObject({ cidrs: z.array(cidr).min(1), ports: z.array(port).min(1) }).optional(),
  /** Its pools of machines, where tiers or datastores are to be put on one. @default none is named */
  nodePools: existingNodePools.optional(),
  /** Who runs managed datastores for it. @default nobody */
  cloud: site.optional(),
});

export const cluster = z.discriminatedUnion("provider", [kubeconfigCluster, eksSettings, gkeSettings, aksSettings]);

export type ClusterSettings = z.output<typeof cluster>;
export type KubeconfigCluster = z.infer<typeof kubeconfigCluster>;
export type Site = z.output<typeof site>;
