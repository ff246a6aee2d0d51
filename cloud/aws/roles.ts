import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface ServiceRole {
  name: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  attachments: aws.iam.RolePolicyAttachment[];
}

/** A role that one of AWS's services takes on, with policies of AWS's own. */
export function serviceRole(
  name: string,
  service: string,
  policies: readonly string[],
  opts: pulumi.CustomResourceOptions,
): ServiceRole {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: service } }],
      }),
    },
    opts,
  );
  const attachments = policies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy}`,
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        opts,
      ),
  );
  return { name: role.name, arn: role.arn, attachments };
}
