import type * as pulumi from "@pulumi/pulumi";
import { podIdentity } from "./identity.ts";

/**
 * What the Cluster Autoscaler may do once it is installed as `cluster-autoscaler` in kube-system. EKS tags the groups
 * of machines for it.
 */
export function permitAutoscaler(
  name: string,
  clusterName: pulumi.Output<string>,
  opts: pulumi.CustomResourceOptions,
): void {
  const looks = [
    ...["DescribeAutoScalingGroups", "DescribeAutoScalingInstances", "DescribeLaunchConfigurations"],
    ...["DescribeScalingActivities", "DescribeTags"],
  ].map((action) => `autoscaling:${action}`);
  const machines = ["DescribeImages", "DescribeInstanceTypes", "DescribeLaunchTemplateVersions"];
  podIdentity(
    `${name}-autoscaler`,
    {
      clusterName,
      namespace: "kube-system",
      serviceAccount: "cluster-autoscaler",
      statements: [
        {
          Effect: "Allow",
          Action: [
            ...looks,
            ...machines.map((action) => `ec2:${action}`),
            "ec2:GetInstanceTypesFromInstanceRequirements",
          ],
          Resource: "*",
        },
        { Effect: "Allow", Action: "eks:DescribeNodegroup", Resource: "*" },
        {
          Effect: "Allow",
          Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
          Resource: "*",
          Condition: { StringEquals: { "aws:ResourceTag/eks:cluster-name": clusterName } },
        },
      ],
    },
    opts,
  );
}
