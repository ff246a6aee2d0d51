import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import { UPSTREAMS } from "../image-cache.ts";
import type { AcrCache } from "./image-cache-plan.ts";
import { assign } from "./roles.ts";

export interface ImageCacheArgs {
  subscription: string;
  resourceGroupName: pulumi.Input<string>;
  registry: azure.containerregistry.Registry;
  caches: readonly AcrCache[];
}

/** Rules by which a registry fetches what it lacks from public ones, and keeps it. */
export function createImageCaches(name: string, args: ImageCacheArgs, opts: pulumi.CustomResourceOptions): void {
  const { resourceGroupName, registry, caches } = args;
  for (const cache of caches) {
    const word = UPSTREAMS[cache.host];
    const account = createAccount(`${name}-${cache.host}-cache`, args, cache, opts);
    new azure.containerregistry.CacheRule(
      `${name}-${cache.host}-cache`,
      {
        resourceGroupName,
        registryName: registry.name,
        cacheRuleName: `cache-${word}`,
        sourceRepository: `${cache.host}/*`,
        targetRepository: `${word}/*`,
        credentialSetResourceId: account?.set.id,
      },
      { ...opts, dependsOn: account?.granted },
    );
  }
}

/** The account's name and password stay in the vault; the registry reads them as who it is. */
function createAccount(
  name: string,
  { subscription, resourceGroupName, registry }: ImageCacheArgs,
  { host, account }: AcrCache,
  opts: pulumi.CustomResourceOptions,
) {
  if (account === undefined) return undefined;
  const { vaultId } = account;
  const secretOf = (secret: string) => `https://${vaultId.split("/").at(-1)}.vault.azure.net/secrets/${secret}`;
  const set = new azure.containerregistry.CredentialSet(
    `${name}-account`,
    {
      resourceGroupName,
      registryName: registry.name,
      credentialSetName: `account-${UPSTREAMS[host]}`,
      loginServer: host,
      identity: { type: "SystemAssigned" },
      authCredentials: [
        {
          name: "Credential1",
          usernameSecretIdentifier: secretOf(account.username),
          passwordSecretIdentifier: secretOf(account.password),
        },
      ],
    },
    opts,
  );
  const principalId = set.identity.apply((identity) => identity?.principalId ?? "");
  const granted = assign(
    `${name}-account-role`,
    { subscription, role: "Key Vault Secrets User", identity: { principalId }, scope: vaultId },
    opts,
  );
  return { set, granted };
}
