import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolPlan } from "../../config/nodes.ts";
import type { EksPlan } from "./plan.ts";

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
  readonly nodeGroups: aws.eks.NodeGroup[];

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

    const nodeRole = serviceRole(`${name}-nodes`, "ec2.amazonaws.com", NODE_POLICIES, inside);
    this.nodeGroups = plan.nodePools.map((pool) =>
      this.nodeGroup(name, pool, { ...args, nodeRole }, { ...inside, dependsOn: [...nodeRole.attachments, ...wayOut] }),
    );
    this.registerOutputs({});
  }

  private nodeGroup(
    name: string,
    pool: NodePoolPlan,
    { plan, subnetIds, nodeRole }: ClusterArgs & { nodeRole: ServiceRole },
    opts: pulumi.CustomResourceOptions,
  ): aws.eks.NodeGroup {
    const template = new aws.ec2.LaunchTemplate(
      `${name}-${pool.name}-template`,
      {
        // One hop: pods, which are a hop further, do not get the machine's credentials.
        metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1, httpEndpoint: "enabled" },
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: { volumeSize: pool.diskGiB, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
          },
        ],
        updateDefaultVersion: true,
      },
      { parent: this },
    );
    return new aws.eks.NodeGroup(
      `${name}-${pool.name}-nodes`,
      {
        clusterName: this.cluster.name,
        nodeRoleArn: nodeRole.arn,
        subnetIds,
        version: plan.version,
        amiType: "AL2023_x86_64_STANDARD",
        instanceTypes: [pool.machine],
        capacityType: pool.spot ? "SPOT" : "ON_DEMAND",
        scalingConfig: { minSize: pool.min, maxSize: pool.max, desiredSize: pool.min },
        updateConfig: { maxUnavailablePercentage: 33 },
        nodeRepairConfig: { enabled: true },
        labels: pool.labels,
        taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] })),
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      },
      // The autoscaler decides.
      { ...opts, ignoreChanges: ["scalingConfig.desiredSize"] },
    );
  }
}

/** Addresses of Services; outside the private ranges that a VPC of ours has. */
export const SERVICE_CIDR = "172.20.0.0/16";
const LOG_RETENTION_DAYS = 90;
const NODE_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];
const EFFECTS = { NoSchedule: "NO_SCHEDULE", PreferNoSchedule: "PREFER_NO_SCHEDULE", NoExecute: "NO_EXECUTE" } as const;

export interface ServiceRole {
  arn: pulumi.Output<string>;
  attachments: aws.iam.RolePolicyAttachment[];
}

/** A role that one of AWS's services takes on, with policies of AWS's own. */
export function serviceRole(
  name: string,
  service: string,
  policies: readonly string[],
  opts: pulumi.CustomResourceOptions,
): ServiceRole {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
      }),
    },
    opts,
  );
  const attachments = policies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        opts,
      ),
  );
  return { arn: role.arn, attachments };
}
