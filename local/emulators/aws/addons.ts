/** Add-ons of EKS. Rules by https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html and the EKS API reference. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Function as Answer, Entity, Rules } from "../rules.ts";
import { CloudError } from "../rules.ts";
import type { World } from "../world.ts";
import { checkPodRole } from "./access.ts";
import { arn } from "./common.ts";

const ADDON = "aws:eks/addon:Addon";
const CLUSTER = "aws:eks/cluster:Cluster";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";

/** AWS's own default of each for today's versions of Kubernetes; kube-proxy's is the cluster's. */
const DEFAULTS: Readonly<Record<string, string>> = {
  "vpc-cni": "v1.21.1-eksbuild.3",
  "kube-proxy": "",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
  coredns: "v1.13.1-eksbuild.1",
  "aws-ebs-csi-driver": "v1.54.0-eksbuild.1",
  "aws-efs-csi-driver": "v2.2.0-eksbuild.1",
  "snapshot-controller": "v8.3.0-eksbuild.1",
  "metrics-server": "v0.8.0-eksbuild.6",
  "amazon-cloudwatch-observability": "v4.8.0-eksbuild.1",
};
/** Those that run on every machine there is, and so on none. */
const ON_EVERY_MACHINE = ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"];

export function hasAddon(world: World, clusterName: string, addonName: string): boolean {
  return world.get(ADDON, `${clusterName}:${addonName}`) !== undefined;
}

export const getAddonVersion: Answer = ({ addonName, kubernetesVersion }, { settings }) => {
  const known = DEFAULTS[addonName as string];
  if (known === undefined) throw new CloudError(`InvalidParameterException: addon ${addonName} is not known`);
  return {
    id: addonName,
    addonName,
    kubernetesVersion,
    region: settings.region,
    version: known || `v${kubernetesVersion}.0-eksbuild.2`,
  };
};

export const addons: Record<string, Rules> = {
  [ADDON]: {
    immutable: ["addonName", "clusterName"],
    references: {
      clusterName: { to: CLUSTER },
      "podIdentityAssociations.roleArn": { to: "aws:iam/role:Role", by: "arn", releases: true },
      serviceAccountRoleArn: { to: "aws:iam/role:Role", by: "arn", releases: true },
    },
    check: ({ addonName, addonVersion, configurationValues, resolveConflictsOnCreate, resolveConflictsOnUpdate }) =>
      failures(
        notOneOf("addonName", addonName, Object.keys(DEFAULTS)),
        badPattern("addonVersion", addonVersion, /^v\d+\.\d+\.\d+-eksbuild\.\d+$/),
        notOneOf("resolveConflictsOnCreate", resolveConflictsOnCreate, ["NONE", "OVERWRITE"]),
        notOneOf("resolveConflictsOnUpdate", resolveConflictsOnUpdate, ["NONE", "OVERWRITE", "PRESERVE"]),
        addonName === "vpc-cni" && badNetworkPolicy(configurationValues),
      ),
    create(inputs, context) {
      const {
        addonName,
        clusterName,
        podIdentityAssociations = [],
      } = inputs as {
        addonName: string;
        clusterName: string;
        podIdentityAssociations?: { roleArn: string }[];
      };
      for (const { roleArn } of podIdentityAssociations) checkPodRole(roleArn, context);
      const { world } = context;
      const id = `${clusterName}:${addonName}`;
      if (world.get(ADDON, id)) throw new CloudError(`ResourceInUseException: addon ${addonName} already exists`);
      const groups = world.all(NODE_GROUP).filter((group) => group.inputs.clusterName === clusterName);
      if (groups.length === 0 && !ON_EVERY_MACHINE.includes(addonName)) {
        throw new CloudError(`${addonName} is DEGRADED: InsufficientNumberOfReplicas, there are no nodes to run it`);
      }
      checkVersion(inputs, world.get(CLUSTER, clusterName) as Entity);
      return { id, outputs: { arn: arn(context, "eks", `addon/${clusterName}/${addonName}/1`) } };
    },
    update(before, inputs, { world }) {
      checkVersion(inputs, world.get(CLUSTER, inputs.clusterName as string) as Entity);
      return { ...before.outputs, ...inputs };
    },
  },
};

function badNetworkPolicy(configuration: unknown) {
  if (typeof configuration !== "string") return undefined;
  const { enableNetworkPolicy } = JSON.parse(configuration) as { enableNetworkPolicy?: unknown };
  return notOneOf("configurationValues.enableNetworkPolicy", enableNetworkPolicy, ["true", "false"]);
}

/** kube-proxy is never newer than the API server. */
function checkVersion({ addonName, addonVersion }: Record<string, unknown>, { inputs }: Entity): void {
  const [, minor] = /^v1\.(\d+)\./.exec(String(addonVersion)) ?? [];
  const [, of] = /^1\.(\d+)$/.exec(String(inputs.version)) ?? [];
  if (addonName !== "kube-proxy" || Number(minor) <= Number(of)) return;
  throw new CloudError(
    `InvalidParameterException: kube-proxy ${addonVersion} is not supported by Kubernetes ${inputs.version}`,
  );
}
