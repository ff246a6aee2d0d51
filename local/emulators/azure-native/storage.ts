/** Storage accounts and registries. Rules by https://learn.microsoft.com/azure/storage/ and its REST reference. */
import { badPattern, failures, outside } from "../checks.ts";
import type { Context, Entity, Rules } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm } from "./arm.ts";

const ACCOUNT = "azure-native:storage:StorageAccount";
const SERVICE = "azure-native:storage:BlobServiceProperties";
const BUCKET = /^[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9]$/;

interface Policy {
  enabled?: boolean;
  days?: number;
}

export const storage: Record<string, Rules> = {
  [ACCOUNT]: arm("Microsoft.Storage/storageAccounts/{accountName}", {
    autoname: { property: "accountName", maxLength: 24 },
    immutable: ["kind", "isHnsEnabled", "encryption.requireInfrastructureEncryption"],
    check: ({ accountName, kind, sku, isHnsEnabled }) => {
      const { name = "" } = (sku ?? {}) as { name?: string };
      return failures(
        badPattern("accountName", accountName, /^[a-z0-9]{3,24}$/),
        kind === "Storage" && { property: "kind", reason: "accounts of the first kind are no longer made" },
        kind === "BlockBlobStorage" &&
          !name.startsWith("Premium") && { property: "sku.name", reason: "is a premium one" },
        isHnsEnabled === true && { property: "isHnsEnabled", reason: "has no versions and no restore" },
      );
    },
    outputs: ({ accountName }) => ({
      primaryEndpoints: { blob: `https://${accountName}.blob.core.windows.net/` },
      provisioningState: "Succeeded",
    }),
  }),

  [SERVICE]: arm(
    "Microsoft.Storage/storageAccounts/{accountName}/blobServices/{blobServicesName}",
    {
      check({ blobServicesName, isVersioningEnabled, changeFeed, deleteRetentionPolicy, restorePolicy }) {
        const restore = (restorePolicy ?? {}) as Policy;
        const deleted = (deleteRetentionPolicy ?? {}) as Policy;
        return failures(
          badPattern("blobServicesName", blobServicesName, /^default$/),
          outside("deleteRetentionPolicy.days", deleted.days, 1, 365),
          // https://learn.microsoft.com/azure/storage/blobs/point-in-time-restore-overview#prerequisites
          restore.enabled === true &&
            (isVersioningEnabled !== true ||
              (changeFeed as Policy | undefined)?.enabled !== true ||
              !deleted.enabled) && {
              property: "restorePolicy",
              reason: "needs versions, a change feed and a retention of what is deleted",
            },
          restore.enabled === true &&
            (restore.days ?? 0) >= (deleted.days ?? 0) && {
              property: "restorePolicy.days",
              reason: `${restore.days} is not below deleteRetentionPolicy.days (${deleted.days})`,
            },
        );
      },
    },
    { accountName: ACCOUNT },
  ),

  "azure-native:storage:ManagementPolicy": arm(
    "Microsoft.Storage/storageAccounts/{accountName}/managementPolicies/{managementPolicyName}",
    {
      check: ({ managementPolicyName }) =>
        failures(badPattern("managementPolicyName", managementPolicyName, /^default$/)),
    },
    { accountName: ACCOUNT },
  ),

  "azure-native:storage:BlobContainer": arm(
    "Microsoft.Storage/storageAccounts/{accountName}/blobServices/default/containers/{containerName}",
    {
      check: ({ containerName }) => failures(badPattern("containerName", containerName, BUCKET)),
      outputs({ accountName, publicAccess }, context) {
        const { inputs } = accountOf(accountName, context);
        if ((publicAccess ?? "None") !== "None" && inputs.allowBlobPublicAccess !== true) {
          throw new CloudError(`PublicAccessNotPermitted: ${accountName} has no public containers`);
        }
        return {};
      },
    },
    { accountName: ACCOUNT },
  ),
};

function accountOf(name: unknown, { world }: Context): Entity {
  return world.all(ACCOUNT).find(({ outputs }) => outputs.name === name) as Entity;
}
