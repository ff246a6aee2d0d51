import * as azure from "@pulumi/azure-native";
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { Cluster } from "./cluster.ts";
import { WorkloadIdentity } from "./identity.ts";
import { KeyVault } from "./key-vault.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { existingGround, type Ground, Network } from "./network.ts";
import { SERVICE_CIDR } from "./network-plan.ts";
import type { AksPlan } from "./plan.ts";
import { PrivateZones } from "./private-zones.ts";
import { createRegistry } from "./registry.ts";
import { createStore } from "./stores.ts";

/** Makes the network, the cluster and its machines, or finds them as they were made. */
export function connectAks(plan: Plan, cluster: AksPlan): Cloud {
  const { name, subscription, location, network } = cluster;
  const provider = new azure.Provider("azure", { subscriptionId: subscription, location });
  const opts = { provider };
  const tags = { "landfall-application": plan.application, "landfall-stack": plan.stack };
  const group = new azure.resources.ResourceGroup(`${name}-group`, { resourceGroupName: name, tags }, opts);
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
  const zones = new PrivateZones(name, { resourceGroupName, ground }, opts);
  if (containerRegistry) {
    const { kubelet } = aks;
    createRegistry(name, { plan: cluster, containerRegistry, resourceGroupName, kubelet, ground, zones }, opts);
  }
  if (cluster.keyVault) {
    new KeyVault(name, { plan: cluster, resourceGroupName, aks, ground, zones }, { providers: [provider] });
  }
  const kubernetes = new k8s.Provider(
    "cluster",
    {
      kubeconfig: kubeconfigOf(aks.cluster, cluster, resourceGroupName, opts),
      clusterIdentifier: aks.cluster.resourceUID,
      enableServerSideApply: true,
    },
    { dependsOn: aks.agentPools },
  );

  const scopes: Record<string, readonly pulumi.CustomResource[]> = {};
  return {
    provider: kubernetes,
    // The API server answers from its own subnet, where no pod and no machine is: Cilium lets ranges name nothing else.
    apiServer: { cidrs: [firstAddressOf(SERVICE_CIDR), network.subnets.apiServer.cidr], ports: [443] },
    ready: aks.agentPools,
    managed(storeName, { datastore, password }, storeOpts) {
      const store = createStore(
        storeName,
        { datastore, password, plan: cluster, resourceGroupName, ground, zones },
        { ...storeOpts, providers: [provider] },
      );
      scopes[datastore.name] = store.scopes ?? [];
      return store;
    },
    identify: (identityName, { serviceAccount, namespace, datastores }, identityOpts) =>
      new WorkloadIdentity(
        identityName,
        {
          subscription,
          resourceGroupName,
          cluster: aks.cluster,
          serviceAccount,
          namespace,
          scopes: Object.fromEntries(
            datastores.flatMap((store) =>
              (scopes[store.name] ?? []).map((scope, index) => [
                `${store.name}-${store.endpoint.buckets[index]}`,
                scope,
              ]),
            ),
          ),
        },
        { ...identityOpts, providers: [provider] },
      ).identity,
  };
}

function firstAddressOf(cidr: string): string {
  return `${cidr.replace(/0\/\d+$/, "1")}/32`;
}
