import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "./identity.ts";

/** Tag by which the controller knows its own; the value is the cluster's name. */
const OWNER = "elbv2.k8s.aws/cluster";
const GROUPS = "arn:aws:ec2:*:*:security-group/*";
const TARGETS = "arn:aws:elasticloadbalancing:*:*:targetgroup/*/*";
const BALANCERS = ["net", "app"].map((kind) => `arn:aws:elasticloadbalancing:*:*:loadbalancer/${kind}/*/*`);
const LISTENERS = ["listener", "listener-rule"].flatMap((what) =>
  ["net", "app"].map((kind) => `arn:aws:elasticloadbalancing:*:*:${what}/${kind}/*/*/*`),
);

/**
 * What the AWS Load Balancer Controller does, as its project publishes it; where that asks for the tag of any cluster,
 * the tag has to be this cluster's.
 * https://github.com/kubernetes-sigs/aws-load-balancer-controller/blob/main/docs/install/iam_policy.json of 2026-08-17
 */
export function permissionsOfLoadBalancers(clusterName: pulumi.Output<string>): Statement[] {
  const owned = { StringEquals: { [`aws:ResourceTag/${OWNER}`]: clusterName } };
  const requested = { [`aws:RequestTag/${OWNER}`]: clusterName };
  // Tags of its own may change, but for that which says whose it is.
  const kept = { ...owned, Null: { [`aws:RequestTag/${OWNER}`]: "true" } };
  return [
    {
      Effect: "Allow",
      Action: "iam:CreateServiceLinkedRole",
      Resource: "*",
      Condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
    },
    { Effect: "Allow", Action: LOOKS, Resource: "*" },
    { Effect: "Allow", Action: [...CERTIFICATES, ...SHIELDS], Resource: "*" },
    {
      Effect: "Allow",
      Action: ec2("AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "CreateSecurityGroup"),
      Resource: "*",
    },
    {
      Effect: "Allow",
      Action: "ec2:CreateTags",
      Resource: GROUPS,
      Condition: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup", ...requested } },
    },
    { Effect: "Allow", Action: ec2("CreateTags", "DeleteTags"), Resource: GROUPS, Condition: kept },
    { Effect: "Allow", Action: "ec2:DeleteSecurityGroup", Resource: "*", Condition: owned },
    {
      Effect: "Allow",
      Action: elb("CreateLoadBalancer", "CreateTargetGroup"),
      Resource: "*",
      Condition: { StringEquals: requested },
    },
    {
      Effect: "Allow",
      Action: elb("AddTags"),
      Resource: [TARGETS, ...BALANCERS],
      Condition: {
        StringEquals: {
          "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"],
          ...requested,
        },
      },
    },
    { Effect: "Allow", Action: elb("AddTags", "RemoveTags"), Resource: [TARGETS, ...BALANCERS], Condition: kept },
    { Effect: "Allow", Action: elb("AddTags", "RemoveTags"), Resource: LISTENERS },
    { Effect: "Allow", Action: elb(...CHANGES), Resource: "*", Condition: owned },
    { Effect: "Allow", Action: elb("RegisterTargets", "DeregisterTargets"), Resource: TARGETS },
    { Effect: "Allow", Action: elb(...LISTENER_CHANGES), Resource: "*" },
  ];
}

function ec2(...actions: string[]): string[] {
  return actions.map((action) => `ec2:${action}`);
}

function elb(...actions: string[]): string[] {
  return actions.map((action) => `elasticloadbalancing:${action}`);
}

const LOOKS = [
  ...ec2("DescribeAccountAttributes", "DescribeAddresses", "DescribeAvailabilityZones", "DescribeInternetGateways"),
  ...ec2("DescribeVpcs", "DescribeVpcPeeringConnections", "DescribeSubnets", "DescribeSecurityGroups"),
  ...ec2("DescribeInstances", "DescribeNetworkInterfaces", "DescribeTags", "GetCoipPoolUsage", "DescribeCoipPools"),
  ...ec2("GetSecurityGroupsForVpc", "DescribeIpamPools", "DescribeRouteTables"),
  ...elb("DescribeLoadBalancers", "DescribeLoadBalancerAttributes", "DescribeListeners", "DescribeListenerAttributes"),
  ...elb("DescribeListenerCertificates", "DescribeSSLPolicies", "DescribeRules", "DescribeTargetGroups"),
  ...elb("DescribeTargetGroupAttributes", "DescribeTargetHealth", "DescribeTags", "DescribeTrustStores"),
  ...elb("DescribeCapacityReservation"),
];
const CERTIFICATES = [
  ...["acm:ListCertificates", "acm:DescribeCertificate", "iam:ListServerCertificates", "iam:GetServerCertificate"],
  "cognito-idp:DescribeUserPoolClient",
];
const SHIELDS = [
  ...["waf-regional", "wafv2"].flatMap((service) =>
    ["GetWebACL", "GetWebACLForResource", "AssociateWebACL", "DisassociateWebACL"].map((it) => `${service}:${it}`),
  ),
  ...["GetSubscriptionState", "DescribeProtection", "CreateProtection", "DeleteProtection"].map((it) => `shield:${it}`),
];
const CHANGES = [
  ...["ModifyLoadBalancerAttributes", "SetIpAddressType", "SetSecurityGroups", "SetSubnets", "DeleteLoadBalancer"],
  ...["ModifyTargetGroup", "ModifyTargetGroupAttributes", "DeleteTargetGroup", "ModifyListenerAttributes"],
  ...["ModifyCapacityReservation", "ModifyIpPools"],
];
const LISTENER_CHANGES = [
  ...["CreateListener", "DeleteListener", "CreateRule", "DeleteRule", "SetWebAcl", "ModifyListener", "ModifyRule"],
  ...["AddListenerCertificates", "RemoveListenerCertificates", "SetRulePriorities"],
];
