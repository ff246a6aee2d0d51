/** What a stack says that it finds in Google Cloud. */
import type { ClusterPlan } from "../../../cloud/clouds.ts";
import type { GkePlan } from "../../../cloud/gcp/plan.ts";
import type { ZonePlan } from "../../../config/addons/identity.ts";
import type { Entity, Found, Values } from "../rules.ts";
import { ZONE } from "./dns.ts";
import { ADDRESS, CONNECTION, NETWORK, SUBNETWORK } from "./network.ts";

export function existing({ cluster, zones }: Found): Entity[] {
  return [...networksOf(cluster), ...zones.flatMap(zoneOf)];
}

function zoneOf(zone: ZonePlan): Entity[] {
  if (zone.cloud !== "gcp") return [];
  const { project, managedZone: name, domain } = zone;
  return [entity(ZONE, `projects/${project}/managedZones/${name}`, { name, dnsName: `${domain}.` })];
}

function networksOf(cluster: ClusterPlan): Entity[] {
  if (cluster.provider === "gke") return networkOf(cluster);
  if (!("cloud" in cluster) || cluster.cloud?.provider !== "gcp") return [];
  const { project, network, privateServices } = cluster.cloud;
  const id = `projects/${project}/global/networks/${network}`;
  return [entity(NETWORK, id, { name: network }), ...servicesOf(project, id, privateServices)];
}

function networkOf({ project, region, existingNetwork, ranges }: GkePlan): Entity[] {
  if (!existingNetwork) return [];
  const { name, subnetwork, pods, services, privateServices } = existingNetwork;
  const network = `projects/${project}/global/networks/${name}`;
  return [
    entity(NETWORK, network, { name }),
    entity(SUBNETWORK, `projects/${project}/regions/${region}/subnetworks/${subnetwork}`, {
      name: subnetwork,
      network,
      region,
      ipCidrRange: ranges.nodes,
      secondaryIpRanges: [
        { rangeName: pods, ipCidrRange: ranges.pods },
        { rangeName: services, ipCidrRange: ranges.services },
      ],
    }),
    ...(privateServices === undefined
      ? []
      : servicesOf(project, network, { range: privateServices, cidr: ranges.privateServices as string })),
  ];
}

/** Private services access. */
function servicesOf(project: string, id: string, { range: name, cidr }: { range: string; cidr: string }): Entity[] {
  const [address, length] = cidr.split("/");
  return [
    entity(ADDRESS, `projects/${project}/global/addresses/${name}`, {
      name,
      network: id,
      address,
      prefixLength: Number(length),
    }),
    entity(CONNECTION, `${id}:servicenetworking.googleapis.com`, { network: id, reservedPeeringRanges: [name] }),
  ];
}

function entity(type: string, id: string, inputs: Values): Entity {
  return { type, id, inputs, outputs: inputs, foreign: true };
}
