/** What AKS asks of the network: https://learn.microsoft.com/azure/aks/azure-cni-overlay and api-server-vnet-integration */
import { contains, lengthOf, overlap } from "../addresses.ts";
import { badRange, failures, notOneOf } from "../checks.ts";
import type { Context, Entity } from "../rules.ts";
import { CloudError } from "../rules.ts";
import type { Failure } from "../sdk.ts";
import type { Cluster } from "./aks.ts";
import { ROLE_ASSIGNMENT, within } from "./arm.ts";
import { IDENTITY } from "./identity.ts";
import { delegateOf, NETWORK, SUBNET } from "./network.ts";

const API_SERVER_DELEGATE = "Microsoft.ContainerService/managedClusters";
const NETWORK_CONTRIBUTOR = "4d97b98b-1d4f-4787-a291-c67834d212e7";
const IDENTITY_OPERATOR = "f1a07417-d97a-45cb-824c-7a7467783830";
/** https://learn.microsoft.com/azure/aks/azure-cni-overlay#ip-address-planning */
const RESERVED = ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"];

export function badNetwork({ networkProfile = {}, apiServerAccessProfile = {} }: Cluster): Failure[] {
  const { networkPlugin, networkPluginMode, networkPolicy, networkDataplane } = networkProfile;
  const { podCidr = "", serviceCidr = "", dnsServiceIP = "" } = networkProfile;
  const { authorizedIPRanges = [], enableVnetIntegration, subnetId } = apiServerAccessProfile;
  return failures(
    badRange("networkProfile.podCidr", networkProfile.podCidr),
    badRange("networkProfile.serviceCidr", networkProfile.serviceCidr),
    ...authorizedIPRanges.map((range) => badRange("apiServerAccessProfile.authorizedIPRanges", range)),
    networkPluginMode === "overlay" && notOneOf("networkProfile.networkPlugin", networkPlugin, ["azure"]),
    networkPolicy === "cilium" &&
      networkDataplane !== "cilium" && {
        property: "networkProfile.networkPolicy",
        reason: "cilium needs its dataplane",
      },
    overlap(podCidr, serviceCidr) && {
      property: "networkProfile.podCidr",
      reason: `overlaps serviceCidr ${serviceCidr}`,
    },
    RESERVED.some((range) => overlap(range, podCidr) || overlap(range, serviceCidr)) && {
      property: "networkProfile.podCidr",
      reason: `overlaps one of ${RESERVED.join(", ")}`,
    },
    serviceCidr !== "" &&
      (!contains(serviceCidr, `${dnsServiceIP}/32`) || dnsServiceIP.endsWith(".1")) && {
        property: "networkProfile.dnsServiceIP",
        reason: `"${dnsServiceIP}" is not in ${serviceCidr}, or is its first address`,
      },
    networkProfile.outboundType !== "loadBalancer" &&
      networkProfile.loadBalancerProfile !== undefined && {
        property: "networkProfile.loadBalancerProfile",
        reason: "is for outboundType loadBalancer",
      },
    enableVnetIntegration === true &&
      subnetId === undefined && { property: "apiServerAccessProfile.subnetId", reason: "is required, and missing" },
  );
}

/** What can be told only when everything stands. */
export function checkGround(cluster: Cluster, { world }: Context): void {
  const { apiServerAccessProfile, agentPoolProfiles = [], networkProfile = {}, identity, identityProfile } = cluster;
  const subnets = [...new Set(agentPoolProfiles.map(({ vnetSubnetID }) => vnetSubnetID))].map(
    (id) => world.get(SUBNET, String(id)) as Entity,
  );
  const [controlPlane] = (identity?.userAssignedIdentities ?? []).map((id) => world.get(IDENTITY, id) as Entity);
  const apiServer = world.get(SUBNET, apiServerAccessProfile?.subnetId ?? "");
  if (apiServer) {
    if (delegateOf(apiServer) !== API_SERVER_DELEGATE || lengthOf(apiServer.inputs.addressPrefix as string) > 28) {
      throw new CloudError(`InvalidApiServerSubnet: ${apiServer.id} is no /28 or larger that is delegated to AKS`);
    }
    subnets.push(apiServer);
  }
  for (const subnet of subnets.filter((subnet) => subnet !== undefined)) {
    const { virtualNetworkName, natGateway, routeTable } = subnet.inputs;
    const network = world.all(NETWORK).find(({ outputs }) => outputs.name === virtualNetworkName) as Entity;
    const { addressPrefixes } = network.inputs.addressSpace as { addressPrefixes: string[] };
    for (const range of [networkProfile.podCidr, networkProfile.serviceCidr]) {
      if (!addressPrefixes.some((prefix) => overlap(prefix, range ?? ""))) continue;
      throw new CloudError(`ServiceCidrOverlapExistingSubnetsCidr: ${range} overlaps ${network.id}`);
    }
    if (!mayDo(world, controlPlane, NETWORK_CONTRIBUTOR, subnet.id)) {
      throw new CloudError(`LinkedAuthorizationFailed: the control plane's identity may not join ${subnet.id}`);
    }
    if (subnet !== apiServer && networkProfile.outboundType === "userAssignedNATGateway" && !natGateway) {
      throw new CloudError(`InvalidUserAssignedNATGateway: ${subnet.id} has no NAT gateway`);
    }
    // https://learn.microsoft.com/azure/aks/egress-udr
    if (subnet !== apiServer && networkProfile.outboundType === "userDefinedRouting" && !routeTable) {
      throw new CloudError(`ExistingRouteTableNotAssociatedWithSubnet: ${subnet.id} has no route table`);
    }
  }
  const kubelet = identityProfile?.kubeletidentity?.resourceId;
  if (kubelet && !mayDo(world, controlPlane, IDENTITY_OPERATOR, kubelet)) {
    throw new CloudError(`CustomKubeletIdentityMissingPermissionError: the control plane may not assign ${kubelet}`);
  }
}

function mayDo(world: Context["world"], identity: Entity | undefined, role: string, id: string): boolean {
  return world
    .all(ROLE_ASSIGNMENT)
    .filter(({ inputs }) => inputs.principalId === identity?.outputs.principalId)
    .filter(({ inputs }) => (inputs.roleDefinitionId as string).endsWith(role))
    .some(({ inputs }) => within(inputs.scope as string, id));
}
