/**
 * What Azure Monitor collects. Rules by https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-rule-structure
 * and the REST reference of data collection rules.
 */
import { badPattern, failures, notOneOf } from "../checks.ts";
import type { Entity, Rules, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import { arm, refuseLocked } from "./arm.ts";
import { checkScope, WORKSPACE } from "./identity.ts";

const METRICS = "azure-native:monitor:AzureMonitorWorkspace";
const ENDPOINT = "azure-native:monitor:DataCollectionEndpoint";
const RULE = "azure-native:monitor:DataCollectionRule";
const NAME = /^[A-Za-z0-9][\w-]{1,42}[A-Za-z0-9]$/;
/** Name of the association by which a resource is told an endpoint rather than a rule. */
const ACCESS = "configurationAccessEndpoint";
const PROMETHEUS = "Microsoft-PrometheusMetrics";

interface Flow {
  streams?: string[];
  destinations?: string[];
}
interface CollectionRule {
  dataCollectionEndpointId?: string;
  dataSources?: Record<string, { streams?: string[] }[]>;
  destinations?: Record<string, { name?: string }[]>;
  dataFlows?: Flow[];
}

export const monitoring: Record<string, Rules> = {
  [METRICS]: arm("Microsoft.Monitor/accounts/{azureMonitorWorkspaceName}", {
    check: ({ azureMonitorWorkspaceName }) =>
      failures(badPattern("azureMonitorWorkspaceName", azureMonitorWorkspaceName, NAME)),
  }),

  [ENDPOINT]: arm("Microsoft.Insights/dataCollectionEndpoints/{dataCollectionEndpointName}", {
    immutable: ["kind"],
    check: ({ dataCollectionEndpointName, kind }) =>
      failures(
        badPattern("dataCollectionEndpointName", dataCollectionEndpointName, NAME),
        notOneOf("kind", kind, ["Linux", "Windows"]),
      ),
  }),

  [RULE]: arm("Microsoft.Insights/dataCollectionRules/{dataCollectionRuleName}", {
    immutable: ["kind"],
    references: {
      dataCollectionEndpointId: { to: ENDPOINT },
      "destinations.monitoringAccounts.accountResourceId": { to: METRICS },
      "destinations.logAnalytics.workspaceResourceId": { to: WORKSPACE },
    },
    check: (inputs) => badRule(inputs as CollectionRule, inputs.dataCollectionRuleName),
    outputs: (_, { world }) => ({ immutableId: `dcr-${world.unique(32)}` }),
  }),

  "azure-native:monitor:DataCollectionRuleAssociation": {
    autoname: { property: "associationName", maxLength: 64 },
    immutable: ["associationName", "resourceUri"],
    references: { dataCollectionRuleId: { to: RULE }, dataCollectionEndpointId: { to: ENDPOINT } },
    check: ({ associationName, dataCollectionRuleId, dataCollectionEndpointId }) =>
      failures(
        (dataCollectionRuleId === undefined) === (dataCollectionEndpointId === undefined) && {
          property: "dataCollectionRuleId",
          reason: "an association has either a rule or an endpoint",
        },
        dataCollectionEndpointId !== undefined && notOneOf("associationName", associationName, [ACCESS]),
      ),
    create(inputs, context) {
      const { resourceUri, associationName } = inputs as Record<string, string>;
      checkScope(resourceUri, context);
      return {
        id: `${resourceUri}/providers/Microsoft.Insights/dataCollectionRuleAssociations/${associationName}`,
        outputs: { name: associationName },
      };
    },
    remove: refuseLocked,
  },
};

function badRule(
  { dataCollectionEndpointId, dataSources, destinations, dataFlows = [] }: CollectionRule,
  name: unknown,
) {
  const collected = Object.values(dataSources ?? {}).flatMap((some) => some.flatMap(({ streams = [] }) => streams));
  const known = Object.values(destinations ?? {}).flatMap((some) => some.map((destination) => destination.name));
  return failures(
    badPattern("dataCollectionRuleName", name, NAME),
    collected.includes(PROMETHEUS) &&
      dataCollectionEndpointId === undefined && {
        property: "dataCollectionEndpointId",
        reason: `is required for ${PROMETHEUS}, and missing`,
      },
    ...dataFlows.flatMap(({ streams = [], destinations = [] }, index) => [
      ...streams.map((stream) => notOneOf(`dataFlows[${index}].streams`, stream, collected)),
      ...destinations.map((destination) => notOneOf(`dataFlows[${index}].destinations`, destination, known)),
    ]),
  );
}

/** What AKS says against the agent of Container Insights. */
export function checkAgent(addonProfiles: unknown, world: { get(type: string, id: string): Entity | undefined }): void {
  const { omsagent } = (addonProfiles ?? {}) as { omsagent?: { enabled?: boolean; config?: Record<string, string> } };
  if (!omsagent?.enabled) return;
  const { logAnalyticsWorkspaceResourceID = "", useAADAuth } = omsagent.config ?? {};
  const workspace = world.get(WORKSPACE, logAnalyticsWorkspaceResourceID);
  if (!workspace) {
    throw new CloudError(
      `InvalidParameter: addonProfiles.omsagent names the workspace "${logAnalyticsWorkspaceResourceID}", and there is no such one`,
    );
  }
  const { disableLocalAuth } = (workspace.inputs.features ?? {}) as Values;
  if (disableLocalAuth !== true || useAADAuth === "true") return;
  throw new CloudError(
    `InvalidParameter: addonProfiles.omsagent sends with a key, and ${workspace.id} takes none: useAADAuth is "true" then`,
  );
}
