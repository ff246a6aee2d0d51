import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const ROLES = {
  AcrPull: "7f951dda-4ed3-4680-a7ca-43fe172d538d",
  "DNS Zone Contributor": "befefa01-2a29-4197-83a8-272ff33ce314",
  "Disk Snapshot Contributor": "7efff54f-a5b4-42b5-a1c5-5411624893ce",
  "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
  "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
  "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
  "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
  "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
} as const;

export type RoleName = keyof typeof ROLES;

export interface Assignment {
  subscription: string;
  role: RoleName;
  identity: { principalId: pulumi.Input<string> };
  /** @default ServicePrincipal */
  principalType?: "ServicePrincipal" | "Group";
  /** Resource id of what it may do that to. */
  scope: pulumi.Input<string>;
}

export function assign(
  name: string,
  { subscription, role, identity, principalType = "ServicePrincipal", scope }: Assignment,
  opts: pulumi.CustomResourceOptions,
): azure.authorization.RoleAssignment {
  return new azure.authorization.RoleAssignment(
    name,
    {
      principalId: identity.principalId,
      // Without it Azure looks for the identity, which may take minutes to be seen everywhere.
      principalType,
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role]}`,
      scope,
    },
    opts,
  );
}

/** Azure refuses to delete what is locked, and what belongs to it; the lock itself goes when the stack says so. */
export function lock(
  name: string,
  scope: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): azure.authorization.ManagementLockByScope {
  return new azure.authorization.ManagementLockByScope(
    name,
    { scope, lockName: "landfall", level: "CanNotDelete", notes: "Deletion protection of the stack that made it" },
    opts,
  );
}
