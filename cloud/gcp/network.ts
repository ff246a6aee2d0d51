import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { ExistingNetwork, GkePlan } from "./plan.ts";
import type { PrivateServices } from "./site.ts";

export interface NetworkArgs {
  plan: GkePlan;
  /** Whether Google runs datastores that are reached in the network. */
  privateServices: boolean;
  /** The APIs that it is made with. */
  services: pulumi.Resource[];
}

/** Where a cluster and its datastores stand. */
export interface Ground {
  networkId: pulumi.Input<string>;
  networkName: pulumi.Input<string>;
  subnetworkId: pulumi.Input<string>;
  /** Names of the subnetwork's secondary ranges. */
  ranges: { pods: string; services: string };
  /** Left out where no datastore is reached in the network. */
  privateServices?: PrivateServices;
  /** What machines need before they start. */
  wayOut: pulumi.Resource[];
}

/** A network of the stack's own: machines without public addresses, the way out through Cloud NAT. */
export class Network extends pulumi.ComponentResource implements Ground {
  readonly networkId: pulumi.Output<string>;
  readonly networkName: pulumi.Output<string>;
  readonly subnetworkId: pulumi.Output<string>;
  readonly ranges = { pods: "pods", services: "services" };
  readonly privateServices?: PrivateServices;
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
          { rangeName: this.ranges.pods, ipCidrRange: plan.ranges.pods },
          { rangeName: this.ranges.services, ipCidrRange: plan.ranges.services },
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
    if (privateServices) this.privateServices = connectServices(name, plan, network.id, inside);
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
}

/** Private services access: a range of ours rather than of Google's choosing, so that NetworkPolicies know it. */
function connectServices(
  name: string,
  { ranges }: GkePlan,
  network: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): PrivateServices {
  const [address, length] = (ranges.privateServices as string).split("/") as [string, string];
  const range = new gcp.compute.GlobalAddress(
    `${name}-private-services`,
    { purpose: "VPC_PEERING", addressType: "INTERNAL", network, address, prefixLength: Number(length) },
    opts,
  );
  const connection = new gcp.servicenetworking.Connection(
    `${name}-private-services`,
    { network, service: "servicenetworking.googleapis.com", reservedPeeringRanges: [range.name] },
    opts,
  );
  return { range: range.name, ready: [connection] };
}

/** The network that a stack names rather than makes. */
export function existingGround(
  name: string,
  existing: ExistingNetwork,
  { plan, privateServices, services }: NetworkArgs,
  opts: pulumi.CustomResourceOptions,
): Ground {
  const { project, region } = plan;
  const networkId = `projects/${project}/global/networks/${existing.name}`;
  const connected = (): PrivateServices =>
    existing.privateServices === undefined
      ? connectServices(name, plan, networkId, { ...opts, dependsOn: services })
      : { range: existing.privateServices, ready: services };
  return {
    networkId,
    networkName: existing.name,
    subnetworkId: `projects/${project}/regions/${region}/subnetworks/${existing.subnetwork}`,
    ranges: { pods: existing.pods, services: existing.services },
    privateServices: privateServices ? connected() : undefined,
    wayOut: [],
  };
}

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
