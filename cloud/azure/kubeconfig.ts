import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { TOKEN_COMMANDS } from "../token-commands.ts";
import type { AksPlan } from "./plan.ts";

/** Microsoft Entra's application "Azure Kubernetes Service AAD Server", the same in every tenant. */
const SERVER_ID = "6dae42f8-4368-4678-94ff-3960e28e3630";

/**
 * Credentials are obtained when they are needed, from whoever runs Pulumi; none is in the state. What Azure answers
 * holds none either, for the cluster has no local accounts; only its address and authority are taken from it.
 */
export function kubeconfigOf(
  cluster: azure.containerservice.ManagedCluster,
  { name, login }: AksPlan,
  resourceGroupName: pulumi.Input<string>,
  opts: pulumi.InvokeOutputOptions,
): pulumi.Output<string> {
  const answer = azure.containerservice.listManagedClusterUserCredentialsOutput(
    { resourceGroupName, resourceName: cluster.name, format: "exec" },
    { ...opts, dependsOn: [cluster] },
  );
  return pulumi.secret(answer.kubeconfigs).apply(([kubeconfig]) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      contexts: [{ name, context: { cluster: name, user: name } }],
      clusters: [{ name, cluster: clusterIn(kubeconfig?.value ?? "") }],
      users: [
        {
          name,
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: TOKEN_COMMANDS.aks.command,
              args: ["get-token", "--login", login, "--server-id", SERVER_ID],
              interactiveMode: "Never",
            },
          },
        },
      ],
    }),
  );
}

interface KubeconfigCluster {
  server: string;
  "certificate-authority-data": string;
}

/** @param kubeconfig as base64 */
function clusterIn(kubeconfig: string): KubeconfigCluster {
  const file = parse(Buffer.from(kubeconfig, "base64").toString()) as { clusters?: { cluster: KubeconfigCluster }[] };
  const cluster = file?.clusters?.[0]?.cluster;
  if (!cluster) throw new Error("Azure answered with a kubeconfig that names no cluster");
  return { server: cluster.server, "certificate-authority-data": cluster["certificate-authority-data"] };
}
