/** EKS and its machines. Rules by https://docs.aws.amazon.com/eks/latest/userguide/ and the EKS API reference. */

import type { NodeSpec } from "../../cluster/nodes.ts";
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import type { Failure } from "../sdk.ts";
import { hasAddon } from "./addons.ts";
import { arn, ec2 } from "./common.ts";
import { ROLE } from "./iam.ts";
import { machineOf } from "./machines.ts";

export const CLUSTER = "aws:eks/cluster:Cluster";
const SUBNET = "aws:ec2/subnet:Subnet";
const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";

/** In standard or extended support on 2026-11-21, the oldest first. */
export const VERSIONS = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"];
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
/** A machine keeps this much of its memory for itself. */
const RESERVED_GIB = 1;

interface ClusterInputs extends Values {
  name: string;
  version?: string;
  vpcConfig: { subnetIds: string[]; endpointPrivateAccess?: boolean; endpointPublicAccess?: boolean };
  enabledClusterLogTypes?: string[];
  encryptionConfig?: Values;
  deletionProtection?: boolean;
}

export const eks: Record<string, Rules> = {
  [CLUSTER]: {
    autoname: { property: "name", maxLength: 100 },
    immutable: [
      "name",
      "roleArn",
      "bootstrapSelfManagedAddons",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
    ],
    references: {
      roleArn: { to: ROLE, by: "arn" },
      "vpcConfig.subnetIds": { to: SUBNET },
      "encryptionConfig.provider.keyArn": { to: "aws:kms/key:Key", by: "arn" },
    },
    check(inputs) {
      const { name, version, vpcConfig, enabledClusterLogTypes = [] } = inputs as ClusterInputs;
      const { endpointPrivateAccess = false, endpointPublicAccess = true } = vpcConfig;
      return failures(
        badPattern("name", name, /^[0-9A-Za-z][\w-]{0,99}$/),
        notOneOf("version", version, VERSIONS),
        ...enabledClusterLogTypes.map((type) => notOneOf("enabledClusterLogTypes", type, LOG_TYPES)),
        !endpointPrivateAccess &&
          !endpointPublicAccess && {
            property: "vpcConfig",
            reason: "InvalidParameterException: private and public endpoint access cannot both be off",
          },
      );
    },
    async create(inputs, context) {
      const { name, vpcConfig } = inputs as ClusterInputs;
      const zones = new Set(vpcConfig.subnetIds.map((id) => context.world.get(SUBNET, id)?.inputs.availabilityZone));
      if (zones.size < 2) {
        throw new CloudError("InvalidParameterException: subnets specified must be in at least two different AZs");
      }
      const { endpoint, certificateAuthority } = await context.controlPlanes.create(name, {
        objects: [],
        customObjects: [],
      });
      return {
        id: name,
        outputs: {
          arn: arn(context, "eks", `cluster/${name}`),
          endpoint,
          certificateAuthority: { data: certificateAuthority },
          createdAt: `2026-11-21T00:00:00Z ${context.world.unique(4)}`,
          status: "ACTIVE",
          vpcConfig: {
            ...vpcConfig,
            clusterSecurityGroupId: `sg-0c${context.world.unique(15)}`,
            vpcId: vpcOf(vpcConfig, context),
          },
          identities: [
            {
              oidcs: [
                { issuer: `https://oidc.eks.${context.settings.region}.amazonaws.com/id/${context.world.unique(16)}` },
              ],
            },
          ],
        },
      };
    },
    update(before, inputs) {
      const { version, encryptionConfig, vpcConfig } = inputs as ClusterInputs;
      const old = before.inputs as ClusterInputs;
      const [from, to] = [VERSIONS.indexOf(old.version ?? ""), VERSIONS.indexOf(version ?? "")];
      if (to < from || to > from + 1) {
        throw new CloudError(
          `InvalidParameterException: unsupported Kubernetes minor version update from ${old.version} to ${version}`,
        );
      }
      if (old.encryptionConfig && JSON.stringify(old.encryptionConfig) !== JSON.stringify(encryptionConfig)) {
        throw new CloudError("InvalidParameterException: encryption of secrets can be added, not changed");
      }
      const { inputs: _, outputs } = before;
      const made = outputs.vpcConfig as Values;
      return {
        ...outputs,
        ...inputs,
        vpcConfig: { ...vpcConfig, clusterSecurityGroupId: made.clusterSecurityGroupId, vpcId: made.vpcId },
      };
    },
    async remove({ id, inputs }, { controlPlanes }) {
      if ((inputs as ClusterInputs).deletionProtection) {
        throw new CloudError(`InvalidRequestException: cluster ${id} has deletion protection`);
      }
      await controlPlanes.remove(id);
    },
  },

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
      await place(inputs, context);
      return {
        id: `${clusterName}:${nodeGroupName}`,
        outputs: { arn: arn(context, "eks", `nodegroup/${clusterName}/${nodeGroupName}`), status: "ACTIVE" },
      };
    },
    async update({ outputs }, inputs, context) {
      await place(inputs, context);
      return { ...outputs, ...inputs };
    },
    async remove({ inputs }, { controlPlanes }) {
      const { clusterName, nodeGroupName } = inputs as Record<string, string>;
      await controlPlanes.setNodes(clusterName as string, nodeGroupName as string, []);
    },
  },
};

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

function vpcOf({ subnetIds }: ClusterInputs["vpcConfig"], { world }: Context): unknown {
  return (world.get(SUBNET, subnetIds[0] as string) as Entity).inputs.vpcId;
}

/** Gives the cluster the group's machines, spread over its zones. */
async function place(inputs: Values, { world, controlPlanes, settings }: Context): Promise<void> {
  const { clusterName, nodeGroupName, subnetIds, instanceTypes, scalingConfig, labels, taints } = inputs as {
    clusterName: string;
    nodeGroupName: string;
    subnetIds: string[];
    instanceTypes?: string[];
    scalingConfig: { desiredSize: number };
    labels?: Record<string, string>;
    taints?: { key: string; value?: string; effect: string }[];
  };
  const type = instanceTypes?.[0] ?? "t3.medium";
  const machine = machineOf(type);
  if (!machine) throw new CloudError(`InvalidParameterException: ${type} is no instance type that is known here`);
  const zones = subnetIds.map((id) => world.get(SUBNET, id)?.inputs.availabilityZone as string);
  const nodes = Array.from(
    { length: scalingConfig.desiredSize },
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
