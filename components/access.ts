import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Cloud, Identity } from "../cloud/cloud.ts";
import { asksWho } from "../config/managed.ts";
import type { ManagedDatastore, Plan } from "../config/plan.ts";
import { labelsOf, ownerLabels } from "./labels.ts";
import type { Namespace } from "./namespace.ts";

interface AccessArgs {
  plan: Plan;
  namespace: Namespace;
}

/** Whom a tier runs as. */
export interface Account {
  serviceAccount: k8s.core.v1.ServiceAccount;
  /** Labels by which a cloud knows its pods. */
  podLabels: Record<string, string>;
}

/** One account a tier; a job runs as the tier that it prepares. By tier name. */
export function createAccounts(
  name: string,
  { plan, namespace, cloud }: AccessArgs & { cloud: Cloud },
  opts: pulumi.CustomResourceOptions,
): Record<string, Account> {
  const names = [...new Set(plan.tiers.map((tier) => tier.serviceAccount))];
  return Object.fromEntries(
    names.map((tier) => {
      const datastores = usedByIdentity(plan, tier);
      return [tier, createAccount(`${name}-${tier}`, { plan, namespace, cloud, component: tier, datastores }, opts)];
    }),
  );
}

/** An account that managed stores know, where they ask who their clients are. */
export function createAccount(
  name: string,
  args: AccessArgs & { cloud: Cloud; component: string; datastores: readonly ManagedDatastore[] },
  opts: pulumi.CustomResourceOptions,
): Account {
  const { plan, namespace, cloud, component, datastores } = args;
  const { annotations, podLabels = {} }: Identity =
    datastores.length > 0
      ? cloud.identify(
          name,
          { serviceAccount: component, namespace: plan.namespace, datastores },
          { parent: opts.parent },
        )
      : {};
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-account`,
    {
      // A fixed name: cloud identities are bound to it.
      metadata: {
        name: component,
        namespace: namespace.namespaceName,
        labels: labelsOf(plan, component),
        annotations: annotations && { ...annotations, ...TAKEN_OVER },
      },
      automountServiceAccountToken: false,
    },
    opts,
  );
  return { serviceAccount, podLabels };
}

/** A destroy that stops half-way leaves the account in its namespace, with the identity that is gone. */
const TAKEN_OVER = { "pulumi.com/patchForce": "true" };

/** Managed stores that ask the account's pods who they are, rather than for a password. */
function usedByIdentity(plan: Plan, account: string): ManagedDatastore[] {
  const used = plan.tiers.filter(({ serviceAccount }) => serviceAccount === account).flatMap(({ after }) => after);
  return plan.datastores.filter(asksWho).filter(({ name }) => used.includes(name));
}

/** The application's Roles, each with its RoleBindings. */
export function createRoles(
  name: string,
  { plan, namespace }: AccessArgs,
  accounts: Record<string, Account>,
  opts: pulumi.CustomResourceOptions,
): void {
  const metadata = { namespace: namespace.namespaceName, labels: ownerLabels(plan) };
  for (const [roleName, { rules, bindings }] of Object.entries(plan.roles)) {
    const role = new k8s.rbac.v1.Role(`${name}-${roleName}-role`, { metadata, rules }, opts);
    for (const [binding, tiers] of Object.entries(bindings)) {
      const subjects = tiers.map((tier) => ({
        kind: "ServiceAccount",
        name: (accounts[tier] as Account).serviceAccount.metadata.name,
        namespace: namespace.namespaceName,
      }));
      const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name };
      new k8s.rbac.v1.RoleBinding(`${name}-${roleName}-${binding}-binding`, { metadata, roleRef, subjects }, opts);
    }
  }
}
