import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EksNodePool, EksPlan } from "./plan.ts";

export interface NodeGroupArgs {
  pool: EksNodePool;
  plan: EksPlan;
  clusterName: pulumi.Input<string>;
  /** Private ones, over several zones. */
  subnetIds: pulumi.Input<string>[];
  /** What the machines may do. */
  roleArn: pulumi.Input<string>;
}

const EFFECTS = { NoSchedule: "NO_SCHEDULE", PreferNoSchedule: "PREFER_NO_SCHEDULE", NoExecute: "NO_EXECUTE" } as const;

/** Machines of one kind, that EKS starts, replaces and upgrades. */
export function createNodeGroup(
  name: string,
  { pool, plan, clusterName, subnetIds, roleArn }: NodeGroupArgs,
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
          ebs: {
            volumeSize: pool.diskGiB,
            volumeType: pool.diskType ?? "gp3",
            encrypted: "true",
            deleteOnTermination: "true",
          },
        },
      ],
      updateDefaultVersion: true,
    },
    { parent: opts.parent },
  );
  return new aws.eks.NodeGroup(
    `${name}-${pool.name}-nodes`,
    {
      clusterName,
      nodeRoleArn: roleArn,
      subnetIds,
      version: plan.version,
      releaseVersion: plan.nodeRelease,
      amiType: pool.amiType,
      instanceTypes: pool.machines,
      capacityType: pool.spot ? "SPOT" : "ON_DEMAND",
      scalingConfig: { minSize: pool.min, maxSize: pool.max, desiredSize: pool.min },
      updateConfig: { maxUnavailablePercentage: plan.nodeUpgradePercent },
      nodeRepairConfig: { enabled: true },
      labels: pool.labels,
      taints: pool.taints.map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] })),
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
    },
    // The autoscaler decides.
    pulumi.mergeOptions(opts, { ignoreChanges: ["scalingConfig.desiredSize"] }),
  );
}
