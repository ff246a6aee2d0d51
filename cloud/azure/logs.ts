import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import type { AksPlan } from "./plan.ts";

export interface LogsArgs {
  plan: AksPlan;
  resourceGroupName: pulumi.Input<string>;
  clusterId: pulumi.Input<string>;
}

/** Where the control plane writes who changed what, by Azure Monitor into Log Analytics. */
export class ControlPlaneLogs extends pulumi.ComponentResource {
  constructor(name: string, { plan, resourceGroupName, clusterId }: LogsArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:ControlPlaneLogs", `${name}-logs`, {}, opts);
    const inside = { parent: this };
    const workspace = new azure.operationalinsights.Workspace(
      `${name}-logs`,
      {
        resourceGroupName,
        workspaceName: plan.name,
        sku: { name: "PerGB2018" },
        retentionInDays: RETENTION_DAYS,
        features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      },
      inside,
    );
    new azure.monitor.DiagnosticSetting(
      `${name}-control-plane-logs`,
      {
        name: "control-plane",
        resourceUri: clusterId,
        workspaceId: workspace.id,
        logAnalyticsDestinationType: "Dedicated",
        logs: CATEGORIES.map((category) => ({ category, enabled: true })),
      },
      inside,
    );
    this.registerOutputs({});
  }
}

const RETENTION_DAYS = 90;
/** All but `kube-audit`: its reads are most of its bulk, and `kube-audit-admin` has the changes. */
const CATEGORIES = [
  ...["kube-apiserver", "kube-audit-admin", "guard", "kube-controller-manager", "kube-scheduler"],
  ...["cluster-autoscaler", "cloud-controller-manager"],
];
