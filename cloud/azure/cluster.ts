import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import type { NodePoolPlan } from "../../config/nodes.ts";
import { ControlPlaneLogs } from "./logs.ts";
import { machinesOf } from "./machines.ts";
import { Monitoring } from "./monitoring.ts";
import { poolName } from "./names.ts";
import type { Ground } from "./network.ts";
import { POD_CIDR, SERVICE_CIDR } from "./network-plan.ts";
import type { AksPlan } from "./plan.ts";
import { assign, lock } from "./roles.ts";

export interface ClusterArgs {
  plan: AksPlan;
  resourceGroupName: pulumi.Input<string>;
  ground: Ground;
}

/** An AKS cluster with its machines: private, audited, entered by way of Microsoft Entra only. */
export class Cluster extends pulumi.ComponentResource {
  readonly cluster: azure.containerservice.ManagedCluster;
  readonly agentPools: azure.containerservice.AgentPool[];
  /** Whom the machines pull images as. */
  readonly kubelet: azure.managedidentity.UserAssignedIdentity;
  /** Whom Azure takes the control plane and the drivers of disks for. */
  readonly controlPlane: azure.managedidentity.UserAssignedIdentity;

  constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:azure:Cluster", name, {}, opts);
    const { plan, resourceGroupName } = args;
    const inside = { parent: this };

    const identity = (what: string) =>
      new azure.managedidentity.UserAssignedIdentity(
        `${name}-${what}`,
        { resourceGroupName, resourceName: `${plan.name}-${what}` },
        inside,
      );
    this.controlPlane = identity("control-plane");
    this.kubelet = identity("kubelet");
    const logs = new ControlPlaneLogs(name, { plan, resourceGroupName }, inside);
    this.cluster = new azure.containerservice.ManagedCluster(
      `${name}-cluster`,
      {
        resourceGroupName,
        resourceName: plan.name,
        nodeResourceGroup: `${plan.name}-machines`,
        nodeResourceGroupProfile: { restrictionLevel: "ReadOnly" },
        kubernetesVersion: plan.version,
        dnsPrefix: plan.name,
        sku: { name: "Base", tier: "Standard" },
        identity: { type: "UserAssigned", userAssignedIdentities: [this.controlPlane.id] },
        identityProfile: {
          kubeletidentity: {
            resourceId: this.kubelet.id,
            clientId: this.kubelet.clientId,
            objectId: this.kubelet.principalId,
          },
        },
        agentPoolProfiles: [{ name: plan.systemPool.name, ...machinesOf(plan.systemPool, "System", args) }],
        autoScalerProfile: { balanceSimilarNodeGroups: "true", expander: "least-waste" },
        networkProfile: networkProfileOf(plan),
        apiServerAccessProfile: {
          // Its address is in a subnet of the network, so a NetworkPolicy can name it.
          enableVnetIntegration: true,
          subnetId: args.ground.subnetIds.apiServer,
          enablePrivateCluster: plan.publicAccess.length === 0,
          enablePrivateClusterPublicFQDN: plan.publicAccess.length === 0 ? false : undefined,
          authorizedIPRanges: plan.publicAccess.length > 0 ? plan.publicAccess : undefined,
          disableRunCommand: true,
        },
        enableRBAC: true,
        disableLocalAccounts: true,
        aadProfile: { managed: true, enableAzureRBAC: true, adminGroupObjectIDs: plan.administrators },
        oidcIssuerProfile: { enabled: true },
        securityProfile: {
          workloadIdentity: { enabled: true },
          imageCleaner: { enabled: true, intervalHours: 7 * 24 },
          azureKeyVaultKms: plan.secretsKey && {
            enabled: true,
            keyId: plan.secretsKey.keyId,
            keyVaultNetworkAccess: plan.secretsKey.vaultAccess ?? "Private",
            keyVaultResourceId: plan.secretsKey.vaultId,
          },
        },
        addonProfiles: {
          azureKeyvaultSecretsProvider: {
            enabled: plan.keyVaultSecrets,
            config: plan.keyVaultSecrets ? { enableSecretRotation: "true" } : undefined,
          },
          // The agent of Container Insights, known by its former name.
          omsagent: {
            enabled: plan.azureMonitor.logs,
            config: plan.azureMonitor.logs
              ? { logAnalyticsWorkspaceResourceID: logs.workspaceId, useAADAuth: "true" }
              : undefined,
          },
        },
        azureMonitorProfile: { metrics: { enabled: plan.azureMonitor.metrics } },
        autoUpgradeProfile: { upgradeChannel: "patch", nodeOSUpgradeChannel: plan.nodeOsUpgrade },
        storageProfile: {
          diskCSIDriver: { enabled: true },
          fileCSIDriver: { enabled: true },
          snapshotController: { enabled: true },
        },
      },
      {
        ...inside,
        protect: plan.deletionProtection,
        dependsOn: this.grant(name, this.controlPlane, args),
        // The autoscaler decides.
        ignoreChanges: ["agentPoolProfiles[0].count"],
      },
    );
    this.agentPools = plan.nodePools.map((pool) => this.agentPool(name, pool, args));
    const windows = this.maintain(name, args);
    const { id: clusterId } = this.cluster;
    const watched = [
      logs.record(clusterId),
      new Monitoring(name, { plan, resourceGroupName, workspaceId: logs.workspaceId, clusterId }, inside),
    ];
    if (plan.deletionProtection) {
      lock(`${name}-lock`, clusterId, { ...inside, dependsOn: [...this.agentPools, ...windows, ...watched] });
    }
    this.registerOutputs({});
  }

  /** What the control plane does in the network and with the machines' identity, and no more. */
  private grant(
    name: string,
    identity: azure.managedidentity.UserAssignedIdentity,
    { plan, ground }: ClusterArgs,
  ): pulumi.Resource[] {
    const { subscription, secretsKey } = plan;
    const inside = { parent: this };
    const grant = (what: string, role: Parameters<typeof assign>[1]["role"], scope: pulumi.Input<string>) =>
      assign(`${name}-control-plane-${what}`, { subscription, role, identity, scope }, inside);
    return [
      grant("machines-subnet", "Network Contributor", ground.subnetIds.nodes),
      grant("api-server-subnet", "Network Contributor", ground.subnetIds.apiServer),
      grant("kubelet", "Managed Identity Operator", this.kubelet.id),
      ...(secretsKey
        ? [
            grant("secrets-key", "Key Vault Crypto User", secretsKey.vaultId),
            grant("secrets-vault", "Key Vault Contributor", secretsKey.vaultId),
          ]
        : []),
    ];
  }

  private agentPool(name: string, pool: NodePoolPlan, args: ClusterArgs): azure.containerservice.AgentPool {
    return new azure.containerservice.AgentPool(
      `${name}-${pool.name}-pool`,
      {
        resourceGroupName: args.resourceGroupName,
        resourceName: this.cluster.name,
        agentPoolName: poolName(pool, args.plan.zones),
        ...machinesOf(pool, "User", args),
      },
      // The autoscaler decides on the count. What AKS cannot change of a pool is made beside it, then the old one goes.
      { parent: this, ignoreChanges: ["count"], deleteBeforeReplace: false },
    );
  }

  /** When AKS may bring new patches and machine images. */
  private maintain(name: string, { plan, resourceGroupName }: ClusterArgs): pulumi.Resource[] {
    const configs = { patches: "aksManagedAutoUpgradeSchedule", images: "aksManagedNodeOSUpgradeSchedule" };
    return Object.entries(configs).map(
      ([what, configName]) =>
        new azure.containerservice.MaintenanceConfiguration(
          `${name}-${what}-window`,
          {
            resourceGroupName,
            resourceName: this.cluster.name,
            configName,
            maintenanceWindow: {
              schedule: { weekly: { dayOfWeek: plan.maintenanceDay, intervalWeeks: 1 } },
              startTime: "02:00",
              utcOffset: "+00:00",
              durationHours: 4,
            },
          },
          { parent: this },
        ),
    );
  }
}

function networkProfileOf({ network }: AksPlan): azure.types.input.containerservice.ContainerServiceNetworkProfileArgs {
  return {
    networkPlugin: "azure",
    networkPluginMode: "overlay",
    networkDataplane: "cilium",
    networkPolicy: "cilium",
    podCidr: POD_CIDR,
    serviceCidr: SERVICE_CIDR,
    dnsServiceIP: SERVICE_CIDR.replace(/0\/\d+$/, "10"),
    loadBalancerSku: "standard",
    outboundType: network.outbound === "natGateway" ? "userAssignedNATGateway" : network.outbound,
    loadBalancerProfile: network.outbound === "loadBalancer" ? { managedOutboundIPs: { count: 2 } } : undefined,
  };
}
