import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createAddon, needsMachines } from "./addons.ts";
import { createAdministrators } from "./administrators.ts";
import { createImageCaches } from "./image-cache.ts";
import { createNodeGroup } from "./nodes.ts";
import type { EksPlan } from "./plan.ts";
import { serviceRole } from "./roles.ts";

export interface ClusterArgs {
  plan: EksPlan;
  /** Private ones, over several zones. */
  subnetIds: pulumi.Input<string>[];
  /** What machines need before they start. */
  wayOut: pulumi.Resource[];
}

/** An EKS cluster with its machines: private, audited, its secrets encrypted with a key of its own. */
export class Cluster extends pulumi.ComponentResource {
  readonly cluster: aws.eks.Cluster;
  /** What has to be there before anything runs in it. */
  readonly ready: pulumi.Resource[];
  /** Security group of its machines and their pods. */
  readonly clientGroup: pulumi.Output<string>;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:aws:Cluster", name, {}, opts);
    const { plan, subnetIds, wayOut } = args;
    const inside = { parent: this };

    const role = serviceRole(`${name}-cluster`, "eks.amazonaws.com", ["AmazonEKSClusterPolicy"], inside);
    const key = new aws.kms.Key(
      `${name}-secrets-key`,
      { description: `Secrets of the EKS cluster ${plan.name}`, enableKeyRotation: true, deletionWindowInDays: 30 },
      inside,
    );
    // EKS would make it without an end to what it keeps.
    const logs = new aws.cloudwatch.LogGroup(
      `${name}-control-plane-logs`,
      { name: `/aws/eks/${plan.name}/cluster`, retentionInDays: LOG_RETENTION_DAYS },
      inside,
    );
    this.cluster = new aws.eks.Cluster(
      `${name}-cluster`,
      {
        name: plan.name,
        version: plan.version,
        roleArn: role.arn,
        vpcConfig: {
          subnetIds,
          endpointPrivateAccess: true,
          endpointPublicAccess: plan.publicAccess.length > 0,
          publicAccessCidrs: plan.publicAccess.length > 0 ? plan.publicAccess : undefined,
        },
        kubernetesNetworkConfig: { serviceIpv4Cidr: SERVICE_CIDR },
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
        bootstrapSelfManagedAddons: false,
        encryptionConfig: { provider: { keyArn: key.arn }, resources: ["secrets"] },
        enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
        upgradePolicy: { supportType: "STANDARD" },
        deletionProtection: plan.deletionProtection,
      },
      { ...inside, protect: plan.deletionProtection, dependsOn: [...role.attachments, logs] },
    );

    const { name: clusterName, vpcConfig } = this.cluster;
    this.clientGroup = vpcConfig.clusterSecurityGroupId;
    const access = createAdministrators(name, plan, clusterName, inside);
    const [first, then] = [false, true].map((late) => plan.addons.filter((addon) => needsMachines(addon) === late));
    const addons = (some: typeof first = [], dependsOn: pulumi.Resource[] = []) =>
      some.map((addon) => createAddon(name, { addon, plan, clusterName }, { ...inside, dependsOn }));
    const early = addons(first);

    const nodeRole = serviceRole(`${name}-nodes`, "ec2.amazonaws.com", NODE_POLICIES, inside);
    const caches = createImageCaches(name, { plan, nodeRole: nodeRole.name }, inside);
    const before = [...nodeRole.attachments, ...caches, ...wayOut, ...early];
    const nodeGroups = plan.nodePools.map((pool) =>
      createNodeGroup(
        name,
        { pool, plan, clusterName, subnetIds, roleArn: nodeRole.arn },
        { ...inside, dependsOn: before },
      ),
    );
    this.ready = [...access, ...nodeGroups, ...addons(then, nodeGroups)];
    this.registerOutputs({});
  }
}

/** Addresses of Services; outside the private ranges that a VPC of ours has. */
export const SERVICE_CIDR = "172.20.0.0/16";
const LOG_RETENTION_DAYS = 90;
const NODE_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];
