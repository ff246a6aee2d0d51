/** Container Registry. Rules by https://learn.microsoft.com/azure/container-registry/ and its REST reference. */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm, guid, ROLE_ASSIGNMENT } from "./arm.ts";

export const REGISTRY = "azure-native:containerregistry:Registry";
const CREDENTIALS = "azure-native:containerregistry:CredentialSet";
const RULE = "azure-native:containerregistry:CacheRule";
const NAME = /^[a-zA-Z0-9-]{5,50}$/;
/** https://learn.microsoft.com/azure/container-registry/artifact-cache-overview#upstream-support */
const UPSTREAMS = [
  ...["docker.io", "ghcr.io", "quay.io", "registry.k8s.io", "public.ecr.aws", "mcr.microsoft.com", "nvcr.io"],
];
/** They let nobody in without an account. */
const CLOSED = ["docker.io"];
const SECRET =
  /^https:\/\/[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]\.vault\.azure\.net\/secrets\/[0-9A-Za-z-]{1,127}(\/\w+)?$/;

export const containerRegistry: Record<string, Rules> = {
  [REGISTRY]: arm("Microsoft.ContainerRegistry/registries/{registryName}", {
    immutable: ["zoneRedundancy"],
    check({ registryName, sku, publicNetworkAccess, zoneRedundancy }) {
      const { name } = (sku ?? {}) as Values;
      return failures(
        badPattern("registryName", registryName, /^[a-zA-Z0-9]{5,50}$/),
        name === "Classic" && { property: "sku.name", reason: "Classic is retired" },
        publicNetworkAccess === "Disabled" &&
          name !== "Premium" && { property: "publicNetworkAccess", reason: "only a Premium registry can be private" },
        zoneRedundancy === "Enabled" &&
          name !== "Premium" && { property: "zoneRedundancy", reason: "is said of Premium registries only" },
      );
    },
    outputs: ({ registryName }) => ({ loginServer: `${registryName}.azurecr.io` }),
  }),

  [CREDENTIALS]: arm(
    "Microsoft.ContainerRegistry/registries/{registryName}/credentialSets/{credentialSetName}",
    {
      immutable: ["loginServer"],
      check: ({ credentialSetName, loginServer, authCredentials = [] }) =>
        failures(
          badPattern("credentialSetName", credentialSetName, NAME),
          notOneOf("loginServer", loginServer, UPSTREAMS),
          ...(authCredentials as Values[]).flatMap(({ usernameSecretIdentifier, passwordSecretIdentifier }) => [
            badPattern("authCredentials.usernameSecretIdentifier", usernameSecretIdentifier, SECRET),
            badPattern("authCredentials.passwordSecretIdentifier", passwordSecretIdentifier, SECRET),
          ]),
        ),
      outputs: (_, context) => ({ identity: { type: "systemAssigned", principalId: guid(context) } }),
    },
    { registryName: REGISTRY },
  ),

  [RULE]: arm(
    "Microsoft.ContainerRegistry/registries/{registryName}/cacheRules/{cacheRuleName}",
    {
      immutable: ["sourceRepository", "targetRepository"],
      references: { credentialSetResourceId: { to: CREDENTIALS } },
      check: ({ cacheRuleName, sourceRepository, targetRepository, credentialSetResourceId }) => {
        const [host] = String(sourceRepository).split("/");
        return failures(
          badPattern("cacheRuleName", cacheRuleName, NAME),
          notOneOf("sourceRepository", host, UPSTREAMS),
          CLOSED.includes(host as string) &&
            credentialSetResourceId === undefined && {
              property: "credentialSetResourceId",
              reason: `is required for ${host}, and missing`,
            },
          String(sourceRepository).endsWith("/*") !== String(targetRepository).endsWith("/*") && {
            property: "targetRepository",
            reason: "has a wildcard where the source has one",
          },
        );
      },
      outputs({ registryName, targetRepository, credentialSetResourceId }, { world }) {
        const overlapping = world
          .all(RULE)
          .find(({ inputs }) => inputs.registryName === registryName && inputs.targetRepository === targetRepository);
        if (overlapping) throw new CloudError(`CacheRuleOverlaps: ${targetRepository} is ${overlapping.id}'s`);
        const set = world.get(CREDENTIALS, String(credentialSetResourceId));
        const { principalId } = (set?.outputs.identity ?? {}) as Values;
        const mayRead = world.all(ROLE_ASSIGNMENT).some(({ inputs }) => inputs.principalId === principalId);
        if (set && !mayRead) throw new CloudError(`CredentialSetUnhealthy: ${set.id} may not read the key vault`);
        return {};
      },
    },
    { registryName: REGISTRY },
  ),
};
