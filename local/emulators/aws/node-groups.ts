/** Machines of EKS. Rules by https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html */
import type { NodeSpec } from "../../cluster/nodes.ts";
import { failures, notOneOf } from "../checks.ts";
import { firstCount } from "../control-planes.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import type { Failure } from "../sdk.ts";
import { hasAddon } from "./addons.ts";
import { arn, ec2, SUBNET } from "./common.ts";
import { CLUSTER } from "./eks.ts";
import { ROLE } from "./iam.ts";
import { machineOf } from "./machines.ts";

const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
/** A machine keeps this much of its memory for itself. */
const RESERVED_GIB = 1;

export const nodeGroups: Record<string, Rules> = {
  [LAUNCH_TEMPLATE]: {
    ...ec2("lt", {}, () => ({ latestVersion: 1, defaultVersion: 1 })),
    autoname: { property: "name", maxLength: 128 },
    immutable: ["name"],
    update: ({ outputs }) => ({ ...outputs, latestVersion: (outputs.latestVersion as number) + 1 }),
  },

  "aws:eks/nodeGroup:NodeGroup": {
    autoname: { property: "nodeGroupName", maxLength: 63 },
    immutable: [
      "nodeGroupName",
      "clusterName",
      "subnetIds",
      "nodeRoleArn",
      "amiType",
      "capacityType",
      "instanceTypes",
      "diskSize",
    ],
    references: {
      clusterName: { to: CLUSTER },
      nodeRoleArn: { to: ROLE, by: "arn" },
      subnetIds: { to: SUBNET },
      "launchTemplate.id": { to: LAUNCH_TEMPLATE },
    },
    check({ scalingConfig, instanceTypes = [], amiType, capacityType, diskSize, launchTemplate }) {
      const { minSize, maxSize, desiredSize } = scalingConfig as Record<string, number>;
      return failures(
        notOneOf("capacityType", capacityType, ["ON_DEMAND", "SPOT", "CAPACITY_BLOCK"]),
        (minSize as number) > (maxSize as number) && { property: "scalingConfig", reason: "minSize is above maxSize" },
        ((desiredSize as number) < (minSize as number) || (desiredSize as number) > (maxSize as number)) && {
          property: "scalingConfig.desiredSize",
          reason: `${desiredSize} is not between minSize and maxSize`,
        },
        (instanceTypes as string[]).length > 20 && { property: "instanceTypes", reason: "are more than 20" },
        ...(instanceTypes as string[]).map((type) => badImage(type, amiType)),
        ...(instanceTypes as string[]).map(
          (type) =>
            !machineOf(type) && {
              property: "instanceTypes",
              reason: `"${type}" is no instance type that is known here`,
            },
        ),
        diskSize !== undefined &&
          launchTemplate !== undefined && { property: "diskSize", reason: "belongs into the launch template" },
      );
    },
    async create(inputs, context) {
      const { nodeGroupName, clusterName } = inputs as Record<string, string>;
      checkPodNetwork(clusterName as string, context);
      checkVersion(inputs, context);
      await place(inputs, context);
      return {
        id: `${clusterName}:${nodeGroupName}`,
        outputs: { arn: arn(context, "eks", `nodegroup/${clusterName}/${nodeGroupName}`), status: "ACTIVE" },
      };
    },
    async update({ inputs: before, outputs }, inputs, context) {
      checkVersion(inputs, context, before);
      await place(inputs, context);
      return { ...outputs, ...inputs };
    },
    async remove({ inputs }, { controlPlanes }) {
      const { clusterName, nodeGroupName } = inputs as Record<string, string>;
      await controlPlanes.setNodes(clusterName as string, nodeGroupName as string, []);
    },
  },
};

/** https://docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html */
function checkVersion({ clusterName, version, releaseVersion }: Values, { world }: Context, before?: Values): void {
  const minor = (text: unknown) => Number(String(text).split(".")[1]);
  const ofCluster = world.get(CLUSTER, clusterName as string)?.inputs.version;
  if (version !== undefined && ofCluster !== undefined && minor(version) > minor(ofCluster)) {
    throw new CloudError(
      `InvalidParameterException: requested Kubernetes version ${version} is newer than the cluster's ${ofCluster}`,
    );
  }
  if (before?.version !== undefined && minor(version) < minor(before.version)) {
    throw new CloudError(`InvalidParameterException: a node group goes from ${before.version} back to no version`);
  }
  if (releaseVersion !== undefined && version !== undefined && minor(releaseVersion) !== minor(version)) {
    throw new CloudError(`InvalidParameterException: ${releaseVersion} is no release for Kubernetes ${version}`);
  }
}

/** A machine starts from an image of its own architecture. */
function badImage(type: string, amiType: unknown): Failure | undefined {
  const machine = machineOf(type);
  if (!machine || typeof amiType !== "string") return undefined;
  if (amiType.includes("ARM_64") === (machine.architecture === "arm64")) return undefined;
  return {
    property: "amiType",
    reason: `InvalidParameterException: ${type} is ${machine.architecture}, not ${amiType}`,
  };
}

/** https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html: machines without a pod network stay unready. */
function checkPodNetwork(clusterName: string, { world }: Context): void {
  const cluster = world.get(CLUSTER, clusterName) as Entity;
  if (cluster.inputs.bootstrapSelfManagedAddons !== false || hasAddon(world, clusterName, "vpc-cni")) return;
  throw new CloudError("NodeCreationFailure: Unhealthy nodes in the kubernetes cluster: cni plugin not initialized");
}

/** Gives the cluster the group's machines, spread over its zones. */
async function place(inputs: Values, { world, controlPlanes, settings }: Context): Promise<void> {
  const { clusterName, nodeGroupName, subnetIds, instanceTypes, scalingConfig, labels, taints } = inputs as {
    clusterName: string;
    nodeGroupName: string;
    subnetIds: string[];
    instanceTypes?: string[];
    scalingConfig: { desiredSize: number; maxSize: number };
    labels?: Record<string, string>;
    taints?: { key: string; value?: string; effect: string }[];
  };
  const type = instanceTypes?.[0] ?? "t3.medium";
  const machine = machineOf(type);
  if (!machine) throw new CloudError(`InvalidParameterException: ${type} is no instance type that is known here`);
  const zones = subnetIds.map((id) => world.get(SUBNET, id)?.inputs.availabilityZone as string);
  const nodes = Array.from(
    { length: firstCount(scalingConfig.desiredSize, scalingConfig.maxSize) },
    (_, index): NodeSpec => ({
      name: `${nodeGroupName}-${index + 1}`.toLowerCase(),
      zone: zones[index % zones.length] as string,
      region: settings.region as string,
      instanceType: type,
      architecture: machine.architecture,
      cpu: String(machine.cpus),
      memory: `${machine.memoryGiB - RESERVED_GIB}Gi`,
      pods: machine.pods,
      ephemeralStorage: "50Gi",
      labels: {
        "eks.amazonaws.com/nodegroup": nodeGroupName,
        "eks.amazonaws.com/capacityType": inputs.capacityType as string,
        ...labels,
      },
      taints: taints?.map(({ key, value, effect }) => ({ key, value, effect: EFFECTS[effect] as "NoSchedule" })),
    }),
  );
  await controlPlanes.setNodes(clusterName, nodeGroupName, nodes);
}

const EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
};
