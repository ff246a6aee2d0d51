/** What stacks find in the emulated clouds where they make no network of their own. */
import assert from "node:assert/strict";
import type { ClusterPlan } from "../../cloud/clouds.ts";
import { azureNative } from "../../local/emulators/azure-native/azure-native.ts";
import { AZURE_SITE, besideAzure, clusterOf, onAks, SUBSCRIPTION } from "../support/clouds.ts";
import { Emulated } from "../support/emulated.ts";

const NETWORK = `/subscriptions/${SUBSCRIPTION}/resourceGroups/theirs/providers/Microsoft.Network/virtualNetworks/theirs`;

describe("The emulated Azure", () => {
  let azure: Emulated;
  const find = (cluster: ClusterPlan) => {
    for (const entity of azureNative.existing?.({ cluster, zones: [] }) ?? []) azure.world.put(entity);
  };
  const endpointIn = (subnet: string) => ({
    resourceGroupName: "mine",
    privateEndpointName: "files",
    subnet: { id: `${NETWORK}/subnets/${subnet}` },
    privateLinkServiceConnections: [],
  });
  const PRIVATE_ENDPOINT = "azure-native:network:PrivateEndpoint";
  beforeEach(async () => {
    azure = new Emulated(azureNative, { subscriptionId: SUBSCRIPTION, location: "westeurope" });
    await azure.make("azure-native:resources:ResourceGroup", { resourceGroupName: "mine" });
  });
  afterEach(() => azure.forget());

  it("has the network that stores beside somebody else's cluster stand in, its subnets handed out as they are", async () => {
    find(clusterOf("kubeconfig", besideAzure()));
    await azure.make(PRIVATE_ENDPOINT, endpointIn("endpoints"));
    await azure.refuses(PRIVATE_ENDPOINT, endpointIn("databases"), /DelegatedSubnet.*flexibleServers/);
    await azure.refuses(PRIVATE_ENDPOINT, endpointIn("nowhere"), /nowhere/);
    const zones = azure.world.all("azure-native:privatedns:PrivateZone").map(({ id }) => id);
    assert.deepEqual(zones, Object.values(AZURE_SITE.privateZoneIds));
  });

  it("has the network that a cluster on AKS lands in", async () => {
    const subnet = (name: string, third: number) => ({ name, cidr: `10.8.${third}.0/24` });
    const network = {
      virtualNetworkId: NETWORK,
      cidr: "10.8.0.0/16",
      subnets: {
        nodes: subnet("machines", 0),
        apiServer: subnet("api", 1),
        postgres: subnet("databases", 2),
        endpoints: subnet("endpoints", 3),
      },
      outbound: "userDefinedRouting",
    };
    find(clusterOf("aks", onAks({ network })));
    await azure.make(PRIVATE_ENDPOINT, endpointIn("endpoints"));
    await azure.refuses(PRIVATE_ENDPOINT, endpointIn("api"), /DelegatedSubnet.*managedClusters/);
  });

  it("has nothing that a stack makes itself", () => {
    assert.deepEqual(azureNative.existing?.({ cluster: clusterOf("aks", onAks()), zones: [] }), []);
  });
});
