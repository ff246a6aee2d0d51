import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import { globalWord } from "./names.ts";
import type { Site } from "./site.ts";

export interface StorageAccountArgs {
  site: Pick<Site, "name" | "subscription" | "resourceGroupName" | "geoRedundantBackups">;
  /** What it is for. */
  of: string;
  severalZones: boolean;
}

/** Reached by a private endpoint alone, and by nobody with a key. */
export function storageAccount(
  name: string,
  { site, of, severalZones }: StorageAccountArgs,
  opts: pulumi.CustomResourceOptions,
): azure.storage.StorageAccount {
  return new azure.storage.StorageAccount(
    `${name}-account`,
    {
      resourceGroupName: site.resourceGroupName,
      accountName: globalWord({ ...site, of, longest: 24 }),
      kind: "StorageV2",
      sku: { name: redundancyOf(severalZones, site.geoRedundantBackups) },
      accessTier: "Hot",
      publicNetworkAccess: "Disabled",
      networkRuleSet: { defaultAction: "Deny", bypass: "None" },
      allowBlobPublicAccess: false,
      allowSharedKeyAccess: false,
      allowCrossTenantReplication: false,
      defaultToOAuthAuthentication: true,
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: "TLS1_2",
      encryption: { keySource: "Microsoft.Storage", requireInfrastructureEncryption: true },
    },
    opts,
  );
}

/** Former versions of its blobs go after so many days. */
export function expireVersions(
  name: string,
  {
    resourceGroupName,
    account,
    days,
  }: { resourceGroupName: pulumi.Input<string>; account: azure.storage.StorageAccount; days: number },
  opts: pulumi.CustomResourceOptions,
): azure.storage.ManagementPolicy {
  return new azure.storage.ManagementPolicy(
    name,
    {
      resourceGroupName,
      accountName: account.name,
      managementPolicyName: "default",
      policy: {
        rules: [
          {
            name: "old-versions",
            type: "Lifecycle",
            enabled: true,
            definition: {
              filters: { blobTypes: ["blockBlob"] },
              actions: { version: { delete: { daysAfterCreationGreaterThan: days } } },
            },
          },
        ],
      },
    },
    opts,
  );
}

function redundancyOf(severalZones: boolean, severalRegions: boolean): string {
  if (severalZones) return severalRegions ? "Standard_GZRS" : "Standard_ZRS";
  return severalRegions ? "Standard_GRS" : "Standard_LRS";
}
