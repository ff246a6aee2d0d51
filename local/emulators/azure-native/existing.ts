/** What a stack says that it finds in Azure. */
import type { AzureSite } from "../../../cloud/azure/settings.ts";
import type { ClusterPlan } from "../../../cloud/clouds.ts";
import type { Entity, Values } from "../rules.ts";
import { NETWORK, SUBNET } from "./network.ts";
import { ZONE } from "./private-link.ts";

/** Whom the subnets are handed to. */
const DELEGATES: Readonly<Record<string, string>> = {
  apiServer: "Microsoft.ContainerService/managedClusters",
  postgres: "Microsoft.DBforPostgreSQL/flexibleServers",
};

export function existing(cluster: ClusterPlan): Entity[] {
  if (cluster.provider === "aks") {
    const { virtualNetworkId, cidr, subnets } = cluster.network;
    return virtualNetworkId ? network(virtualNetworkId, [cidr], subnets) : [];
  }
  if (!("cloud" in cluster) || cluster.cloud?.provider !== "azure") return [];
  const { virtualNetworkId, subnets, privateZoneIds = {} } = cluster.cloud;
  const ranges = Object.values(subnets).map(({ cidr }) => cidr);
  const zones = Object.entries(privateZoneIds).map(([domain, id]) =>
    entity(ZONE, id, { privateZoneName: domain, location: "global" }),
  );
  return [...network(virtualNetworkId, ranges, subnets), ...zones];
}

function network(id: string, addressPrefixes: string[], subnets: Partial<AzureSite["subnets"]>): Entity[] {
  const virtualNetworkName = id.split("/").at(-1) as string;
  return [
    entity(NETWORK, id, { virtualNetworkName, addressSpace: { addressPrefixes } }),
    ...Object.entries(subnets).map(([kind, { name, cidr }]) => {
      const serviceName = DELEGATES[kind];
      const delegations = serviceName ? [{ name: "delegation", serviceName }] : [];
      const inputs = { virtualNetworkName, subnetName: name, addressPrefix: cidr, delegations };
      return entity(SUBNET, `${id}/subnets/${name}`, inputs);
    }),
  ];
}

function entity(type: string, id: string, inputs: Values): Entity {
  return { type, id, inputs, outputs: { ...inputs, name: id.split("/").at(-1) }, foreign: true };
}
