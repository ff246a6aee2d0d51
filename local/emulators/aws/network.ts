/** EC2's networks. Rules by https://docs.aws.amazon.com/vpc/latest/userguide/ and the EC2 API reference. */
import { contains, lengthOf, overlap } from "../addresses.ts";
import { badRange, failures, notOneOf } from "../checks.ts";
import type { Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { ec2, ec2Id, SUBNET } from "./common.ts";

const VPC = "aws:ec2/vpc:Vpc";
const ROUTE_TABLE = "aws:ec2/routeTable:RouteTable";
const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";

/** The group that EKS makes for a cluster is no resource of its own. */
const CLUSTER_GROUP = /^sg-0c/;

/** VPCs and subnets have a mask of 16 to 28 bits. */
function badSize(property: string, cidr: unknown) {
  if (typeof cidr !== "string" || (lengthOf(cidr) >= 16 && lengthOf(cidr) <= 28)) return undefined;
  return { property, reason: `"${cidr}": a block has a mask of /16 to /28` };
}

export const network: Record<string, Rules> = {
  [VPC]: ec2(
    "vpc",
    {
      immutable: ["cidrBlock", "instanceTenancy"],
      check: ({ cidrBlock }) => failures(badRange("cidrBlock", cidrBlock), badSize("cidrBlock", cidrBlock)),
    },
    (_, context) => ({
      mainRouteTableId: ec2Id(context, "rtb"),
      defaultSecurityGroupId: ec2Id(context, "sg"),
      defaultNetworkAclId: ec2Id(context, "acl"),
    }),
  ),

  [SUBNET]: {
    ...ec2("subnet"),
    immutable: ["vpcId", "cidrBlock", "availabilityZone"],
    references: { vpcId: { to: VPC } },
    check: ({ cidrBlock, availabilityZone }, { settings }) =>
      failures(
        badRange("cidrBlock", cidrBlock),
        badSize("cidrBlock", cidrBlock),
        typeof availabilityZone === "string" &&
          !new RegExp(`^${settings.region}[a-f]$`).test(availabilityZone) && {
            property: "availabilityZone",
            reason: `"${availabilityZone}" is no zone of ${settings.region}`,
          },
      ),
    create(inputs, context) {
      const { vpcId, cidrBlock } = inputs as { vpcId: string; cidrBlock: string };
      const vpc = context.world.get(VPC, vpcId);
      if (!contains(vpc?.inputs.cidrBlock as string, cidrBlock)) {
        throw new CloudError(`InvalidSubnet.Range: the CIDR '${cidrBlock}' is invalid for ${vpcId}`);
      }
      const conflict = context.world
        .all(SUBNET)
        .find((other) => other.inputs.vpcId === vpcId && overlap(other.inputs.cidrBlock as string, cidrBlock));
      if (conflict) {
        throw new CloudError(
          `InvalidSubnet.Conflict: the CIDR '${cidrBlock}' conflicts with another subnet (${conflict.id})`,
        );
      }
      return ec2("subnet").create(inputs, context);
    },
  },

  "aws:ec2/internetGateway:InternetGateway": ec2("igw", { references: { vpcId: { to: VPC } } }),

  "aws:ec2/eip:Eip": ec2("eipalloc", { immutable: ["domain"] }, (_, context) => ({
    publicIp: `198.51.100.${(Number.parseInt(context.world.unique(2), 16) % 254) + 1}`,
  })),

  "aws:ec2/natGateway:NatGateway": ec2("nat", {
    immutable: ["subnetId", "allocationId", "connectivityType"],
    references: { subnetId: { to: SUBNET }, allocationId: { to: "aws:ec2/eip:Eip" } },
    check: ({ connectivityType = "public", allocationId, subnetId }) =>
      failures(
        connectivityType === "public" &&
          subnetId !== undefined &&
          allocationId === undefined && {
            property: "allocationId",
            reason: "a public NAT gateway needs an elastic IP address",
          },
      ),
  }),

  [ROUTE_TABLE]: ec2("rtb", {
    immutable: ["vpcId"],
    references: {
      vpcId: { to: VPC },
      "routes.gatewayId": { to: "aws:ec2/internetGateway:InternetGateway", except: /^local$/ },
      "routes.natGatewayId": { to: "aws:ec2/natGateway:NatGateway" },
    },
    check: ({ routes = [] }) =>
      failures(
        ...(routes as Values[]).map(({ cidrBlock }, index) => badRange(`routes[${index}].cidrBlock`, cidrBlock)),
      ),
  }),

  "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2("rtbassoc", {
    immutable: ["subnetId"],
    references: { subnetId: { to: SUBNET, releases: true }, routeTableId: { to: ROUTE_TABLE } },
  }),

  [SECURITY_GROUP]: ec2("sg", {
    autoname: { property: "name", maxLength: 255 },
    immutable: ["name", "description", "vpcId"],
    references: {
      vpcId: { to: VPC },
      "ingress.securityGroups": { to: SECURITY_GROUP, except: CLUSTER_GROUP },
      "egress.securityGroups": { to: SECURITY_GROUP, except: CLUSTER_GROUP },
    },
    check: ({ description, ingress = [], egress = [] }) =>
      failures(
        // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
        typeof description === "string" &&
          !/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/.test(description) && {
            property: "description",
            reason: "has characters that EC2 does not take",
          },
        ...[...rulesIn("ingress", ingress), ...rulesIn("egress", egress)],
      ),
  }),

  "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", {
    immutable: ["vpcId", "serviceName", "vpcEndpointType"],
    references: {
      vpcId: { to: VPC },
      routeTableIds: { to: ROUTE_TABLE },
      subnetIds: { to: SUBNET },
      securityGroupIds: { to: SECURITY_GROUP },
    },
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
    check: ({ serviceName, vpcEndpointType = "Gateway", routeTableIds, subnetIds }, { settings }) =>
      failures(
        typeof serviceName === "string" &&
          !serviceName.startsWith(`com.amazonaws.${settings.region}.`) && {
            property: "serviceName",
            reason: `"${serviceName}" is no service of ${settings.region}`,
          },
        vpcEndpointType === "Gateway" &&
          typeof serviceName === "string" &&
          !/\.(s3|dynamodb)$/.test(serviceName) && {
            property: "vpcEndpointType",
            reason: `${serviceName} has no gateway; only S3 and DynamoDB have`,
          },
        vpcEndpointType === "Gateway" &&
          subnetIds !== undefined && { property: "subnetIds", reason: "belong to interface endpoints" },
        vpcEndpointType === "Interface" &&
          routeTableIds !== undefined && { property: "routeTableIds", reason: "belong to gateway endpoints" },
      ),
  }),

  "aws:ec2/flowLog:FlowLog": ec2("fl", {
    immutable: ["vpcId", "subnetId", "eniId", "trafficType", "logDestination", "iamRoleArn", "logDestinationType"],
    references: {
      vpcId: { to: VPC, releases: true },
      logDestination: { to: "aws:cloudwatch/logGroup:LogGroup", by: "arn" },
      iamRoleArn: { to: "aws:iam/role:Role", by: "arn" },
    },
    check: ({ trafficType, logDestinationType = "cloud-watch-logs", iamRoleArn }) =>
      failures(
        notOneOf("trafficType", trafficType, ["ACCEPT", "REJECT", "ALL"]),
        logDestinationType === "cloud-watch-logs" &&
          iamRoleArn === undefined && { property: "iamRoleArn", reason: "is required for CloudWatch" },
      ),
  }),

  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {
    ...ec2("sg"),
    references: { vpcId: { to: VPC, releases: true } },
    create({ vpcId }, { world }) {
      return { id: world.get(VPC, vpcId as string)?.outputs.defaultSecurityGroupId as string, outputs: {} };
    },
  },
};

function rulesIn(property: string, rules: unknown) {
  return (rules as Values[]).flatMap((rule, index) => {
    const at = `${property}[${index}]`;
    const {
      fromPort,
      toPort,
      protocol,
      cidrBlocks = [],
    } = rule as { fromPort: number; toPort: number; protocol: string; cidrBlocks?: string[] };
    return failures(
      protocol === "-1" &&
        (fromPort !== 0 || toPort !== 0) && { property: at, reason: "all protocols take ports 0 to 0" },
      fromPort > toPort && { property: at, reason: `ports ${fromPort} to ${toPort} are none` },
      ...cidrBlocks.map((cidr) => badRange(`${at}.cidrBlocks`, cidr)),
    );
  });
}
