import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import type { Identity, IdentityArgs } from "../cloud.ts";
import { assign, type RoleName } from "./roles.ts";

export interface WorkloadArgs extends Pick<IdentityArgs, "serviceAccount" | "namespace"> {
  subscription: string;
  resourceGroupName: pulumi.Input<string>;
  /** Who vouches for the service account. */
  issuer: pulumi.Input<string>;
  /** What it may do, by name. */
  grants: Readonly<Record<string, Grant>>;
}

/** A role at something. */
export interface Grant {
  role: RoleName;
  scope: pulumi.Input<string>;
  /** That the scope is in. @default the cluster's */
  subscription?: string;
  /** What is made here: a lock on it keeps its roles too, and Azure removes them with it. */
  resource?: pulumi.CustomResource;
}

/** Whom Azure takes the pods of a service account for: https://learn.microsoft.com/azure/aks/workload-identity-overview */
export class WorkloadIdentity extends pulumi.ComponentResource {
  readonly identity: Identity;
  /** What has to be there before its pods start. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: WorkloadArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:WorkloadIdentity", name, {}, opts);
    const { subscription, resourceGroupName, issuer, serviceAccount, namespace, grants } = args;
    const inside = { parent: this };
    const identity = new azure.managedidentity.UserAssignedIdentity(
      `${name}-identity`,
      { resourceGroupName, resourceName: name },
      inside,
    );
    const federation = new azure.managedidentity.FederatedIdentityCredential(
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
    const assigned = Object.entries(grants).map(([what, { resource, ...grant }]) =>
      assign(`${name}-${what}`, { subscription, identity, ...grant }, { ...inside, deletedWith: resource }),
    );
    this.ready = [federation, ...assigned];
    this.identity = {
      annotations: { "azure.workload.identity/client-id": identity.clientId },
      podLabels: { "azure.workload.identity/use": "true" },
    };
    this.registerOutputs({});
  }
}
