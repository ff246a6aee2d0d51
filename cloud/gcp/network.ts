import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { GkePlan } from "./plan.ts";
import type { PrivateServices } from "./site.ts";

export interface NetworkArgs {
  plan: GkePlan;
  /** Whether Google runs datastores that are reached in the network. */
  privateServices: boolean;
  /** The APIs that it is made with. */
  services: pulumi.Resource[];
}

/** A network of the stack's own: machines without public addresses, the way out through Cloud NAT. */
export class Network extends pulumi.ComponentResource {
  readonly networkId: pulumi.Output<string>;
  readonly networkName: pulumi.Output<string>;
  readonly subnetworkId: pulumi.Output<string>;
  readonly privateServices?: PrivateServices;
  /** What machines need before they start. */
  readonly wayOut: pulumi.Resource[];

  constructor(name: string, { plan, privateServices, services }: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:gcp:Network", name, {}, opts);
    const inside = { parent: this };

    const network = new gcp.compute.Network(
      `${name}-network`,
      { autoCreateSubnetworks: false, routingMode: "REGIONAL" },
      { ...inside, dependsOn: services },
    );
    const subnetwork = new gcp.compute.Subnetwork(
      `${name}-nodes`,
      {
        network: network.id,
        region: plan.region,
        ipCidrRange: plan.ranges.nodes,
        secondaryIpRanges: [
          { rangeName: PODS, ipCidrRange: plan.ranges.pods },
          { rangeName: SERVICES, ipCidrRange: plan.ranges.services },
        ],
        // Google's own services, such as its registries, are reached without NAT.
        privateIpGoogleAccess: true,
        logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
      },
      inside,
    );
    const nat = this.nat(name, plan, network, inside);

    this.networkId = network.id;
    this.networkName = network.name;
    this.subnetworkId = subnetwork.id;
    this.wayOut = [nat];
    if (privateServices) this.privateServices = this.peering(name, plan, network, inside);
    this.registerOutputs({ networkId: this.networkId });
  }

  private nat(name: string, { region }: GkePlan, network: gcp.compute.Network, opts: pulumi.CustomResourceOptions) {
    const router = new gcp.compute.Router(`${name}-router`, { network: network.id, region }, opts);
    return new gcp.compute.RouterNat(
      `${name}-nat`,
      {
        router: router.name,
        region,
        natIpAllocateOption: "AUTO_ONLY",
        sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
        // Pods of one machine open many connections; a machine has 64 ports unless it may have more.
        enableDynamicPortAllocation: true,
        enableEndpointIndependentMapping: false,
        minPortsPerVm: 64,
        maxPortsPerVm: 4096,
        logConfig: { enable: true, filter: "ERRORS_ONLY" },
      },
      opts,
    );
  }

  private peering(
    name: string,
    { ranges }: GkePlan,
    network: gcp.compute.Network,
    opts: pulumi.CustomResourceOptions,
  ): PrivateServices {
    // A range of ours rather than of Google's choosing, so that NetworkPolicies know it.
    const [address, length] = ranges.privateServices.split("/") as [string, string];
    const range = new gcp.compute.GlobalAddress(
      `${name}-private-services`,
      { purpose: "VPC_PEERING", addressType: "INTERNAL", network: network.id, address, prefixLength: Number(length) },
      opts,
    );
    const connection = new gcp.servicenetworking.Connection(
      `${name}-private-services`,
      { network: network.id, service: "servicenetworking.googleapis.com", reservedPeeringRanges: [range.name] },
      opts,
    );
    return { range: range.name, ready: [connection] };
  }
}

/** Names of the subnetwork's ranges. */
export const PODS = "pods";
export const SERVICES = "services";

interface WebhooksArgs {
  networkId: pulumi.Input<string>;
  account: gcp.serviceaccount.Account;
}

/** GKE lets the control plane reach 443 and 10250 of the machines only; webhooks of controllers answer at others too. */
export function allowWebhooks(
  name: string,
  { ranges }: GkePlan,
  { networkId, account }: WebhooksArgs,
  opts: pulumi.CustomResourceOptions,
): gcp.compute.Firewall {
  return new gcp.compute.Firewall(
    `${name}-webhooks`,
    {
      network: networkId,
      description: "The control plane to webhooks in the cluster",
      direction: "INGRESS",
      sourceRanges: [ranges.controlPlane],
      targetServiceAccounts: [account.email],
      allows: [{ protocol: "tcp", ports: WEBHOOK_PORTS }],
    },
    opts,
  );
}

/** KEDA's, controllers' by kubebuilder, and Istio's. */
const WEBHOOK_PORTS = ["6443", "8443", "9443", "15017"];
