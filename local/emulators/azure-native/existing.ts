/** What a stack says that it finds in Azure. */
import type { ClusterPlan } from "../../../cloud/clouds.ts";
import type { Entity, Values } from "../rules.ts";
import { NETWORK, SUBNET } from "./network.ts";

/** Whom the subnets have to be handed to: docs/aks.md asks for it. */
const DELEGATES: Readonly<Record<string, string>> = {
  apiServer: "Microsoft.ContainerService/managedClusters",
  postgres: "Microsoft.DBforPostgreSQL/flexibleServers",
};

export function existing(cluster: ClusterPlan): Entity[] {
  if (cluster.provider !== "aks" || cluster.network.virtualNetworkId === undefined) return [];
  const { virtualNetworkId, cidr, subnets, outbound } = cluster.network;
  const [, resourceGroupName = "", virtualNetworkName = ""] =
    /resourceGroups\/([^/]+)\/.*\/([^/]+)$/.exec(virtualNetworkId) ?? [];
  const inGroup = `${virtualNetworkId.split("/providers/")[0]}/providers/Microsoft.Network`;
  const details: Readonly<Record<string, Values>> = {
    nodes: {
      ...(outbound === "natGateway" ? { natGateway: { id: `${inGroup}/natGateways/out` } } : {}),
      ...(outbound === "userDefinedRouting" ? { routeTable: { id: `${inGroup}/routeTables/to-firewall` } } : {}),
    },
  };
  return [
    entity(NETWORK, virtualNetworkId, virtualNetworkName, {
      resourceGroupName,
      virtualNetworkName,
      addressSpace: { addressPrefixes: [cidr] },
    }),
    ...Object.entries(subnets).map(([kind, subnet]) =>
      entity(SUBNET, `${virtualNetworkId}/subnets/${subnet.name}`, subnet.name, {
        resourceGroupName,
        virtualNetworkName,
        subnetName: subnet.name,
        addressPrefix: subnet.cidr,
        ...(DELEGATES[kind] ? { delegations: [{ name: "delegation", serviceName: DELEGATES[kind] }] } : {}),
        ...details[kind],
      }),
    ),
  ];
}

function entity(type: string, id: string, name: string, inputs: Values): Entity {
  return { type, id, inputs, outputs: { ...inputs, name }, foreign: true };
}
