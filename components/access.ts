import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../config/plan.ts";
import { labelsOf, ownerLabels } from "./labels.ts";
import type { Namespace } from "./namespace.ts";

interface AccessArgs {
  plan: Plan;
  namespace: Namespace;
}

/** One ServiceAccount a tier; a job runs as the tier that it prepares. By tier name. */
export function createServiceAccounts(
  name: string,
  { plan, namespace }: AccessArgs,
  opts: pulumi.CustomResourceOptions,
): Record<string, k8s.core.v1.ServiceAccount> {
  const names = [...new Set(plan.tiers.map((tier) => tier.serviceAccount))];
  return Object.fromEntries(
    names.map((tier) => [
      tier,
      new k8s.core.v1.ServiceAccount(
        `${name}-${tier}-account`,
        {
          // A fixed name: cloud identities are bound to it.
          metadata: { name: tier, namespace: namespace.namespaceName, labels: labelsOf(plan, tier) },
          automountServiceAccountToken: false,
        },
        opts,
      ),
    ]),
  );
}

/** The application's Roles, each with its RoleBindings. */
export function createRoles(
  name: string,
  { plan, namespace }: AccessArgs,
  accounts: Record<string, k8s.core.v1.ServiceAccount>,
  opts: pulumi.CustomResourceOptions,
): void {
  const metadata = { namespace: namespace.namespaceName, labels: ownerLabels(plan) };
  for (const [roleName, { rules, bindings }] of Object.entries(plan.roles)) {
    const role = new k8s.rbac.v1.Role(`${name}-${roleName}-role`, { metadata, rules }, opts);
    for (const [binding, tiers] of Object.entries(bindings)) {
      const subjects = tiers.map((tier) => ({
        kind: "ServiceAccount",
        name: (accounts[tier] as k8s.core.v1.ServiceAccount).metadata.name,
        namespace: namespace.namespaceName,
      }));
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name };
      new k8s.rbac.v1.RoleBinding(`${name}-${roleName}-${binding}-binding`, { metadata, roleRef, subjects }, opts);
    }
  }
}
