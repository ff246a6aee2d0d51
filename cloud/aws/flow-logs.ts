import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policyOf } from "./identity.ts";
import { prefix } from "./names.ts";

const RETENTION_DAYS = 30;

/** Who talks to whom in the network, in CloudWatch. */
export function createFlowLogs(
  name: string,
  { vpcId, clusterName }: { vpcId: pulumi.Input<string>; clusterName: string },
  opts: pulumi.CustomResourceOptions,
): void {
  const logs = new aws.cloudwatch.LogGroup(
    `${name}-flow-logs`,
    { name: `/aws/vpc/${clusterName}/flow-logs`, retentionInDays: RETENTION_DAYS },
    opts,
  );
  const role = new aws.iam.Role(
    `${name}-flow-logs-role`,
    {
      namePrefix: prefix(`${clusterName}-flow-logs`, 38),
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "vpc-flow-logs.amazonaws.com" } },
        ],
      }),
    },
    opts,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-flow-logs-policy`,
    {
      role: role.name,
      policy: policyOf([
        {
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
          Resource: pulumi.interpolate`${logs.arn}:*`,
        },
        { Effect: "Allow", Action: "logs:DescribeLogGroups", Resource: "*" },
      ]),
    },
    opts,
  );
  new aws.ec2.FlowLog(
    `${name}-flow-log`,
    { vpcId, trafficType: "ALL", logDestination: logs.arn, iamRoleArn: role.arn },
    pulumi.mergeOptions(opts, { dependsOn: policy }),
  );
}
