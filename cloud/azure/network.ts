import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { type AzureNetwork, SUBNETS, type SubnetKind } from "./network-plan.ts";

export interface NetworkArgs {
  plan: AzureNetwork;
  resourceGroupName: pulumi.Input<string>;
  /** Name of the cluster. */
  clusterName: string;
  /** Ports that managed datastores answer at. */
  storePorts: readonly number[];
}

/** Where a cluster and its datastores stand. */
export interface Ground {
  virtualNetworkId: pulumi.Input<string>;
  subnetIds: Record<SubnetKind, pulumi.Input<string>>;
}

/** A virtual network: machines, API server and datastores in subnets of their own, none of them public. */
export class Network extends pulumi.ComponentResource implements Ground {
  readonly virtualNetworkId: pulumi.Output<string>;
  readonly subnetIds: Record<SubnetKind, pulumi.Input<string>>;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:azure:Network", name, {}, opts);
    const { plan, resourceGroupName, clusterName } = args;
    const inside = { parent: this };

    const network = new azure.network.VirtualNetwork(
      `${name}-network`,
      {
        resourceGroupName,
        virtualNetworkName: clusterName,
        addressSpace: { addressPrefixes: [plan.cidr] },
      },
      inside,
    );
    this.virtualNetworkId = network.id;

    const details: Record<SubnetKind, SubnetDetails> = {
      nodes: { natGateway: plan.outbound === "natGateway" ? this.natGateway(name, args) : undefined },
      apiServer: { delegations: [delegatedTo("Microsoft.ContainerService/managedClusters")] },
      postgres: {
        delegations: [delegatedTo("Microsoft.DBforPostgreSQL/flexibleServers")],
        networkSecurityGroup: this.firewall(name, "postgres", args),
      },
      endpoints: {
        networkSecurityGroup: this.firewall(name, "endpoints", args),
        privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
      },
    };
    const subnets: Partial<Record<SubnetKind, azure.network.Subnet>> = {};
    for (const [index, kind] of SUBNETS.entries()) {
      const before = subnets[SUBNETS[index - 1] as SubnetKind];
      subnets[kind] = new azure.network.Subnet(
        `${name}-${plan.subnets[kind].name}-subnet`,
        {
          resourceGroupName,
          virtualNetworkName: network.name,
          subnetName: plan.subnets[kind].name,
          addressPrefix: plan.subnets[kind].cidr,
          defaultOutboundAccess: false,
          ...details[kind],
        },
        // A network takes one change at a time.
        { ...inside, dependsOn: before },
      );
    }
    const idOf = (kind: SubnetKind) => (subnets[kind] as azure.network.Subnet).id;
    this.subnetIds = {
      nodes: idOf("nodes"),
      apiServer: idOf("apiServer"),
      postgres: idOf("postgres"),
      endpoints: idOf("endpoints"),
    };
    this.registerOutputs({ virtualNetworkId: this.virtualNetworkId });
  }

  private natGateway(name: string, { resourceGroupName, clusterName }: NetworkArgs): { id: pulumi.Output<string> } {
    const inside = { parent: this };
    const address = new azure.network.PublicIPAddress(
      `${name}-nat-address`,
      {
        resourceGroupName,
        publicIpAddressName: `${clusterName}-nat`,
        sku: { name: "Standard" },
        publicIPAllocationMethod: "Static",
        zones: ["1", "2", "3"],
      },
      inside,
    );
    const gateway = new azure.network.NatGateway(
      `${name}-nat`,
      {
        resourceGroupName,
        natGatewayName: clusterName,
        sku: { name: "Standard" },
        publicIpAddresses: [{ id: address.id }],
        idleTimeoutInMinutes: 4,
      },
      inside,
    );
    return { id: gateway.id };
  }

  /** Lets machines, whose addresses pods go out by, reach the stores' ports, and nobody else. */
  private firewall(
    name: string,
    kind: "postgres" | "endpoints",
    { plan, resourceGroupName, clusterName, storePorts }: NetworkArgs,
  ): { id: pulumi.Output<string> } {
    const { cidr } = plan.subnets[kind];
    const ports = storePorts.filter((port) => (port === POSTGRES_PORT) === (kind === "postgres")).map(String);
    const rule = { direction: "Inbound", protocol: "Tcp", sourcePortRange: "*", destinationAddressPrefix: cidr };
    const group = new azure.network.NetworkSecurityGroup(
      `${name}-${kind}-firewall`,
      {
        resourceGroupName,
        networkSecurityGroupName: `${clusterName}-${kind}`,
        securityRules: [
          ...(ports.length > 0
            ? [
                {
                  ...rule,
                  name: "machines",
                  priority: 100,
                  access: "Allow",
                  sourceAddressPrefix: plan.subnets.nodes.cidr,
                  destinationPortRanges: ports,
                },
              ]
            : []),
          // The two servers of a database that is highly available.
          {
            ...rule,
            name: "itself",
            priority: 110,
            access: "Allow",
            sourceAddressPrefix: cidr,
            destinationPortRange: "*",
          },
          {
            ...rule,
            name: "others",
            priority: 4096,
            access: "Deny",
            protocol: "*",
            sourceAddressPrefix: "*",
            destinationPortRange: "*",
          },
        ],
      },
      { parent: this },
    );
    return { id: group.id };
  }
}

type SubnetDetails = Pick<
  azure.network.SubnetArgs,
  "delegations" | "natGateway" | "networkSecurityGroup" | "privateEndpointNetworkPolicies"
>;

const POSTGRES_PORT = 5432;

function delegatedTo(serviceName: string) {
  return { name: "delegation", serviceName };
}

/** The network that a stack names rather than makes. */
export function existingGround({ subnets }: AzureNetwork, virtualNetworkId: string): Ground {
  const idOf = (kind: SubnetKind) => `${virtualNetworkId}/subnets/${subnets[kind].name}`;
  return {
    virtualNetworkId,
    subnetIds: {
      nodes: idOf("nodes"),
      apiServer: idOf("apiServer"),
      postgres: idOf("postgres"),
      endpoints: idOf("endpoints"),
    },
  };
}
