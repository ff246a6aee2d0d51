import { createHash } from "node:crypto";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../config/plan.ts";
import type { KubeconfigCluster } from "../config/schema/cluster.ts";
import { type Ask, type List, type Named, openApiServer } from "./api-server.ts";
import type { ApiServerAddresses, Landing } from "./cloud.ts";
import { ClusterError, type Context, kubeconfigFiles, readContext } from "./kubeconfig-file.ts";
import { PREFLIGHT } from "./preflight.ts";
import { PROVIDER_SETTINGS } from "./provider.ts";

interface EndpointSlice {
  endpoints?: { addresses: string[] }[];
  ports?: { port?: number }[];
}

/** A kubeconfig's context, and how the provider is told of it. */
export interface Access {
  context: Context;
  /** A file, or the text itself; left out for the files that kubectl would read. */
  kubeconfig?: pulumi.Input<string>;
}

/** A cluster that is there already: kind, k3s, MicroK8s, minikube, kubeadm, the local one, or a cloud's. */
export function connectKubeconfig(plan: Plan, cluster: KubeconfigCluster): Promise<Landing> {
  return inWords(() => {
    const files = kubeconfigFiles(cluster.path);
    const context = readContext(files, cluster.context);
    return landOn(plan, { context, kubeconfig: files.length === 1 ? files[0] : undefined }, cluster);
  });
}

/** What keeps a cluster from being used is told without a stack trace. */
export async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ClusterError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** @param apiServer read from the cluster where it is not known */
export async function landOn(
  plan: Plan,
  { context, kubeconfig }: Access,
  { apiServer, leaves }: { apiServer?: ApiServerAddresses; leaves?: string },
): Promise<Landing> {
  const { ask, close } = await openApiServer(context);
  try {
    const identity = await identify(ask, context);
    checkIdentity(identity, plan.landedOn, leaves, context);
    const [addresses] = await Promise.all([
      apiServer ?? findApiServer(ask),
      ...PREFLIGHT.map(({ check }) => check(ask, plan, pulumi.log.warn, context)),
    ]);
    const provider = new k8s.Provider("cluster", {
      kubeconfig,
      context: context.name,
      // Without it, a change of the API server's address would replace, and so delete, everything.
      clusterIdentifier: identity,
      ...PROVIDER_SETTINGS,
    });
    return { provider, apiServer: addresses, identity, ready: [] };
  } finally {
    close();
  }
}

/** The same as long as it is the same cluster, whatever its address, certificate or credentials. */
async function identify(ask: Ask, context: Context): Promise<string> {
  const kubeSystem = await ask<Named>("/api/v1/namespaces/kube-system");
  if (kubeSystem) return kubeSystem.metadata.uid;
  return createHash("sha256")
    .update(context.ca ?? context.server)
    .digest("hex");
}

/** On another cluster the engine would make everything anew, and delete what stands on this one, data included. */
function checkIdentity(
  identity: string,
  landedOn: string | undefined,
  leaves: string | undefined,
  { name, server }: Context,
): void {
  if (landedOn === undefined || landedOn === identity || landedOn === leaves) return;
  throw new ClusterError(
    `The stack stands on another cluster than the one that context "${name}" leads to, at ${server}.`,
    `take the kubeconfig or context that it was landed with. To leave that cluster, and delete what stands there: landfall:cluster.leaves: "${landedOn}"`,
  );
}

/** The addresses behind the Service `kubernetes`: policies are judged after the Service's address was translated. */
async function findApiServer(ask: Ask): Promise<ApiServerAddresses> {
  const [service, slices] = await Promise.all([
    ask<{ spec: { clusterIPs: string[] } }>("/api/v1/namespaces/default/services/kubernetes"),
    ask<List<EndpointSlice>>(
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3Dkubernetes",
    ),
  ]);
  const behind = slices?.items ?? [];
  const addresses = behind.flatMap(({ endpoints }) => endpoints ?? []).flatMap((endpoint) => endpoint.addresses);
  const ports = behind.flatMap((slice) => slice.ports ?? []).flatMap(({ port }) => (port === undefined ? [] : [port]));
  if (!service || addresses.length === 0) {
    throw new ClusterError(
      "The API server's addresses, which the NetworkPolicies need, cannot be read from the cluster.",
      "set landfall:cluster.apiServer, for example { cidrs: [10.96.0.1/32, 192.0.2.10/32], ports: [443, 6443] }",
    );
  }
  const cidrs = [...service.spec.clusterIPs, ...addresses].map((ip) => `${ip}/${ip.includes(":") ? 128 : 32}`);
  return { cidrs: [...new Set(cidrs)].sort(), ports: [...new Set([443, ...ports])].sort((a, b) => a - b) };
}
