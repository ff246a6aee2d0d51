import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export interface EndpointArgs {
  region: string;
  vpcId: pulumi.Input<string>;
  cidr: string;
  subnetIds: pulumi.Input<string>[];
  routeTableIds: pulumi.Input<string>[];
  /** Whether the services beside S3 have one too. */
  interfaces: boolean;
}

/** What machines, the cluster's controllers and tiers call. S3 has the layers of ECR's images. */
const SERVICES = ["ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "sts"];

/** Ways to AWS's own services that do not lead over the internet. S3's costs nothing. */
export function createEndpoints(
  name: string,
  { region, vpcId, cidr, subnetIds, routeTableIds, interfaces }: EndpointArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const s3 = new aws.ec2.VpcEndpoint(
    `${name}-endpoint-s3`,
    { vpcId, serviceName: `com.amazonaws.${region}.s3`, vpcEndpointType: "Gateway", routeTableIds },
    opts,
  );
  if (!interfaces) return [s3];
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoints-group`,
    {
      vpcId,
      description: "AWS's own services",
      ingress: [{ description: "the network", protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [cidr] }],
    },
    opts,
  );
  const others = SERVICES.map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        `${name}-endpoint-${service}`,
        {
          vpcId,
          serviceName: `com.amazonaws.${region}.${service}`,
          vpcEndpointType: "Interface",
          subnetIds,
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
        },
        opts,
      ),
  );
  return [s3, ...others];
}
