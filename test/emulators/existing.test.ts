/** Networks that a stack finds: the emulated clouds have them as the stack says, and clusters stand in them. */
import assert from "node:assert/strict";
import type { ClusterPlan } from "../../cloud/clouds.ts";
import { aws } from "../../local/emulators/aws/aws.ts";
import { azureNative } from "../../local/emulators/azure-native/azure-native.ts";
import { gcp } from "../../local/emulators/gcp/gcp.ts";
import type { CloudEmulator } from "../../local/emulators/rules.ts";
import { AZURE_SITE, besideAzure, clusterOf, onAks, onEks, onGke, SUBSCRIPTION } from "../support/clouds.ts";
import { Emulated } from "../support/emulated.ts";

describe("A network that a stack finds", () => {
  let there: Emulated;
  afterEach(() => there.forget());

  /** The cloud with what `cluster` says that it finds there. */
  function find(cloud: CloudEmulator, settings: Record<string, string>, cluster: ClusterPlan): void {
    there = new Emulated(cloud, settings);
    for (const entity of cloud.existing?.({ cluster, zones: [] }) ?? []) there.world.put(entity);
  }

  it("is there in AWS, with a subnet a zone, for EKS to stand in", async () => {
    const privateSubnetIds = ["subnet-0a1b2c3d4e5f60718", "subnet-0a1b2c3d4e5f60719"];
    const network = { vpcId: "vpc-0a1b2c3d4e5f60718", cidr: "10.8.0.0/16", privateSubnetIds };
    find(aws, { region: "eu-west-1" }, clusterOf("eks", onEks({ network })));
    const role = await there.make("aws:iam/role:Role", {
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["sts:AssumeRole"], Principal: { Service: "eks.amazonaws.com" } }],
      }),
    });
    const inputs = { name: "shop", version: "1.36", roleArn: role.outputs.arn, bootstrapSelfManagedAddons: false };
    const cluster = await there.make("aws:eks/cluster:Cluster", {
      ...inputs,
      vpcConfig: { subnetIds: privateSubnetIds },
    });
    assert.equal((cluster.outputs.vpcConfig as { vpcId: string }).vpcId, network.vpcId);
    const elsewhere = { ...inputs, name: "other", vpcConfig: { subnetIds: ["subnet-0000000000000000f"] } };
    await there.refuses("aws:eks/cluster:Cluster", elsewhere, /NotFound: vpcConfig.subnetIds/);
  });

  it("is there in Google Cloud, with its ranges by name, for GKE and managed datastores", async () => {
    const network = {
      name: "shared",
      subnetwork: { name: "apps", cidr: "10.8.0.0/20" },
      pods: { range: "apps-pods", cidr: "10.9.0.0/16" },
      services: { range: "apps-services", cidr: "10.8.16.0/20" },
      controlPlane: "10.8.255.0/28",
      privateServices: { range: "managed", cidr: "10.8.64.0/20" },
    };
    const settings = { project: "my-project-123456", region: "europe-west4" };
    find(gcp, settings, clusterOf("gke", onGke({ network })));
    for (const service of ["container", "servicenetworking"]) {
      await there.make("gcp:projects/service:Service", { service: `${service}.googleapis.com` }, service);
    }
    const networkId = "projects/my-project-123456/global/networks/shared";
    const inputs = {
      location: "europe-west4",
      network: networkId,
      subnetwork: "projects/my-project-123456/regions/europe-west4/subnetworks/apps",
      minMasterVersion: "1.35",
      ipAllocationPolicy: { clusterSecondaryRangeName: "apps-pods", servicesSecondaryRangeName: "apps-services" },
      privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "10.8.255.0/28" },
      deletionProtection: false,
    };
    const type = "gcp:container/cluster:Cluster";
    await there.make(type, inputs);
    await there.refusesEach(type, inputs, [
      [{ ipAllocationPolicy: { clusterSecondaryRangeName: "pods" } }, /secondary range "pods" does not exist/],
      [{ privateClusterConfig: { masterIpv4CidrBlock: "10.9.0.0/28" } }, /conflicts with existing 10.9.0.0\/16/],
      [{ privateClusterConfig: { masterIpv4CidrBlock: "10.8.64.0/28" } }, /conflicts with existing 10.8.64.0\/20/],
    ]);
    // What is connected is not connected again.
    const connection = { network: networkId, service: "servicenetworking.googleapis.com" };
    await there.refuses(
      "gcp:servicenetworking/connection:Connection",
      { ...connection, reservedPeeringRanges: ["managed"] },
      /cannot modify allocated ranges in CreateConnection/,
    );
  });

  it("is there in Azure, with subnets that are handed to whom they are for, and the way out that is said", () => {
    const virtualNetworkId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/spoke`;
    const subnets = {
      nodes: { name: "aks", cidr: "10.9.0.0/24" },
      apiServer: { name: "aks-api", cidr: "10.9.1.0/28" },
      postgres: { name: "data", cidr: "10.9.2.0/24" },
      endpoints: { name: "links", cidr: "10.9.3.0/24" },
    };
    const network = { virtualNetworkId, cidr: "10.9.0.0/16", subnets, outbound: "userDefinedRouting" };
    const settings = { subscriptionId: SUBSCRIPTION, location: "westeurope" };
    find(azureNative, settings, clusterOf("aks", onAks({ network })));
    const found = there.world.all("azure-native:network:Subnet").map(({ id, inputs }) => ({
      name: id.replace(`${virtualNetworkId}/subnets/`, ""),
      delegate: (inputs.delegations as { serviceName: string }[] | undefined)?.[0]?.serviceName,
      routed: inputs.routeTable !== undefined,
    }));
    assert.deepEqual(found, [
      { name: "aks", delegate: undefined, routed: true },
      { name: "aks-api", delegate: "Microsoft.ContainerService/managedClusters", routed: false },
      { name: "data", delegate: "Microsoft.DBforPostgreSQL/flexibleServers", routed: false },
      { name: "links", delegate: undefined, routed: false },
    ]);
  });

  it("is there in Azure, with private zones, for stores beside somebody else's cluster", async () => {
    const type = "azure-native:network:PrivateEndpoint";
    const endpointIn = (subnet: string) => ({
      resourceGroupName: "mine",
      privateEndpointName: "files",
      subnet: { id: `${AZURE_SITE.virtualNetworkId}/subnets/${subnet}` },
      privateLinkServiceConnections: [],
    });
    const settings = { subscriptionId: SUBSCRIPTION, location: "westeurope" };
    find(azureNative, settings, clusterOf("kubeconfig", besideAzure()));
    await there.make("azure-native:resources:ResourceGroup", { resourceGroupName: "mine" });
    await there.make(type, endpointIn("endpoints"));
    await there.refuses(type, endpointIn("databases"), /DelegatedSubnet.*flexibleServers/);
    await there.refuses(type, endpointIn("nowhere"), /nowhere/);
    const zones = there.world.all("azure-native:privatedns:PrivateZone").map(({ id }) => id);
    assert.deepEqual(zones, Object.values(AZURE_SITE.privateZoneIds));
  });

  it("is none where the stack makes its own", () => {
    find(gcp, { project: "my-project-123456", region: "europe-west4" }, clusterOf("gke", onGke()));
    const plans: [CloudEmulator, ClusterPlan][] = [
      [aws, clusterOf("eks", onEks())],
      [gcp, clusterOf("gke", onGke())],
      [azureNative, clusterOf("aks", onAks())],
    ];
    for (const [cloud, cluster] of plans) assert.deepEqual(cloud.existing?.({ cluster, zones: [] }), []);
  });
});
