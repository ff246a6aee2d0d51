import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import { globalWord } from "./names.ts";
import type { AksPlan } from "./plan.ts";

export interface StorageAccountArgs {
  plan: AksPlan;
  resourceGroupName: pulumi.Input<string>;
  /** What it is for. */
  of: string;
  severalZones: boolean;
}

/** Reached by a private endpoint alone, and by nobody with a key. */
export function storageAccount(
  name: string,
  { plan, resourceGroupName, of, severalZones }: StorageAccountArgs,
  opts: pulumi.CustomResourceOptions,
): azure.storage.StorageAccount {
  return new azure.storage.StorageAccount(
    `${name}-account`,
    {
      resourceGroupName,
      accountName: globalWord({ ...plan, of, longest: 24 }),
      kind: "StorageV2",
      sku: { name: redundancyOf(severalZones, plan.geoRedundantBackups) },
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

function redundancyOf(severalZones: boolean, severalRegions: boolean): string {
  if (severalZones) return severalRegions ? "Standard_GZRS" : "Standard_ZRS";
  return severalRegions ? "Standard_GRS" : "Standard_LRS";
}
