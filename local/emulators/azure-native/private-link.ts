/** Private endpoints and their domains. Rules by https://learn.microsoft.com/azure/private-link/ and /azure/dns/. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm } from "./arm.ts";
import { delegateOf, NETWORK, SUBNET } from "./network.ts";

export const ZONE = "azure-native:privatedns:PrivateZone";
export const LINK = "azure-native:privatedns:VirtualNetworkLink";
const ENDPOINT = "azure-native:network:PrivateEndpoint";

/** Parts that can be reached, and the domain of each: https://learn.microsoft.com/azure/private-link/private-endpoint-dns */
const SERVICES: Readonly<Record<string, { group: string; domain: string }>> = {
  "azure-native:redisenterprise:RedisEnterprise": { group: "redisEnterprise", domain: "privatelink.redis.azure.net" },
  "azure-native:mongocluster:MongoCluster": {
    group: "MongoCluster",
    domain: "privatelink.mongocluster.cosmos.azure.com",
  },
  "azure-native:containerregistry:Registry": { group: "registry", domain: "privatelink.azurecr.io" },
  "azure-native:keyvault:Vault": { group: "vault", domain: "privatelink.vaultcore.azure.net" },
  "azure-native:storage:StorageAccount": { group: "blob", domain: "privatelink.blob.core.windows.net" },
};

interface Connection {
  privateLinkServiceId: string;
  groupIds?: string[];
}

export const privateLink: Record<string, Rules> = {
  [ENDPOINT]: arm("Microsoft.Network/privateEndpoints/{privateEndpointName}", {
    immutable: ["subnet", "privateLinkServiceConnections"],
    references: {
      "subnet.id": { to: SUBNET },
      "privateLinkServiceConnections.privateLinkServiceId": { to: Object.keys(SERVICES) },
    },
    outputs({ subnet, privateLinkServiceConnections }, { world }) {
      const where = world.get(SUBNET, (subnet as { id: string }).id) as Entity;
      if (delegateOf(where)) {
        throw new CloudError(`PrivateEndpointCannotBeCreatedInDelegatedSubnet: ${where.id} is ${delegateOf(where)}'s`);
      }
      for (const { privateLinkServiceId, groupIds = [] } of privateLinkServiceConnections as Connection[]) {
        const service = world.all().find(({ id }) => id === privateLinkServiceId) as Entity;
        const { group } = SERVICES[service.type] as { group: string };
        if (groupIds.length === 1 && groupIds[0] === group) continue;
        throw new CloudError(
          `InvalidPrivateLinkGroupId: ${groupIds.join(", ")} is no part of ${service.id}; ${group} is`,
        );
      }
      return {};
    },
  }),

  "azure-native:network:PrivateDnsZoneGroup": arm(
    "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}",
    {
      references: { "privateDnsZoneConfigs.privateDnsZoneId": { to: ZONE } },
      outputs({ privateEndpointName, privateDnsZoneConfigs }, { world }) {
        const endpoint = world.all(ENDPOINT).find(({ outputs }) => outputs.name === privateEndpointName) as Entity;
        const [connection] = endpoint.inputs.privateLinkServiceConnections as Connection[];
        const service = world.all().find(({ id }) => id === connection?.privateLinkServiceId) as Entity;
        const { domain } = SERVICES[service.type] as { domain: string };
        for (const { privateDnsZoneId } of privateDnsZoneConfigs as { privateDnsZoneId: string }[]) {
          const zone = world.get(ZONE, privateDnsZoneId) as Entity;
          if (zone.outputs.name !== domain) {
            throw new CloudError(`${service.id} has its private addresses in ${domain}, not in ${zone.outputs.name}`);
          }
        }
        return {};
      },
    },
    { privateEndpointName: ENDPOINT },
  ),

  [ZONE]: arm("Microsoft.Network/privateDnsZones/{privateZoneName}", {
    check: ({ privateZoneName, location }) =>
      failures(
        badPattern(
          "privateZoneName",
          privateZoneName,
          /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.){1,33}[a-z0-9-]{1,63}$/,
        ),
        notOneOf("location", location, ["global"]),
      ),
  }),

  [LINK]: arm(
    "Microsoft.Network/privateDnsZones/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}",
    {
      immutable: ["virtualNetwork"],
      references: { "virtualNetwork.id": { to: NETWORK } },
      check: ({ location }) => failures(notOneOf("location", location, ["global"])),
      outputs({ privateZoneName, virtualNetwork }, { world }) {
        const id = (virtualNetwork as Values).id;
        const other = world
          .all(LINK)
          .find(
            ({ inputs }) => inputs.privateZoneName === privateZoneName && (inputs.virtualNetwork as Values).id === id,
          );
        if (other) {
          throw new CloudError(
            `Conflict: a virtual network cannot be linked to ${privateZoneName} twice (${other.id})`,
          );
        }
        return { virtualNetworkLinkState: "Completed" };
      },
    },
    { privateZoneName: ZONE },
  ),
};
