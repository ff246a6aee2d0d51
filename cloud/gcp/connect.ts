import type * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownerLabels } from "../../components/labels.ts";
import type { Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { PROVIDER_SETTINGS } from "../provider.ts";
import { TOKEN_COMMANDS } from "../token-commands.ts";
import { createBackupPlan } from "./backup.ts";
import { Cluster } from "./cluster.ts";
import { ImageCache } from "./image-cache.ts";
import { allowWebhooks, existingGround, Network } from "./network.ts";
import { offers } from "./offers.ts";
import { permit } from "./permit.ts";
import type { GkePlan } from "./plan.ts";
import { createRegistry } from "./registry.ts";
import { enableServices, servicesFor, servicesForAddons, servicesOf } from "./services.ts";
import { createProvider, managedIn, storesAt } from "./site.ts";
import { createStorageClasses } from "./storage.ts";

/** Makes the network, the cluster and its machines, or finds them as they were made. */
export function connectGke(plan: Plan, cluster: GkePlan): Cloud {
  const { name, project, region } = cluster;
  const provider = createProvider(plan, cluster);
  const managed = managedIn(plan);
  const services = enableServices(
    name,
    [...servicesOf(cluster), ...servicesFor(managed), ...servicesForAddons(plan.addons)],
    { provider },
  );

  const inNetwork = managed.some(({ engine }) => offers[engine]?.reached === "in the network");
  const { existingNetwork } = cluster;
  const args = { plan: cluster, privateServices: inNetwork, services };
  const network = existingNetwork
    ? existingGround(name, existingNetwork, args, { provider })
    : new Network(name, args, { providers: [provider] });
  const { networkId, privateServices } = network;
  const gke = new Cluster(name, { plan: cluster, network, services }, { providers: [provider] });
  allowWebhooks(name, cluster, { networkId, account: gke.nodeAccount }, { provider });
  if (cluster.artifactRegistry) createRegistry(name, region, gke.nodeAccount, { provider, dependsOn: services });
  if (cluster.imageCaches.length > 0) {
    new ImageCache(name, { plan: cluster, reader: gke.nodeAccount, services }, { providers: [provider] });
  }
  createBackupPlan(name, plan, cluster, gke.cluster, { provider, dependsOn: services });

  const kubeconfig = kubeconfigOf(gke.cluster);
  const kubernetes = new k8s.Provider(
    "cluster",
    {
      kubeconfig,
      // The name has a suffix, and so another cluster another link.
      clusterIdentifier: gke.cluster.selfLink,
      ...PROVIDER_SETTINGS,
    },
    { dependsOn: gke.nodePools },
  );
  return {
    provider: kubernetes,
    kubeconfig: pulumi.secret(kubeconfig),
    // Pods reach the control plane at its own range, and at the Service's first address.
    apiServer: { cidrs: [firstAddressOf(cluster.ranges.services), cluster.ranges.controlPlane], ports: [443] },
    ready: createStorageClasses(
      name,
      {
        plan: cluster,
        networkName: network.networkName,
        reclaimPolicy: plan.profile.reclaimPolicy,
        labels: ownerLabels(plan),
      },
      { provider: kubernetes },
    ),
    permit: (addon, args, opts) =>
      permit(addon, { ...args, plan, project, region, services }, { parent: opts.parent, provider }),
    ...storesAt({
      provider,
      project,
      region,
      networkId,
      privateServices,
      services,
      maintenanceHour: cluster.maintenance.hour,
    }),
  };
}

/** Credentials are obtained when they are needed, from whoever runs Pulumi; none is in the state. */
function kubeconfigOf({ name, endpoint, masterAuth }: gcp.container.Cluster): pulumi.Output<string> {
  const cluster = {
    server: pulumi.interpolate`https://${endpoint}`,
    "certificate-authority-data": masterAuth.clusterCaCertificate,
  };
  return pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: TOKEN_COMMANDS.gke.command,
            installHint: "gcloud components install gke-gcloud-auth-plugin",
            interactiveMode: "Never",
            provideClusterInfo: true,
          },
        },
      },
    ],
  });
}

function firstAddressOf(cidr: string): string {
  return `${cidr.replace(/0\/\d+$/, "1")}/32`;
}
