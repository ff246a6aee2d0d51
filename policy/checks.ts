/** How each policy is told. */
import type { PolicyName } from "../config/policies.ts";
import type { Check } from "./check.ts";
import { auditedClusters, backups, deletionProtection } from "./clouds/durability.ts";
import { encryptionAtRest, encryptionInTransit, rotatedKeys } from "./clouds/encryption.ts";
import { closedApiServers, closedFirewalls, privateBuckets, privateDatabases } from "./clouds/exposure.ts";
import { hardenedMachines } from "./clouds/machines.ts";
import { noWildcardIam } from "./clouds/permissions.ts";
import { noDefaultTokens, noListingOfSecrets, noWildcardRbac } from "./kubernetes/access.ts";
import { noDeprecatedApis } from "./kubernetes/apis.ts";
import { disruptionBudgets } from "./kubernetes/availability.ts";
import { droppedCapabilities, pinnedImages, probes, readOnlyRoot, requestsAndLimits } from "./kubernetes/containers.ts";
import { restrictedNamespaces } from "./kubernetes/namespaces.ts";
import { defaultDeny, noSideDoors } from "./kubernetes/network.ts";
import { restrictedPods } from "./kubernetes/pod-security.ts";
import { tlsOnRoutes } from "./kubernetes/routes.ts";
import { noSecretsInPlaintext } from "./kubernetes/secrets.ts";
import { labelsAndTags } from "./labels.ts";

export const checks: Readonly<Record<PolicyName, Check>> = {
  "pinned-images": pinnedImages,
  probes,
  "requests-and-limits": requestsAndLimits,
  "restricted-pods": restrictedPods,
  "dropped-capabilities": droppedCapabilities,
  "read-only-root": readOnlyRoot,
  "no-default-tokens": noDefaultTokens,
  "no-secrets-in-plaintext": noSecretsInPlaintext,
  "restricted-namespaces": restrictedNamespaces,
  "default-deny": defaultDeny,
  "disruption-budgets": disruptionBudgets,
  "tls-on-routes": tlsOnRoutes,
  "no-side-doors": noSideDoors,
  "no-wildcard-rbac": noWildcardRbac,
  "no-listing-of-secrets": noListingOfSecrets,
  "no-deprecated-apis": noDeprecatedApis,
  "labels-and-tags": labelsAndTags,
  "private-databases": privateDatabases,
  "private-buckets": privateBuckets,
  "closed-api-servers": closedApiServers,
  "closed-firewalls": closedFirewalls,
  "encryption-at-rest": encryptionAtRest,
  "encryption-in-transit": encryptionInTransit,
  "rotated-keys": rotatedKeys,
  "deletion-protection": deletionProtection,
  backups,
  "no-wildcard-iam": noWildcardIam,
  "hardened-machines": hardenedMachines,
  "audited-clusters": auditedClusters,
};
