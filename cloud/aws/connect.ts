import type * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ownerLabels } from "../../components/labels.ts";
import type { Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { PROVIDER_SETTINGS } from "../provider.ts";
import { TOKEN_COMMANDS } from "../token-commands.ts";
import { Cluster, SERVICE_CIDR } from "./cluster.ts";
import { FileSystem } from "./file-system.ts";
import { Network } from "./network.ts";
import { permit } from "./permit.ts";
import type { EksPlan } from "./plan.ts";
import { createRepositories } from "./repositories.ts";
import { createProvider, storesAt } from "./site.ts";
import { createStorageClasses } from "./storage.ts";

/** Makes the network, the cluster and its machines, or finds them as they were made. */
export function connectEks(plan: Plan, cluster: EksPlan): Cloud {
  const { name, region } = cluster;
  const provider = createProvider(plan, cluster);
  const opts = { providers: [provider] };
  const network = networkOf(name, cluster, opts);
  const { vpcId, privateSubnetIds, dataSubnetIds, wayOut } = network;
  const eks = new Cluster(name, { plan: cluster, subnetIds: privateSubnetIds, wayOut }, opts);
  const kubeconfig = kubeconfigOf(eks.cluster, region);
  const kubernetes = new k8s.Provider(
    "cluster",
    {
      kubeconfig,
      clusterIdentifier: pulumi.interpolate`${eks.cluster.arn} ${eks.cluster.createdAt}`,
      ...PROVIDER_SETTINGS,
    },
    { dependsOn: eks.ready },
  );
  const fileSystem = cluster.sharedFileSystem
    ? new FileSystem(
        `${name}-shared`,
        { vpcId, subnetIds: privateSubnetIds, clientGroup: eks.clientGroup, protect: plan.profile.protectData },
        opts,
      )
    : undefined;
  createRepositories(name, cluster, { provider });
  return {
    provider: kubernetes,
    kubeconfig: pulumi.secret(kubeconfig),
    // The control plane answers from the private subnets, and at the Service's first address.
    apiServer: { cidrs: [firstAddressOf(SERVICE_CIDR), cluster.network.cidr], ports: [443] },
    ready: createStorageClasses(
      name,
      { fileSystem, reclaimPolicy: plan.profile.reclaimPolicy, labels: ownerLabels(plan) },
      { provider: kubernetes },
    ),
    permit: (addon, args, opts) =>
      permit(addon, { ...args, plan, region, vpcId, clusterName: eks.cluster.name }, { parent: opts.parent, provider }),
    ...storesAt({
      provider,
      region,
      vpcId,
      dataSubnetIds,
      clients: { securityGroupIds: [eks.clientGroup] },
      prefix: name,
      clusterName: eks.cluster.name,
    }),
  };
}

function networkOf(name: string, { network, region }: EksPlan, opts: pulumi.ComponentResourceOptions) {
  if (network.kind === "new") return new Network(name, { plan: network, region, clusterName: name }, opts);
  const { vpcId, privateSubnetIds, dataSubnetIds } = network;
  return { vpcId, privateSubnetIds, dataSubnetIds, wayOut: [] };
}

/** Credentials are obtained when they are needed, from whoever runs Pulumi; none is in the state. */
function kubeconfigOf(
  { name, endpoint, certificateAuthority }: aws.eks.Cluster,
  region: string,
): pulumi.Output<string> {
  return pulumi.jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: endpoint, "certificate-authority-data": certificateAuthority.data } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: TOKEN_COMMANDS.eks.command,
            args: ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}

function firstAddressOf(cidr: string): string {
  return `${cidr.replace(/0\/\d+$/, "1")}/32`;
}
