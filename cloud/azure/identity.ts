import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import type { Identity, IdentityArgs } from "../cloud.ts";
import { assign } from "./roles.ts";

export interface WorkloadArgs extends Pick<IdentityArgs, "serviceAccount" | "namespace"> {
  subscription: string;
  resourceGroupName: pulumi.Input<string>;
  /** Who vouches for the service account. */
  issuer: pulumi.Input<string>;
  /** What it may read and write, by name. */
  scopes: Readonly<Record<string, pulumi.CustomResource>>;
}

/** Whom Azure takes the pods of a service account for: https://learn.microsoft.com/azure/aks/workload-identity-overview */
export class WorkloadIdentity extends pulumi.ComponentResource {
  readonly identity: Identity;

  constructor(name: string, args: WorkloadArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:WorkloadIdentity", name, {}, opts);
    const { subscription, resourceGroupName, issuer, serviceAccount, namespace, scopes } = args;
    const inside = { parent: this };
    const identity = new azure.managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName, resourceName: name },
      inside,
    );
    new azure.managedidentity.FederatedIdentityCredential(
      `${name}-federation`,
      {
        resourceGroupName,
        resourceName: identity.name,
        federatedIdentityCredentialResourceName: serviceAccount,
        issuer,
        subject: `system:serviceaccount:${namespace}:${serviceAccount}`,
        audiences: ["api://AzureADTokenExchange"],
      },
      inside,
    );
    for (const [what, scope] of Object.entries(scopes)) {
      const role = { subscription, role: "Storage Blob Data Contributor", identity, scope: scope.id } as const;
      // A lock on the store keeps its roles too; Azure removes them with it.
      assign(`${name}-${what}`, role, { ...inside, deletedWith: scope });
    }
    this.identity = {
      annotations: { "azure.workload.identity/client-id": identity.clientId },
      podLabels: { "azure.workload.identity/use": "true" },
    };
    this.registerOutputs({});
  }
}
