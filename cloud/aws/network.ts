import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createEndpoints } from "./endpoints.ts";
import { createFlowLogs } from "./flow-logs.ts";
import type { NewNetwork } from "./plan.ts";

export interface NetworkArgs {
  plan: NewNetwork;
  region: string;
  /** Name of the cluster, for whoever reads the console. */
  clusterName: string;
}

/** A VPC over several zones: machines and datastores in private subnets, the way out through NAT gateways. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  /** For the cluster and its machines; ready once they have a way out. */
  readonly privateSubnetIds: pulumi.Output<string>[];
  /** For datastores; they have no way out. */
  readonly dataSubnetIds: pulumi.Output<string>[];
  /** The routes that machines need before they start. */
  readonly wayOut: pulumi.Resource[];

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:aws:Network", name, {}, opts);
    const { plan, region, clusterName } = args;
    const inside = { parent: this };
    const tagged = (what: string, tags = {}) => ({ Name: `${clusterName}-${what}`, ...tags });

    const vpc = new aws.ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: plan.cidr, enableDnsHostnames: true, enableDnsSupport: true, tags: tagged("vpc") },
      inside,
    );
    this.vpcId = vpc.id;
    // Nobody uses the default group, so it lets nothing through.
    new aws.ec2.DefaultSecurityGroup(`${name}-default-group`, { vpcId: vpc.id, tags: tagged("default") }, inside);
    const gateway = new aws.ec2.InternetGateway(
      `${name}-internet-gateway`,
      { vpcId: vpc.id, tags: tagged("internet") },
      inside,
    );

    const toInternet = new aws.ec2.RouteTable(
      `${name}-public-routes`,
      { vpcId: vpc.id, routes: [{ cidrBlock: EVERYWHERE, gatewayId: gateway.id }], tags: tagged("public") },
      inside,
    );
    const subnet = (kind: string, zone: string, cidrBlock: string, tags = {}) =>
      new aws.ec2.Subnet(
        `${name}-${kind}-${zone}`,
        { vpcId: vpc.id, cidrBlock, availabilityZone: zone, tags: tagged(`${kind}-${zone}`, tags) },
        inside,
      );
    const routed = (kind: string, zone: string, subnetId: pulumi.Input<string>, routeTableId: pulumi.Input<string>) =>
      new aws.ec2.RouteTableAssociation(`${name}-${kind}-${zone}-routes`, { subnetId, routeTableId }, inside);

    const publicSubnets = plan.zones.map(({ zone, publicCidr }) => {
      const made = subnet("public", zone, publicCidr, { "kubernetes.io/role/elb": "1" });
      routed("public", zone, made.id, toInternet.id);
      return made;
    });
    const natZones = plan.natGateways === "perZone" ? plan.zones : plan.zones.slice(0, 1);
    const natGateways = natZones.map(({ zone }, index) => {
      const address = new aws.ec2.Eip(
        `${name}-nat-${zone}-address`,
        { domain: "vpc", tags: tagged(`nat-${zone}`) },
        inside,
      );
      return new aws.ec2.NatGateway(
        `${name}-nat-${zone}`,
        {
          subnetId: (publicSubnets[index] as aws.ec2.Subnet).id,
          allocationId: address.id,
          tags: tagged(`nat-${zone}`),
        },
        { ...inside, dependsOn: gateway },
      );
    });

    const routeTableIds: pulumi.Output<string>[] = [];
    this.wayOut = [];
    this.privateSubnetIds = plan.zones.map(({ zone, privateCidr }, index) => {
      const made = subnet("private", zone, privateCidr, { "kubernetes.io/role/internal-elb": "1" });
      const natGatewayId = ((natGateways[index] ?? natGateways[0]) as aws.ec2.NatGateway).id;
      const routes = new aws.ec2.RouteTable(
        `${name}-private-routes-${zone}`,
        { vpcId: vpc.id, routes: [{ cidrBlock: EVERYWHERE, natGatewayId }], tags: tagged(`private-${zone}`) },
        inside,
      );
      routeTableIds.push(routes.id);
      this.wayOut.push(routed("private", zone, made.id, routes.id));
      return made.id;
    });
    this.dataSubnetIds = plan.zones.map(({ zone, dataCidr }) => subnet("data", zone, dataCidr).id);
    const { cidr, interfaceEndpoints: interfaces } = plan;
    const endpoints = { region, vpcId: vpc.id, cidr, subnetIds: this.privateSubnetIds, routeTableIds, interfaces };
    this.wayOut.push(...createEndpoints(name, endpoints, inside));
    if (plan.flowLogs) createFlowLogs(name, { vpcId: vpc.id, clusterName }, inside);

    this.registerOutputs({ vpcId: this.vpcId });
  }
}

const EVERYWHERE = "0.0.0.0/0";
