/** Roles that pods take on by EKS Pod Identity: https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { prefix } from "./names.ts";

export interface Statement {
  Effect: "Allow";
  Action: string | string[];
  Resource: pulumi.Input<string | string[]>;
  Condition?: Record<string, Record<string, pulumi.Input<string | string[]>>>;
}

export function policyOf(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

export interface PodRoleArgs {
  namespace: string;
  serviceAccount: string;
  /** AWS's own policies, by name. */
  policies?: readonly string[];
  statements?: readonly Statement[];
}

/** A role for the pods of one service account, and for nobody else's. */
export function podRole(
  name: string,
  { namespace, serviceAccount, policies = [], statements = [] }: PodRoleArgs,
  opts: pulumi.CustomResourceOptions,
): { arn: pulumi.Output<string>; granted: pulumi.Resource[] } {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      namePrefix: prefix(name, 38),
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["sts:AssumeRole", "sts:TagSession"],
            Principal: { Service: "pods.eks.amazonaws.com" },
            Condition: {
              StringEquals: {
                "aws:RequestTag/kubernetes-namespace": namespace,
                "aws:RequestTag/kubernetes-service-account": serviceAccount,
              },
            },
          },
        ],
      }),
    },
    opts,
  );
  const attached = policies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy.split("/").at(-1)}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        opts,
      ),
  );
  if (statements.length === 0) return { arn: role.arn, granted: attached };
  const own = new aws.iam.RolePolicy(`${name}-policy`, { role: role.name, policy: policyOf(statements) }, opts);
  return { arn: role.arn, granted: [...attached, own] };
}

/** Gives the pods of a service account a role. */
export function podIdentity(
  name: string,
  { clusterName, ...args }: PodRoleArgs & { clusterName: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): aws.eks.PodIdentityAssociation {
  const { arn, granted } = podRole(name, args, opts);
  const { namespace, serviceAccount } = args;
  return new aws.eks.PodIdentityAssociation(
    `${name}-identity`,
    { clusterName, namespace, serviceAccount, roleArn: arn },
    pulumi.mergeOptions(opts, { dependsOn: granted }),
  );
}
