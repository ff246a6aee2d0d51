/** What a stack says that it finds in Google Cloud. */
import type { ClusterPlan } from "../../../cloud/clouds.ts";
import type { Entity, Values } from "../rules.ts";
import { ADDRESS, CONNECTION, NETWORK } from "./network.ts";

export function existing(cluster: ClusterPlan): Entity[] {
  if (!("cloud" in cluster) || cluster.cloud?.provider !== "gcp") return [];
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
