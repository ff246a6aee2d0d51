import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./identity.ts";

/**
 * Looks at all, resizes the cluster's own groups of machines, which EKS tags:
 * https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
 */
export function permissionsOfAutoscaler(clusterName: pulumi.Output<string>): Statement[] {
  const looks = [
    ...["DescribeAutoScalingGroups", "DescribeAutoScalingInstances", "DescribeLaunchConfigurations"],
    ...["DescribeScalingActivities", "DescribeTags"],
  ].map((action) => `autoscaling:${action}`);
  const machines = ["DescribeImages", "DescribeInstanceTypes", "DescribeLaunchTemplateVersions"];
  return [
    {
      Effect: "Allow",
      Action: [...looks, ...machines.map((action) => `ec2:${action}`), "ec2:GetInstanceTypesFromInstanceRequirements"],
      Resource: "*",
    },
    { Effect: "Allow", Action: "eks:DescribeNodegroup", Resource: "*" },
    {
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/eks:cluster-name": clusterName } },
    },
  ];
}
