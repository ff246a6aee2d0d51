/** Key Vault. Rules by https://learn.microsoft.com/azure/key-vault/general/ and its REST reference. */
import { badPattern, failures, outside } from "../checks.ts";
import type { Rules } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm } from "./arm.ts";

interface Properties {
  softDeleteRetentionInDays?: number;
  enableSoftDelete?: boolean;
  enablePurgeProtection?: boolean;
}

export const keyVault: Record<string, Rules> = {
  "azure-native:keyvault:Vault": arm("Microsoft.KeyVault/vaults/{vaultName}", {
    fixed: ["properties.softDeleteRetentionInDays"],
    check({ vaultName, properties }) {
      const { softDeleteRetentionInDays, enableSoftDelete, enablePurgeProtection } = (properties ?? {}) as Properties;
      return failures(
        badPattern("vaultName", vaultName, /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/),
        outside("properties.softDeleteRetentionInDays", softDeleteRetentionInDays, 7, 90),
        enableSoftDelete === false && { property: "properties.enableSoftDelete", reason: "is always on" },
        enablePurgeProtection === false && {
          property: "properties.enablePurgeProtection",
          reason: "is true or left out: it cannot be switched off",
        },
      );
    },
    checkChange(before, { properties }) {
      const [was, is] = [before.properties, properties] as [Properties, Properties];
      if (!was.enablePurgeProtection || is.enablePurgeProtection) return;
      throw new CloudError("BadRequest: enablePurgeProtection cannot be switched off once it is on");
    },
  }),
};
