import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { EksPlan } from "./plan.ts";

const ADMINISTRATOR = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy";

/** Who may do everything in the cluster beside whoever makes it. */
export function createAdministrators(
  name: string,
  plan: EksPlan,
  clusterName: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return plan.administrators.flatMap((principalArn, index) => {
    const entry = new aws.eks.AccessEntry(
      `${name}-administrator-${index + 1}`,
      { clusterName, principalArn, type: "STANDARD" },
      opts,
    );
    const policy = new aws.eks.AccessPolicyAssociation(
      `${name}-administrator-${index + 1}-policy`,
      { clusterName, principalArn: entry.principalArn, policyArn: ADMINISTRATOR, accessScope: { type: "cluster" } },
      opts,
    );
    return [entry, policy];
  });
}
