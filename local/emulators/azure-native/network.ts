/** Networks. Rules by https://learn.microsoft.com/azure/virtual-network/ and its REST reference. */
import { contains, lengthOf, overlap } from "../addresses.ts";
import { badPattern, badRange, failures, outside } from "../checks.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm } from "./arm.ts";

export const NETWORK = "azure-native:network:VirtualNetwork";
export const SUBNET = "azure-native:network:Subnet";
const ADDRESS = "azure-native:network:PublicIPAddress";
const NAT = "azure-native:network:NatGateway";
const FIREWALL = "azure-native:network:NetworkSecurityGroup";
const NAME = /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/;

/** Services that a subnet can be handed to, of those that the stacks use. */
const DELEGATES = [
  "Microsoft.ContainerService/managedClusters",
  "Microsoft.DBforPostgreSQL/flexibleServers",
  "Microsoft.ServiceNetworking/trafficControllers",
];

interface SecurityRule extends Values {
  name?: string;
  priority?: number;
  direction: string;
  sourceAddressPrefix?: string;
  destinationAddressPrefix?: string;
}

export const network: Record<string, Rules> = {
  [NETWORK]: arm("Microsoft.Network/virtualNetworks/{virtualNetworkName}", {
    check: ({ virtualNetworkName, addressSpace }) =>
      failures(
        badPattern("virtualNetworkName", virtualNetworkName, NAME),
        ...prefixesOf(addressSpace).flatMap((prefix) => [
          badRange("addressSpace.addressPrefixes", prefix),
          (lengthOf(prefix) < 2 || lengthOf(prefix) > 29) && {
            property: "addressSpace.addressPrefixes",
            reason: `"${prefix}": a prefix has a mask of /2 to /29`,
          },
        ]),
      ),
    checkChange(before, { virtualNetworkName, addressSpace }, { world }) {
      const outsider = world
        .all(SUBNET)
        .filter(({ inputs }) => inputs.virtualNetworkName === virtualNetworkName)
        .find(({ inputs }) => !prefixesOf(addressSpace).some((it) => contains(it, inputs.addressPrefix as string)));
      if (outsider) {
        throw new CloudError(
          `InUsePrefixCannotBeDeleted: ${prefixesOf(before.addressSpace)} is used by ${outsider.id}`,
        );
      }
    },
  }),

  [SUBNET]: arm(
    "Microsoft.Network/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}",
    {
      references: { "natGateway.id": { to: NAT }, "networkSecurityGroup.id": { to: FIREWALL } },
      check: ({ subnetName, addressPrefix, delegations = [] }) =>
        failures(
          badPattern("subnetName", subnetName, NAME),
          badRange("addressPrefix", addressPrefix),
          typeof addressPrefix === "string" &&
            lengthOf(addressPrefix) > 29 && { property: "addressPrefix", reason: "a subnet is a /29 or larger" },
          ...(delegations as Values[]).map(
            ({ serviceName }) =>
              !DELEGATES.includes(serviceName as string) && {
                property: "delegations.serviceName",
                reason: `"${serviceName}" is no service that takes subnets here`,
              },
          ),
        ),
      outputs(inputs, context) {
        place(inputs, context);
        return {};
      },
      checkChange(before, inputs, context) {
        if (before.addressPrefix === inputs.addressPrefix) return;
        throw new CloudError(
          `InUseSubnetCannotBeUpdated: ${inputs.subnetName} in ${context.settings.location} is in use`,
        );
      },
    },
    { virtualNetworkName: NETWORK },
  ),

  [FIREWALL]: arm("Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}", {
    check({ networkSecurityGroupName, securityRules = [] }) {
      const rules = securityRules as SecurityRule[];
      return failures(
        badPattern("networkSecurityGroupName", networkSecurityGroupName, NAME),
        ...rules.flatMap(({ name, priority, direction, sourceAddressPrefix, destinationAddressPrefix }, index) => [
          outside(`securityRules[${index}].priority`, priority, 100, 4096),
          badPrefix(`securityRules[${index}].sourceAddressPrefix`, sourceAddressPrefix),
          badPrefix(`securityRules[${index}].destinationAddressPrefix`, destinationAddressPrefix),
          rules.some((other, at) => at < index && other.priority === priority && other.direction === direction) && {
            property: `securityRules[${index}].priority`,
            reason: `SecurityRuleConflict: another ${direction} rule has priority ${priority}`,
          },
          rules.some((other, at) => at < index && other.name === name) && {
            property: `securityRules[${index}].name`,
            reason: `another rule is called ${name}`,
          },
        ]),
      );
    },
  }),

  [ADDRESS]: arm("Microsoft.Network/publicIPAddresses/{publicIpAddressName}", {
    immutable: ["zones", "sku"],
    check: ({ publicIpAddressName, sku, publicIPAllocationMethod }) =>
      failures(
        badPattern("publicIpAddressName", publicIpAddressName, NAME),
        // https://azure.microsoft.com/updates: basic addresses are retired since 2025-09-30
        (sku as Values | undefined)?.name !== "Standard" && { property: "sku.name", reason: "only Standard is left" },
        publicIPAllocationMethod !== "Static" && {
          property: "publicIPAllocationMethod",
          reason: "StandardSkuPublicIPAddressesMustBeStatic",
        },
      ),
    outputs: (_, { world }) => ({ ipAddress: `203.0.113.${(Number.parseInt(world.unique(2), 16) % 254) + 1}` }),
  }),

  [NAT]: arm("Microsoft.Network/natGateways/{natGatewayName}", {
    immutable: ["zones", "sku"],
    references: { "publicIpAddresses.id": { to: ADDRESS } },
    check: ({ natGatewayName, idleTimeoutInMinutes, sku }) =>
      failures(
        badPattern("natGatewayName", natGatewayName, NAME),
        outside("idleTimeoutInMinutes", idleTimeoutInMinutes, 4, 120),
        (sku as Values | undefined)?.name !== "Standard" && { property: "sku.name", reason: "is Standard" },
      ),
  }),
};

function prefixesOf(addressSpace: unknown): string[] {
  return (addressSpace as { addressPrefixes?: string[] } | undefined)?.addressPrefixes ?? [];
}

/** A range, a service tag or everybody. */
function badPrefix(property: string, prefix: unknown) {
  return typeof prefix === "string" && /\d/.test(prefix) ? badRange(property, prefix) : undefined;
}

function place(inputs: Values, { world }: Context): void {
  const { virtualNetworkName, addressPrefix, subnetName } = inputs as Record<string, string>;
  const parent = world.all(NETWORK).find(({ outputs }) => outputs.name === virtualNetworkName) as Entity;
  if (!prefixesOf(parent.inputs.addressSpace).some((it) => contains(it, addressPrefix as string))) {
    throw new CloudError(
      `NetcfgInvalidSubnet: subnet '${subnetName}' is not valid in virtual network '${virtualNetworkName}'`,
    );
  }
  const other = world
    .all(SUBNET)
    .filter(({ inputs }) => inputs.virtualNetworkName === virtualNetworkName)
    .find(({ inputs }) => overlap(inputs.addressPrefix as string, addressPrefix as string));
  if (other) throw new CloudError(`NetcfgSubnetRangesOverlap: subnet '${subnetName}' overlaps ${other.id}`);
}

/** Whom a subnet is handed to. */
export function delegateOf({ inputs }: Entity): unknown {
  return (inputs.delegations as Values[] | undefined)?.[0]?.serviceName;
}
