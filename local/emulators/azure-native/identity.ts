/** Resource groups, identities, roles, locks and logs. Rules by https://learn.microsoft.com/azure/role-based-access-control/ */
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import type { Context, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm, GROUP, groupId, guid, LOCK, ROLE_ASSIGNMENT, refuseLocked, within } from "./arm.ts";
import { ZONAL_LOCATIONS } from "./locations.ts";

export const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";
const FEDERATION = "azure-native:managedidentity:FederatedIdentityCredential";
export const WORKSPACE = "azure-native:operationalinsights:Workspace";
const GUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
export const TENANT = "0a1b2c3d-0000-4000-8000-00000000beef";

/** Categories of AKS: https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs */
const CATEGORIES = [
  ...["kube-apiserver", "kube-audit", "kube-audit-admin", "guard", "kube-controller-manager", "kube-scheduler"],
  ...["cluster-autoscaler", "cloud-controller-manager", "csi-azuredisk-controller", "csi-azurefile-controller"],
  ...["csi-snapshot-controller", "fleet-member-agent", "fleet-member-net-controller-manager"],
];

export const identity: Record<string, Rules> = {
  [GROUP]: {
    autoname: { property: "resourceGroupName", maxLength: 90 },
    immutable: ["resourceGroupName", "location"],
    check: ({ resourceGroupName, location }) =>
      failures(
        badPattern("resourceGroupName", resourceGroupName, /^[-\w.()]{0,89}[-\w()]$/),
        notOneOf("location", location, ZONAL_LOCATIONS),
      ),
    create: ({ resourceGroupName }, context) => ({
      id: groupId(context, resourceGroupName),
      outputs: { name: resourceGroupName, location: context.settings.location },
    }),
    remove: refuseLocked,
  },

  [IDENTITY]: arm("Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}", {
    check: ({ resourceName }) => failures(badPattern("resourceName", resourceName, /^[A-Za-z0-9][\w-]{2,127}$/)),
    outputs: (_, context) => ({ clientId: guid(context), principalId: guid(context), tenantId: TENANT }),
  }),

  [FEDERATION]: arm(
    "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}/federatedIdentityCredentials/{federatedIdentityCredentialResourceName}",
    {
      check: ({ federatedIdentityCredentialResourceName, issuer, audiences = [] }) =>
        failures(
          badPattern(
            "federatedIdentityCredentialResourceName",
            federatedIdentityCredentialResourceName,
            /^[A-Za-z0-9][\w-]{2,119}$/,
          ),
          badPattern("issuer", issuer, /^https:\/\/\S+$/),
          (audiences as string[]).length > 1 && { property: "audiences", reason: "has one" },
        ),
      outputs(inputs, { world }) {
        const same = (key: string) => (other: { inputs: Values }) => other.inputs[key] === inputs[key];
        const others = world.all(FEDERATION).filter(same("resourceName"));
        if (others.length >= 20)
          throw new CloudError("TooManyFederatedIdentityCredentials: an identity has 20 at most");
        if (others.filter(same("issuer")).some(same("subject"))) {
          throw new CloudError("Conflict: issuer and subject are already there for this identity");
        }
        return {};
      },
    },
    { resourceName: IDENTITY },
  ),

  [ROLE_ASSIGNMENT]: {
    immutable: ["principalId", "principalType", "roleDefinitionId", "scope", "roleAssignmentName"],
    check: ({ roleAssignmentName, roleDefinitionId }) =>
      failures(
        badPattern("roleAssignmentName", roleAssignmentName, GUID),
        badPattern(
          "roleDefinitionId",
          roleDefinitionId,
          /^\/subscriptions\/[0-9a-f-]{36}\/providers\/Microsoft\.Authorization\/roleDefinitions\/[0-9a-f-]{36}$/,
        ),
      ),
    create(inputs, context) {
      const {
        scope,
        principalId,
        roleDefinitionId,
        roleAssignmentName = guid(context),
      } = inputs as Record<string, string>;
      checkPrincipal(inputs as Record<string, string>, context);
      checkScope(scope, context);
      const other = context.world
        .all(ROLE_ASSIGNMENT)
        .find(
          ({ inputs }) =>
            inputs.scope === scope &&
            inputs.principalId === principalId &&
            inputs.roleDefinitionId === roleDefinitionId,
        );
      if (other) throw new CloudError(`RoleAssignmentExists: ${other.id}`);
      return {
        id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${roleAssignmentName}`,
        outputs: { name: roleAssignmentName },
      };
    },
    remove: refuseLocked,
  },

  [LOCK]: {
    autoname: { property: "lockName", maxLength: 90 },
    immutable: ["lockName", "scope"],
    check: ({ lockName, level }) =>
      failures(
        badPattern("lockName", lockName, /^[-\w.()]{1,90}$/),
        notOneOf("level", level, ["CanNotDelete", "ReadOnly"]),
      ),
    create(inputs, context) {
      const { scope, lockName } = inputs as Record<string, string>;
      checkScope(scope, context);
      return { id: `${scope}/providers/Microsoft.Authorization/locks/${lockName}`, outputs: { name: lockName } };
    },
  },

  [WORKSPACE]: arm("Microsoft.OperationalInsights/workspaces/{workspaceName}", {
    check: ({ workspaceName, retentionInDays }) =>
      failures(
        badPattern("workspaceName", workspaceName, /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/),
        outside("retentionInDays", retentionInDays, 30, 730),
      ),
  }),

  "azure-native:monitor:DiagnosticSetting": {
    autoname: { property: "name", maxLength: 64 },
    immutable: ["name", "resourceUri"],
    references: { workspaceId: { to: WORKSPACE } },
    check: ({ logs = [] }) =>
      failures(...(logs as Values[]).map(({ category }) => notOneOf("logs.category", category, CATEGORIES))),
    create(inputs, context) {
      const { resourceUri, name } = inputs as Record<string, string>;
      checkScope(resourceUri, context);
      return { id: `${resourceUri}/providers/microsoft.insights/diagnosticSettings/${name}`, outputs: {} };
    },
    remove: refuseLocked,
  },
};

/** An identity, a resource's or an add-on's own one, or a group, which Entra knows. */
function checkPrincipal({ principalId, principalType }: Record<string, string>, { world }: Context): void {
  if (principalType === "Group") return;
  const known = world.all().some(({ outputs }) => {
    const addons = Object.values((outputs.addonIdentities ?? {}) as Record<string, Values>);
    const own = (outputs.identity as Values | undefined)?.principalId;
    return [outputs.principalId, own, ...addons.map(({ objectId }) => objectId)].includes(principalId);
  });
  if (!known) throw new CloudError(`PrincipalNotFound: principal ${principalId} does not exist in the directory`);
}

/** A resource, or one that the stack did not make and so is not in this world. */
export function checkScope(scope: string | undefined, { world, settings }: Context): void {
  const ours = world.all(GROUP).some(({ id }) => within(id, scope ?? ""));
  const known = world.all().some(({ id }) => id === scope);
  if (known || (!ours && scope?.startsWith(`/subscriptions/${settings.subscriptionId}`))) return;
  throw new CloudError(`ResourceNotFound: there is no ${scope}`);
}
