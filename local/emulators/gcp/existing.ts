/** What a stack says that it finds in Google Cloud. */
import type { Entity, Found, Values } from "../rules.ts";
import { ZONE } from "./dns.ts";
import { ADDRESS, CONNECTION, NETWORK } from "./network.ts";

export function existing({ cluster, zones }: Found): Entity[] {
  const managedZones = zones.flatMap((zone) =>
    zone.cloud === "gcp"
      ? [
          entity(ZONE, `projects/${zone.project}/managedZones/${zone.managedZone}`, {
            name: zone.managedZone,
            dnsName: `${zone.domain}.`,
          }),
        ]
      : [],
  );
  if (cluster.provider !== "kubeconfig" || cluster.cloud?.provider !== "gcp") return managedZones;
  const { project, network, privateServices } = cluster.cloud;
  const id = `projects/${project}/global/networks/${network}`;
  const [address, length] = privateServices.cidr.split("/");
  const { range: name } = privateServices;
  return [
    entity(NETWORK, id, { name: network }),
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
