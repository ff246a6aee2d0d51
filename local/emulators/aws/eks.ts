/** EKS. Rules by https://docs.aws.amazon.com/eks/latest/userguide/ and the EKS API reference. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arn, SUBNET, zonesOf } from "./common.ts";
import { ROLE } from "./iam.ts";

export const CLUSTER = "aws:eks/cluster:Cluster";

/** In standard or extended support on 2026-11-21, the oldest first. */
const VERSIONS = ["1.31", "1.32", "1.33", "1.34", "1.35", "1.36"];
const LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

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
      if (zonesOf(vpcConfig.subnetIds, context).size < 2) {
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
};

function vpcOf({ subnetIds }: ClusterInputs["vpcConfig"], { world }: Context): unknown {
  return (world.get(SUBNET, subnetIds[0] as string) as Entity).inputs.vpcId;
}
