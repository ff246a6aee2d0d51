import * as azure from "@pulumi/azure-native";
import * as pulumi from "@pulumi/pulumi";
import type { AksPlan } from "./plan.ts";

export interface LogsArgs {
  plan: AksPlan;
  resourceGroupName: pulumi.Input<string>;
}

/** Where the control plane writes who changed what, by Azure Monitor into Log Analytics. */
export class ControlPlaneLogs extends pulumi.ComponentResource {
  readonly workspaceId: pulumi.Output<string>;
  readonly #name: string;

  constructor(name: string, { plan, resourceGroupName }: LogsArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:azure:ControlPlaneLogs", `${name}-logs`, {}, opts);
    this.#name = name;
    const workspace = new azure.operationalinsights.Workspace(
      `${name}-logs`,
      {
        resourceGroupName,
        workspaceName: plan.name,
        sku: { name: "PerGB2018" },
        retentionInDays: RETENTION_DAYS,
        features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      },
      { parent: this },
    );
    this.workspaceId = workspace.id;
    this.registerOutputs({});
  }

  /** Has the cluster's control plane write here. */
  record(clusterId: pulumi.Input<string>): azure.monitor.DiagnosticSetting {
    return new azure.monitor.DiagnosticSetting(
      `${this.#name}-control-plane-logs`,
      {
        name: "control-plane",
        resourceUri: clusterId,
        workspaceId: this.workspaceId,
        logAnalyticsDestinationType: "Dedicated",
        logs: CATEGORIES.map((category) => ({ category, enabled: true })),
      },
      { parent: this },
    );
  }
}

const RETENTION_DAYS = 90;
/** All but `kube-audit`: its reads are most of its bulk, and `kube-audit-admin` has the changes. */
const CATEGORIES = [
  ...["kube-apiserver", "kube-audit-admin", "guard", "kube-controller-manager", "kube-scheduler"],
  ...["cluster-autoscaler", "cloud-controller-manager"],
];
