import * as gcp from "@pulumi/gcp";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedDatastore, Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { createBackupPlan } from "./backup.ts";
import { Cluster } from "./cluster.ts";
import { identify } from "./identity.ts";
import { allowWebhooks, Network } from "./network.ts";
import type { GkePlan } from "./plan.ts";
import { createRegistry } from "./registry.ts";
import { enableServices } from "./services.ts";
import { createStorageClasses } from "./storage.ts";
import { createStore, type Store } from "./stores.ts";

/** Makes the network, the cluster and its machines, or finds them as they were made. */
export function connectGke(plan: Plan, cluster: GkePlan): Cloud {
  const { name, project, region } = cluster;
  const provider = new gcp.Provider("gcp", {
    project,
    region,
    defaultLabels: { "landfall-application": plan.application, "landfall-stack": labelOf(plan.stack) },
  });
  const managed = plan.datastores.filter((store): store is ManagedDatastore => store.mode === "managed");
  const engines = managed.map(({ engine }) => engine);
  const services = enableServices(name, cluster, engines, { provider });
  const opts = { providers: [provider] };

  const inNetwork = engines.some((engine) => engine !== "objectstore");
  const network = new Network(name, { plan: cluster, privateServices: inNetwork, services }, opts);
  const gke = new Cluster(name, { plan: cluster, network, services }, opts);
  allowWebhooks(name, cluster, { networkId: network.networkId, account: gke.nodeAccount }, { provider });
  if (cluster.artifactRegistry) createRegistry(name, region, gke.nodeAccount, { provider, dependsOn: services });
  createBackupPlan(name, plan, cluster, gke.cluster, { provider, dependsOn: services });

  const kubernetes = new k8s.Provider(
    "cluster",
    {
      kubeconfig: kubeconfigOf(gke.cluster),
      // The name has a suffix, and so another cluster another link.
      clusterIdentifier: gke.cluster.selfLink,
      enableServerSideApply: true,
    },
    { dependsOn: gke.nodePools },
  );
  const ready = createStorageClasses(
    name,
    { plan: cluster, networkName: network.networkName },
    { provider: kubernetes },
  );
  const stores: Record<string, Store> = {};
  return {
    provider: kubernetes,
    // Pods reach the control plane at its own range, and at the Service's first address.
    apiServer: { cidrs: [firstAddressOf(cluster.ranges.services), cluster.ranges.controlPlane], ports: [443] },
    ready,
    managed: (storeName, { datastore, password }, storeOpts) => {
      const store = createStore(
        storeName,
        { datastore, password, network, cluster, services },
        pulumi.mergeOptions(storeOpts, opts),
      );
      stores[datastore.name] = store;
      return store;
    },
    identify: (accountName, account, accountOpts) =>
      identify(accountName, { ...account, project, stores }, { parent: accountOpts.parent, provider }),
  };
}

/** Labels have lower-case letters, digits, dashes and underscores: https://cloud.google.com/compute/docs/labeling-resources */
function labelOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "_")
    .slice(0, 63);
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
            command: "gke-gcloud-auth-plugin",
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
