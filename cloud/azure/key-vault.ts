import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "./cluster.ts";
import { globalName } from "./names.ts";
import type { AksPlan } from "./plan.ts";
import { privateEndpoint } from "./private-endpoint.ts";
import type { PrivateZones } from "./private-zones.ts";
import { assign, lock } from "./roles.ts";
import type { Site } from "./site.ts";

export interface KeyVaultArgs {
  plan: AksPlan;
  /** Whether a deleted vault is kept for as long as can be, and nobody can purge it. */
  purgeProtection: boolean;
  aks: Cluster;
  site: Site;
  zones: PrivateZones;
}

/** A vault that pods mount secrets of, by AKS' own driver: reached by the network only, and by roles only. */
export class KeyVault extends pulumi.ComponentResource {
  constructor(name: string, args: KeyVaultArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:KeyVault", `${name}-vault`, {}, opts);
    const { plan, purgeProtection, site, aks } = args;
    const { subscription, deletionProtection: protect } = plan;
    const { resourceGroupName } = site;
    const inside = { parent: this };
    const vault = new azure.keyvault.Vault(
      `${name}-vault`,
      {
        resourceGroupName,
        vaultName: globalName({ subscription, name: plan.name, of: "vault", longest: LONGEST_NAME }),
        properties: {
          tenantId: aks.kubelet.tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          publicNetworkAccess: "Disabled",
          enableSoftDelete: true,
          // Azure never lets these two be changed.
          softDeleteRetentionInDays: purgeProtection ? LONGEST_RETENTION_DAYS : SHORTEST_RETENTION_DAYS,
          enablePurgeProtection: purgeProtection || undefined,
        },
      },
      { ...inside, protect },
    );
    const zone = privateEndpoint(
      `${name}-vault`,
      { ...args, service: vault.id, group: "vault", domain: "privatelink.vaultcore.azure.net" },
      inside,
    );
    const driver = aks.cluster.addonProfiles.apply(
      (profiles) => profiles?.azureKeyvaultSecretsProvider?.identity?.objectId ?? "",
    );
    const reader = { subscription, role: "Key Vault Secrets User", scope: vault.id } as const;
    const writer = { ...reader, role: "Key Vault Secrets Officer", principalType: "Group" } as const;
    const roles = [
      assign(`${name}-vault-driver`, { ...reader, identity: { principalId: driver } }, inside),
      ...plan.administrators.map((principalId, index) =>
        assign(`${name}-vault-administrators-${index}`, { ...writer, identity: { principalId } }, inside),
      ),
    ];
    if (protect) lock(`${name}-vault-lock`, vault.id, { ...inside, dependsOn: [zone, ...roles] });
    this.registerOutputs({});
  }
}

/** https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name */
const LONGEST_NAME = 24;
const LONGEST_RETENTION_DAYS = 90;
const SHORTEST_RETENTION_DAYS = 7;
