import assert from "node:assert/strict";
import { azureNative } from "../../local/emulators/azure-native/azure-native.ts";
import type { Values } from "../../local/emulators/rules.ts";
import { SUBSCRIPTION } from "../support/clouds.ts";
import { Emulated, type Made } from "../support/emulated.ts";
import { AZURE_ZONE, landOn } from "../support/on-clouds.ts";
import { planOf } from "../support/shop.ts";

const ROLE = (id: string) => `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
const NETWORK_CONTRIBUTOR = ROLE("4d97b98b-1d4f-4787-a291-c67834d212e7");
const IDENTITY_OPERATOR = ROLE("f1a07417-d97a-45cb-824c-7a7467783830");
const type = (name: string) => `azure-native:${name}`;
const group = { resourceGroupName: "shop" };

describe("The emulated Azure", () => {
  let azure: Emulated;
  const make = (name: string, inputs: Values = {}) => azure.make(type(name), { ...group, ...inputs });
  const refuses = (name: string, inputs: Values, why: RegExp) =>
    azure.refuses(type(name), { ...group, ...inputs }, why);

  const subnet = (subnetName: string, addressPrefix: string, more: Values = {}) =>
    make("network:Subnet", { virtualNetworkName: "net", subnetName, addressPrefix, ...more });
  const delegated = (serviceName: string) => ({ delegations: [{ name: "delegation", serviceName }] });
  const network = (addressPrefix = "10.0.0.0/16") =>
    make("network:VirtualNetwork", { virtualNetworkName: "net", addressSpace: { addressPrefixes: [addressPrefix] } });
  const identity = (resourceName: string) => make("managedidentity:UserAssignedIdentity", { resourceName });
  const grant = ({ outputs: { principalId } }: Pick<Made, "outputs">, roleDefinitionId: string, scope: string) =>
    azure.make(type("authorization:RoleAssignment"), {
      principalId,
      principalType: "ServicePrincipal",
      roleDefinitionId,
      scope,
    });

  beforeEach(async () => {
    azure = new Emulated(azureNative, { subscriptionId: SUBSCRIPTION, location: "westeurope" });
    await make("resources:ResourceGroup");
  });
  afterEach(() => azure.forget());

  it("wants a subscription and a region that it has", () => {
    const failures = azure.emulator.checkSettings({ subscriptionId: "mine", location: "europe" });
    assert.deepEqual(failures, [
      { property: "subscriptionId", reason: '"mine" is no subscription' },
      { property: "location", reason: '"europe" is no region with availability zones' },
    ]);
  });

  it("knows resources by their path, and groups that are not there", async () => {
    const { id, outputs } = await network();
    assert.equal(outputs.name, "net");
    assert.equal(
      id,
      `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/net`,
    );
    await refuses("network:VirtualNetwork", { resourceGroupName: "other" }, /resourceGroupName names other/);
  });

  it("refuses subnets that are malformed, outside their network or over each other", async () => {
    await network();
    await subnet("one", "10.0.0.0/24");
    await assert.rejects(subnet("bits", "10.0.0.5/24"), /not a valid IPv4 CIDR block/);
    await assert.rejects(subnet("tiny", "10.0.9.0/30"), /\/29 or larger/);
    await assert.rejects(subnet("far", "10.1.0.0/24"), /NetcfgInvalidSubnet/);
    await assert.rejects(subnet("over", "10.0.0.128/25"), /NetcfgSubnetRangesOverlap/);
    await assert.rejects(subnet("whose", "10.0.2.0/24", delegated("Microsoft.Nobody/things")), /no service/);
  });

  it("neither deletes nor shrinks what others stand on", async () => {
    const { change, remove } = await network();
    await subnet("one", "10.0.0.0/24");
    await assert.rejects(remove(), /still used by .*subnets\/one/);
    const elsewhere = { addressSpace: { addressPrefixes: ["10.9.0.0/16"] } };
    await assert.rejects(change(elsewhere), /InUsePrefixCannotBeDeleted/);
    assert.deepEqual(await change({ virtualNetworkName: "other" }), ["virtualNetworkName"]);
  });

  it("refuses addresses that are retired, and rules of a firewall that clash", async () => {
    const address = { publicIpAddressName: "nat", publicIPAllocationMethod: "Static", sku: { name: "Basic" } };
    await refuses("network:PublicIPAddress", address, /only Standard is left/);
    const rule = { access: "Allow", direction: "Inbound", protocol: "Tcp", priority: 100 };
    const twice = {
      securityRules: [
        { ...rule, name: "a" },
        { ...rule, name: "b" },
      ],
    };
    await refuses("network:NetworkSecurityGroup", twice, /SecurityRuleConflict/);
    await refuses(
      "network:NetworkSecurityGroup",
      { securityRules: [{ ...rule, priority: 5000 }] },
      /between 100 and 4096/,
    );
    await refuses(
      "network:NetworkSecurityGroup",
      { securityRules: [{ ...rule, acess: "Deny" }] },
      /acess is no property/,
    );
  });

  it("gives roles to whom there is, where there is something, and once", async () => {
    const { id: scope } = await network();
    const who = await identity("somebody");
    const { change } = await grant(who, NETWORK_CONTRIBUTOR, scope);
    await assert.rejects(grant(who, NETWORK_CONTRIBUTOR, scope), /RoleAssignmentExists/);
    await assert.rejects(
      grant({ outputs: { principalId: "nobody" } }, NETWORK_CONTRIBUTOR, scope),
      /principal nobody does not exist/,
    );
    await assert.rejects(grant(who, NETWORK_CONTRIBUTOR, `${scope}/subnets/none`), /ResourceNotFound/);
    await assert.rejects(grant(who, "owner", scope), /roleDefinitionId/);
    assert.deepEqual(await change({ scope: `/subscriptions/${SUBSCRIPTION}/resourceGroups/shop` }), ["scope"]);
  });

  it("gives roles at zones that the stack finds, in another subscription too, and at nothing else there", async () => {
    const who = await identity("names");
    const DNS_ZONE_CONTRIBUTOR = ROLE("befefa01-2a29-4197-83a8-272ff33ce314");
    await assert.rejects(grant(who, DNS_ZONE_CONTRIBUTOR, AZURE_ZONE), /ResourceNotFound/);
    for (const entity of azureNative.existing?.(planOf(landOn("aks"))) ?? []) azure.world.put(entity);
    await grant(who, DNS_ZONE_CONTRIBUTOR, AZURE_ZONE);
    await grant(who, ROLE("acdd72a7-3385-48ef-bd42-f606fba81ae7"), AZURE_ZONE.split("/providers")[0] as string);
    const other = AZURE_ZONE.replace("example.com", "example.org");
    await assert.rejects(grant(who, DNS_ZONE_CONTRIBUTOR, other), /ResourceNotFound/);
  });

  it("keeps what is locked, and takes the roles at a resource away with it", async () => {
    const { id: scope, remove: removeNetwork } = await network();
    const role = await grant(await identity("somebody"), NETWORK_CONTRIBUTOR, scope);
    const lock = await azure.make(type("authorization:ManagementLockByScope"), { scope, level: "CanNotDelete" });
    await assert.rejects(removeNetwork(), /ScopeLocked/);
    await assert.rejects(role.remove(), /ScopeLocked/);
    await lock.remove();
    await removeNetwork();
    assert.equal(azure.world.get(type("authorization:RoleAssignment"), role.id), undefined);
  });

  it("trusts a service account once for each identity", async () => {
    await identity("somebody");
    const federation = {
      resourceName: "somebody",
      issuer: "https://issuer.example.com/",
      subject: "system:serviceaccount:shop:web",
      audiences: ["api://AzureADTokenExchange"],
    };
    const name = "managedidentity:FederatedIdentityCredential";
    await make(name, { ...federation, federatedIdentityCredentialResourceName: "web" });
    await refuses(
      name,
      { ...federation, federatedIdentityCredentialResourceName: "again" },
      /Conflict: issuer and subject/,
    );
    await refuses(name, { ...federation, issuer: "http://plain.example.com" }, /issuer/);
  });

  describe("of AKS", () => {
    const cluster = {
      resourceName: "shop",
      dnsPrefix: "shop",
      nodeResourceGroup: "shop-machines",
      kubernetesVersion: "1.35",
      identity: { type: "UserAssigned" },
      aadProfile: { managed: true },
      disableLocalAccounts: true,
      oidcIssuerProfile: { enabled: true },
      networkProfile: {
        networkPlugin: "azure",
        networkPluginMode: "overlay",
        networkPolicy: "cilium",
        networkDataplane: "cilium",
        podCidr: "100.64.0.0/14",
        serviceCidr: "172.20.0.0/16",
        dnsServiceIP: "172.20.0.10",
        outboundType: "loadBalancer",
      },
    };
    const machines = {
      mode: "System",
      vmSize: "Standard_D4s_v5",
      count: 3,
      enableAutoScaling: true,
      minCount: 3,
      maxCount: 5,
      availabilityZones: ["1", "2", "3"],
      nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
    };

    /** With the network, identities and roles that it needs. */
    async function ground() {
      await network();
      const nodes = await subnet("nodes", "10.0.0.0/18");
      const apiServer = await subnet("api", "10.0.64.0/28", delegated("Microsoft.ContainerService/managedClusters"));
      const controlPlane = await identity("control-plane");
      const kubelet = await identity("kubelet");
      const whole = {
        ...cluster,
        identity: { type: "UserAssigned", userAssignedIdentities: [controlPlane.id] },
        identityProfile: { kubeletidentity: { resourceId: kubelet.id, objectId: kubelet.outputs.principalId } },
        apiServerAccessProfile: { enableVnetIntegration: true, subnetId: apiServer.id, enablePrivateCluster: true },
        agentPoolProfiles: [{ name: "system", ...machines, vnetSubnetID: nodes.id }],
      };
      const grants = [
        () => grant(controlPlane, NETWORK_CONTRIBUTOR, nodes.id),
        () => grant(controlPlane, NETWORK_CONTRIBUTOR, apiServer.id),
        () => grant(controlPlane, IDENTITY_OPERATOR, kubelet.id),
      ];
      return { whole, grants, nodes };
    }
    async function made() {
      const { whole, grants } = await ground();
      for (const grant of grants) await grant();
      return { running: await make("containerservice:ManagedCluster", whole), whole };
    }
    const pool = (inputs: Values = {}) =>
      make("containerservice:AgentPool", {
        resourceName: "shop",
        agentPoolName: "general",
        ...machines,
        mode: "User",
        nodeTaints: [],
        ...inputs,
      });

    it("spreads machines over the zones, with the labels and taints that AKS gives them", async () => {
      await made();
      await pool({ scaleSetPriority: "Spot", spotMaxPrice: -1, orchestratorVersion: "1.35" });
      const { system = [], general = [] } = azure.nodes;
      assert.deepEqual(
        system.map(({ zone }) => zone),
        ["westeurope-1", "westeurope-2", "westeurope-3"],
      );
      assert.deepEqual(system[0]?.taints, [{ key: "CriticalAddonsOnly", value: "true", effect: "NoSchedule" }]);
      assert.equal(general[0]?.labels?.["kubernetes.azure.com/scalesetpriority"], "spot");
      assert.deepEqual(general[0]?.taints, [
        { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" },
      ]);
      assert.deepEqual([general[0]?.cpu, general[0]?.memory], ["4", "13Gi"]);
    });

    it("gives each add-on an identity, which it keeps and roles are given to", async () => {
      const { running, whole } = await made();
      const addonProfiles = { azureKeyvaultSecretsProvider: { enabled: true } };
      await running.change({ addonProfiles });
      const driver = () =>
        azure.world
          .all(type("containerservice:ManagedCluster"))
          .map(({ outputs }) => outputs.addonProfiles as Record<string, { identity: { objectId: string } }>)
          .map(({ azureKeyvaultSecretsProvider }) => azureKeyvaultSecretsProvider?.identity.objectId)[0];
      const principalId = driver();
      await grant({ outputs: { principalId } }, IDENTITY_OPERATOR, running.id);
      await running.change({ addonProfiles, kubernetesVersion: whole.kubernetesVersion === "1.35" ? "1.36" : "1.35" });
      assert.equal(driver(), principalId);
    });

    it("has an agent that sends with a key only to a workspace that takes one", async () => {
      const { whole, grants } = await ground();
      for (const grant of grants) await grant();
      const workspace = await make("operationalinsights:Workspace", {
        workspaceName: "logs",
        features: { disableLocalAuth: true },
      });
      const withAgent = (useAADAuth: string) => ({
        ...whole,
        addonProfiles: {
          omsagent: { enabled: true, config: { logAnalyticsWorkspaceResourceID: workspace.id, useAADAuth } },
        },
      });
      await refuses("containerservice:ManagedCluster", withAgent("false"), /omsagent sends with a key/);
      await make("containerservice:ManagedCluster", withAgent("true"));
    });

    it("is not made without the roles that its control plane needs", async () => {
      const { whole, grants } = await ground();
      const [nodes, apiServer, kubelet] = grants;
      await refuses("containerservice:ManagedCluster", whole, /LinkedAuthorizationFailed: .*subnets\/nodes/);
      await nodes?.();
      await refuses("containerservice:ManagedCluster", whole, /LinkedAuthorizationFailed: .*subnets\/api/);
      await apiServer?.();
      await refuses("containerservice:ManagedCluster", whole, /CustomKubeletIdentityMissingPermissionError/);
      await kubelet?.();
      await make("containerservice:ManagedCluster", whole);
    });

    it("is not made as AKS makes none", async () => {
      const { whole, grants, nodes } = await ground();
      for (const grant of grants) await grant();
      const { networkProfile, apiServerAccessProfile, agentPoolProfiles } = whole;
      const [system] = agentPoolProfiles;
      await azure.refusesEach(type("containerservice:ManagedCluster"), { ...group, ...whole }, [
        [{ kubernetesVersion: "1.33" }, /"1.33" is not one of 1.34, 1.35, 1.36/],
        [{ agentPoolProfiles: [{ ...system, mode: "User" }] }, /no pool of mode System/],
        [{ agentPoolProfiles: [{ ...system, vmSize: "m6i.large" }] }, /no size that is known here/],
        [{ agentPoolProfiles: [{ ...system, name: "my-pool" }] }, /"my-pool" does not match/],
        [{ agentPoolProfiles: [{ ...system, nodeTaints: ["critical"] }] }, /nodeTaints "critical"/],
        [{ networkProfile: { ...networkProfile, networkDataplane: "azure" } }, /cilium needs its dataplane/],
        [{ networkProfile: { ...networkProfile, podCidr: "172.20.0.0/14" } }, /overlaps serviceCidr/],
        [{ networkProfile: { ...networkProfile, podCidr: "10.0.128.0/17" } }, /ServiceCidrOverlapExistingSubnetsCidr/],
        [{ networkProfile: { ...networkProfile, dnsServiceIP: "172.20.0.1" } }, /first address/],
        [{ networkProfile: { ...networkProfile, outboundType: "userAssignedNATGateway" } }, /has no NAT gateway/],
        [{ networkProfile: { ...networkProfile, outboundType: "userDefinedRouting" } }, /has no route table/],
        [{ apiServerAccessProfile: { ...apiServerAccessProfile, subnetId: nodes.id } }, /InvalidApiServerSubnet/],
        [
          { apiServerAccessProfile: { ...apiServerAccessProfile, authorizedIPRanges: ["203.0.113.0/24"] } },
          /a private cluster has none/,
        ],
        [{ aadProfile: { managed: false } }, /would leave nobody to enter/],
        [{ addonProfiles: { omsagent: { enabled: true } } }, /omsagent names the workspace "", and there is no such/],
        [
          { oidcIssuerProfile: { enabled: false }, securityProfile: { workloadIdentity: { enabled: true } } },
          /needs oidcIssuerProfile/,
        ],
        [
          { networkProfile: { ...networkProfile, networkPlugin: "kubnet" } },
          /"kubnet", not one of azure, kubenet, none/,
        ],
      ]);
    });

    it("goes up one minor version at a time, and its pools after it", async () => {
      const { running, whole } = await made();
      const { change } = await pool({ orchestratorVersion: "1.35" });
      await assert.rejects(change({ orchestratorVersion: "1.36" }), /NodePoolMcVersionIncompatible/);
      await assert.rejects(running.change({ kubernetesVersion: "1.34" }), /OperationNotAllowed/);
      await running.change({ kubernetesVersion: "1.36" });
      await change({ orchestratorVersion: "1.36" });
      const elsewhere = { networkProfile: { ...whole.networkProfile, podCidr: "100.68.0.0/14" } };
      await assert.rejects(running.change(elsewhere), /PropertyChangeNotAllowed/);
      assert.deepEqual(await running.change({ dnsPrefix: "other" }), ["dnsPrefix"]);
    });

    it("changes how many machines a pool has, and not which", async () => {
      await made();
      const { change, remove } = await pool();
      await change({ minCount: 4, maxCount: 8 });
      assert.equal(azure.nodes.general?.length, 4);
      await assert.rejects(change({ vmSize: "Standard_D8s_v5" }), /PropertyChangeNotAllowed: .*'vmSize'/);
      await assert.rejects(change({ minCount: 9 }), /is above maxCount/);
      await assert.rejects(pool({ agentPoolName: "cheap", spotMaxPrice: -1 }), /spot market/);
      await assert.rejects(pool({ agentPoolName: "lost", resourceName: "other" }), /resourceName names other/);
      await remove();
      assert.deepEqual(azure.nodes.general, []);
    });

    it("has a machine to begin with in a pool that grows from none, and system disks where there is room", async () => {
      await made();
      await pool({ count: 0, minCount: 0, vmSize: "Standard_NC4as_T4_v3" });
      assert.equal(azure.nodes.general?.length, 1);
      await pool({ agentPoolName: "local", vmSize: "Standard_D4ds_v5", osDiskType: "Ephemeral" });
      const ephemeral = { agentPoolName: "remote", osDiskType: "Ephemeral" };
      await assert.rejects(pool(ephemeral), /Standard_D4s_v5 has no disk for an ephemeral one/);
    });

    it("is entered with what Azure answers, by way of a plugin", async () => {
      await made();
      const answer = await azure.emulator.invoke(type("containerservice:listManagedClusterUserCredentials"), {
        ...group,
        resourceName: "shop",
      });
      const [{ value }] = answer.kubeconfigs as [{ value: string }];
      assert.match(Buffer.from(value, "base64").toString(), /"server":"https:\/\/127.0.0.1:6443"/);
    });
  });
});
