import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import type { AksPlan } from "./plan.ts";

export interface MonitoringArgs {
  plan: AksPlan;
  resourceGroupName: pulumi.Input<string>;
  /** Log Analytics, for what containers write. */
  workspaceId: pulumi.Input<string>;
  clusterId: pulumi.Input<string>;
}

/**
 * What Azure Monitor collects of a cluster, and where to: Prometheus metrics into a workspace of their own, containers'
 * logs into Log Analytics. https://learn.microsoft.com/azure/azure-monitor/containers/kubernetes-monitoring-enable
 */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:Monitoring", `${name}-monitoring`, {}, opts);
    const { metrics, logs } = args.plan.azureMonitor;
    if (metrics) this.collectMetrics(name, args);
    if (logs) this.collectLogs(name, args);
    this.registerOutputs({});
  }

  private collectMetrics(name: string, args: MonitoringArgs): void {
    const { plan, resourceGroupName } = args;
    const inside = { parent: this };
    const workspace = new azure.monitor.AzureMonitorWorkspace(
      `${name}-metrics`,
      { resourceGroupName, azureMonitorWorkspaceName: plan.name },
      inside,
    );
    const endpoint = new azure.monitor.DataCollectionEndpoint(
      `${name}-metrics-endpoint`,
      {
        resourceGroupName,
        dataCollectionEndpointName: ruleName("MSProm", plan),
        kind: "Linux",
        // Whoever sends to it shows who it is; machines do so by way of the network's way out.
        networkAcls: { publicNetworkAccess: "Enabled" },
      },
      inside,
    );
    this.collect(`${name}-metrics`, args, {
      dataCollectionRuleName: ruleName("MSProm", plan),
      dataCollectionEndpointId: endpoint.id,
      dataSources: { prometheusForwarder: [{ name: "PrometheusDataSource", streams: METRICS }] },
      destinations: { monitoringAccounts: [{ name: "metrics", accountResourceId: workspace.id }] },
      dataFlows: [{ streams: METRICS, destinations: ["metrics"] }],
    });
  }

  private collectLogs(name: string, args: MonitoringArgs): void {
    const { plan, workspaceId } = args;
    this.collect(`${name}-container-logs`, args, {
      dataCollectionRuleName: ruleName("MSCI", plan),
      dataSources: {
        extensions: [
          {
            name: "ContainerInsightsExtension",
            extensionName: "ContainerInsights",
            streams: LOGS,
            extensionSettings: {
              dataCollectionSettings: { interval: "1m", namespaceFilteringMode: "Off", enableContainerLogV2: true },
            },
          },
        ],
      },
      destinations: { logAnalytics: [{ name: "logs", workspaceResourceId: workspaceId }] },
      dataFlows: [{ streams: LOGS, destinations: ["logs"] }],
    });
  }

  /** A rule, and the cluster that it is about. */
  private collect(
    name: string,
    { resourceGroupName, clusterId }: MonitoringArgs,
    rule: Omit<azure.monitor.DataCollectionRuleArgs, "resourceGroupName">,
  ): void {
    const inside = { parent: this };
    const { id } = new azure.monitor.DataCollectionRule(
      `${name}-rule`,
      { resourceGroupName, kind: "Linux", ...rule },
      inside,
    );
    new azure.monitor.DataCollectionRuleAssociation(
      `${name}-association`,
      { resourceUri: clusterId, associationName: rule.dataCollectionRuleName, dataCollectionRuleId: id },
      inside,
    );
  }
}

const METRICS = ["Microsoft-PrometheusMetrics"];
/** What containers write, events, and the list of pods that both are looked up by. */
const LOGS = ["Microsoft-ContainerLogV2", "Microsoft-KubeEvents", "Microsoft-KubePodInventory"];
/** Of endpoints and rules. */
const LONGEST_NAME = 44;

/** As Azure's own tools name it, so that its portal finds it. */
function ruleName(kind: "MSProm" | "MSCI", { location, name }: AksPlan): string {
  return `${kind}-${location}-${name}`.slice(0, LONGEST_NAME).replace(/-+$/, "");
}
