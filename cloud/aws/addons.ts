import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { podRole } from "./identity.ts";
import type { AddonPlan, EksPlan } from "./plan.ts";
import type { AddonName } from "./settings.ts";

interface Facts {
  /** Whose pods need permissions, and AWS's policies that grant them. */
  identity?: { serviceAccount: string; namespace?: string; policies: readonly string[] };
  configuration?: object;
  /** Machines are of no use before it. */
  beforeMachines?: boolean;
}

/** https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html */
const FACTS: Readonly<Record<AddonName, Facts>> = {
  "vpc-cni": {
    identity: { serviceAccount: "aws-node", policies: ["AmazonEKS_CNI_Policy"] },
    // Without it, the cluster takes NetworkPolicies and nobody enforces them.
    configuration: { enableNetworkPolicy: "true" },
    beforeMachines: true,
  },
  "kube-proxy": { beforeMachines: true },
  "eks-pod-identity-agent": { beforeMachines: true },
  coredns: {},
  "aws-ebs-csi-driver": {
    identity: { serviceAccount: "ebs-csi-controller-sa", policies: ["AmazonEBSCSIDriverPolicyV2"] },
  },
  "aws-efs-csi-driver": {
    identity: { serviceAccount: "efs-csi-controller-sa", policies: ["service-role/AmazonEFSCSIDriverPolicy"] },
  },
  "snapshot-controller": {},
  "metrics-server": {},
  "amazon-cloudwatch-observability": {
    identity: {
      serviceAccount: "cloudwatch-agent",
      namespace: "amazon-cloudwatch",
      policies: ["CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess"],
    },
  },
};

export function needsMachines({ name }: AddonPlan): boolean {
  return !FACTS[name].beforeMachines;
}

/** What EKS installs and keeps in the cluster. */
export function createAddon(
  name: string,
  { addon, plan, clusterName }: { addon: AddonPlan; plan: EksPlan; clusterName: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): aws.eks.Addon {
  const { identity, configuration } = FACTS[addon.name];
  const role = identity && podRole(`${name}-${addon.name}`, { namespace: "kube-system", ...identity }, opts);
  return new aws.eks.Addon(
    `${name}-${addon.name}`,
    {
      clusterName,
      addonName: addon.name,
      // So that an upgrade of the cluster takes it along.
      addonVersion: addon.version ?? defaultVersion(addon, plan, opts),
      configurationValues: configuration && JSON.stringify(configuration),
      podIdentityAssociations: role && [
        { serviceAccount: (identity as NonNullable<typeof identity>).serviceAccount, roleArn: role.arn },
      ],
      resolveConflictsOnCreate: "OVERWRITE",
      resolveConflictsOnUpdate: "OVERWRITE",
    },
    pulumi.mergeOptions(opts, { dependsOn: role?.granted ?? [] }),
  );
}

function defaultVersion({ name }: AddonPlan, plan: EksPlan, { parent }: pulumi.CustomResourceOptions) {
  const known = aws.eks.getAddonVersionOutput({ addonName: name, kubernetesVersion: plan.version }, { parent });
  return known.version;
}
