/** What a stack says that it finds in Azure. */
import type { AzureSite } from "../../../cloud/azure/settings.ts";
import type { ClusterPlan } from "../../../cloud/clouds.ts";
import type { ZonePlan } from "../../../config/addons/identity.ts";
import type { Entity, Found, Values } from "../rules.ts";
import { GROUP } from "./arm.ts";
import { NETWORK, SUBNET } from "./network.ts";
import { ZONE } from "./private-link.ts";

/** Whom the subnets have to be handed to: docs/aks.md and docs/kubeconfig.md ask for it. */
const DELEGATES: Readonly<Record<string, string>> = {
  apiServer: "Microsoft.ContainerService/managedClusters",
  postgres: "Microsoft.DBforPostgreSQL/flexibleServers",
};

interface Network {
  id: string;
  addressPrefixes: string[];
  subnets: Partial<AzureSite["subnets"]>;
  /** Beside what all subnets have, by their kind. */
  details?: Readonly<Record<string, Values>>;
}

export function existing({ cluster, zones }: Found): Entity[] {
  return [...inCluster(cluster), ...zones.flatMap(zoneOf)];
}

function zoneOf(zone: ZonePlan): Entity[] {
  if (zone.cloud !== "azure") return [];
  const group = `/subscriptions/${zone.subscription}/resourceGroups/${zone.resourceGroup}`;
  return [entity(GROUP, group, zone.resourceGroup, {}), entity("azure-native:dns:Zone", zone.id, zone.domain, {})];
}

function inCluster(cluster: ClusterPlan): Entity[] {
  if (cluster.provider === "aks") {
    const { virtualNetworkId: id, cidr, subnets, outbound } = cluster.network;
    if (id === undefined) return [];
    const inGroup = `${id.split("/providers/")[0]}/providers/Microsoft.Network`;
    const nodes = {
      ...(outbound === "natGateway" ? { natGateway: { id: `${inGroup}/natGateways/out` } } : {}),
      ...(outbound === "userDefinedRouting" ? { routeTable: { id: `${inGroup}/routeTables/to-firewall` } } : {}),
    };
    return networkOf({ id, addressPrefixes: [cidr], subnets, details: { nodes } });
  }
  if (!("cloud" in cluster) || cluster.cloud?.provider !== "azure") return [];
  const { virtualNetworkId: id, subnets, privateZoneIds = {} } = cluster.cloud;
  const addressPrefixes = Object.values(subnets).map(({ cidr }) => cidr);
  const zones = Object.entries(privateZoneIds).map(([domain, zoneId]) =>
    entity(ZONE, zoneId, domain, { privateZoneName: domain, location: "global" }),
  );
  return [...networkOf({ id, addressPrefixes, subnets }), ...zones];
}

function networkOf({ id, addressPrefixes, subnets, details = {} }: Network): Entity[] {
  const [, resourceGroupName = "", virtualNetworkName = ""] = /resourceGroups\/([^/]+)\/.*\/([^/]+)$/.exec(id) ?? [];
  const common = { resourceGroupName, virtualNetworkName };
  return [
    entity(NETWORK, id, virtualNetworkName, { ...common, addressSpace: { addressPrefixes } }),
    ...Object.entries(subnets).map(([kind, { name, cidr }]) =>
      entity(SUBNET, `${id}/subnets/${name}`, name, {
        ...common,
        subnetName: name,
        addressPrefix: cidr,
        ...(DELEGATES[kind] ? { delegations: [{ name: "delegation", serviceName: DELEGATES[kind] }] } : {}),
        ...details[kind],
      }),
    ),
  ];
}

function entity(type: string, id: string, name: string, inputs: Values): Entity {
  return { type, id, inputs, outputs: { ...inputs, name }, foreign: true };
}
