/** What a stack says that it finds in AWS. */
import type { Entity, Found, Values } from "../rules.ts";
import { SUBNET } from "./common.ts";

const VPC = "aws:ec2/vpc:Vpc";
const ZONES = ["a", "b", "c", "d", "e", "f"];

export function existing({ cluster }: Found): Entity[] {
  if (cluster.provider === "eks") {
    const { network, region } = cluster;
    if (network.kind === "new") return [];
    const { vpcId, cidr, privateSubnetIds, dataSubnetIds } = network;
    return [
      entity(VPC, vpcId, { cidrBlock: cidr }),
      ...subnets(vpcId, region, privateSubnetIds),
      ...subnets(vpcId, region, dataSubnetIds),
    ];
  }
  if (!("cloud" in cluster) || cluster.cloud?.provider !== "aws") return [];
  const { vpcId, region, subnetIds, clients, eksCluster } = cluster.cloud;
  const groups = "securityGroupIds" in clients ? clients.securityGroupIds : [];
  return [
    entity(VPC, vpcId, {}),
    ...subnets(vpcId, region, subnetIds),
    ...groups.map((id) => entity("aws:ec2/securityGroup:SecurityGroup", id, { vpcId })),
    ...(eksCluster ? [entity("aws:eks/cluster:Cluster", eksCluster, { name: eksCluster })] : []),
  ];
}

/** One a zone. */
function subnets(vpcId: string, region: string, ids: readonly string[]): Entity[] {
  return ids.map((id, index) => entity(SUBNET, id, { vpcId, availabilityZone: `${region}${ZONES[index]}` }));
}

function entity(type: string, id: string, inputs: Values): Entity {
  return { type, id, inputs, outputs: inputs, foreign: true };
}
