import * as k8s from "@pulumi/kubernetes";
import type { Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { PROVIDER_SETTINGS } from "../provider.ts";
import { Cluster } from "./cluster.ts";
import { KeyVault } from "./key-vault.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { existingGround, type Ground, Network } from "./network.ts";
import { SERVICE_CIDR } from "./network-plan.ts";
import { permit } from "./permit.ts";
import type { AksPlan } from "./plan.ts";
import { PrivateZones } from "./private-zones.ts";
import { createRegistry } from "./registry.ts";
import { createPlace, type Site, storesAt } from "./site.ts";

/** Makes the network, the cluster and its machines, or finds them as they were made. */
export function connectAks(plan: Plan, cluster: AksPlan): Cloud {
  const { name, network } = cluster;
  const { provider, group } = createPlace(plan, cluster);
  const opts = { provider };
  const resourceGroupName = group.name;

  const { containerRegistry } = cluster;
  const storePorts = plan.datastores.filter(({ mode }) => mode === "managed").map(({ endpoint }) => endpoint.port);
  if (containerRegistry === "private" || cluster.keyVault) storePorts.push(443);
  const ground: Ground = network.virtualNetworkId
    ? existingGround(network, network.virtualNetworkId)
    : new Network(
        name,
        { plan: network, resourceGroupName, clusterName: name, storePorts: [...new Set(storePorts)] },
        { providers: [provider] },
      );
  const aks = new Cluster(name, { plan: cluster, resourceGroupName, ground }, { providers: [provider] });
  const site: Site = {
    provider,
    subscription: cluster.subscription,
    name,
    resourceGroupName,
    virtualNetworkId: ground.virtualNetworkId,
    subnetIds: ground.subnetIds,
    geoRedundantBackups: cluster.geoRedundantBackups,
    issuer: aks.cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? ""),
  };
  const zones = new PrivateZones(site, opts);
  if (containerRegistry) {
    const { kubelet } = aks;
    createRegistry(name, { plan: cluster, containerRegistry, kubelet, site, zones }, opts);
  }
  if (cluster.keyVault) {
    new KeyVault(name, { plan: cluster, ...cluster.keyVault, aks, site, zones }, { providers: [provider] });
  }
  const kubeconfig = kubeconfigOf(aks.cluster, cluster, resourceGroupName, opts);
  const kubernetes = new k8s.Provider(
    "cluster",
    {
      kubeconfig,
      clusterIdentifier: aks.cluster.resourceUID,
      ...PROVIDER_SETTINGS,
    },
    { dependsOn: aks.agentPools },
  );

  return {
    provider: kubernetes,
    kubeconfig,
    // The API server answers from its own subnet, where no pod and no machine is: Cilium lets ranges name nothing else.
    apiServer: { cidrs: [firstAddressOf(SERVICE_CIDR), network.subnets.apiServer.cidr], ports: [443] },
    ready: aks.agentPools,
    ...storesAt(site, zones),
    permit: (addon, args, addonOpts) =>
      permit(
        addon,
        { ...args, plan, site, zones, groupId: group.id, controlPlane: aks.controlPlane },
        { ...addonOpts, providers: [provider] },
      ),
  };
}

function firstAddressOf(cidr: string): string {
  return `${cidr.replace(/0\/\d+$/, "1")}/32`;
}
