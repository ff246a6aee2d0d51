import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import type { StoreArgs } from "./stores.ts";

export interface EndpointArgs extends Pick<StoreArgs, "site" | "zones"> {
  /** Resource id of the service. */
  service: pulumi.Input<string>;
  /** Part of the service, as Azure calls it. */
  group: string;
  /** Of its private addresses. */
  domain: string;
}

/** An address of the service in the network, by the service's own name. */
export function privateEndpoint(
  name: string,
  { site, zones, service, group, domain }: EndpointArgs,
  opts: pulumi.CustomResourceOptions,
): azure.network.PrivateDnsZoneGroup {
  const { resourceGroupName } = site;
  const zone = zones.zone(domain);
  const endpoint = new azure.network.PrivateEndpoint(
    `${name}-endpoint`,
    {
      resourceGroupName,
      subnet: { id: site.subnetIds.endpoints },
      privateLinkServiceConnections: [{ name: group, privateLinkServiceId: service, groupIds: [group] }],
    },
    opts,
  );
  return new azure.network.PrivateDnsZoneGroup(
    `${name}-endpoint-zone`,
    {
      resourceGroupName,
      privateEndpointName: endpoint.name,
      privateDnsZoneGroupName: "default",
      privateDnsZoneConfigs: [{ name: group, privateDnsZoneId: zone.id }],
    },
    { ...opts, dependsOn: zone.link },
  );
}
