import * as pulumi from "@pulumi/pulumi";
import type { MonitoringPlan } from "../../config/monitoring.ts";
import type { Plan } from "../../config/plan.ts";
import { ownerLabels } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { dashboard } from "./dashboard.ts";
import { podMonitor, serviceMonitor } from "./monitors.ts";
import { notifications } from "./notifications.ts";
import { rules } from "./rules.ts";

export interface MonitoringArgs {
  plan: Plan;
  monitoring: MonitoringPlan;
  namespace: Namespace;
  secrets: Secrets;
}

/** What Prometheus, Grafana and Alertmanager find in the application's namespace. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:monitoring:Monitoring", name, {}, opts);
    const { plan, monitoring, namespace, secrets } = args;

    const owned = { namespace: namespace.namespaceName, labels: ownerLabels(plan) };
    const selected = { ...owned, labels: { ...owned.labels, ...monitoring.labels } };
    const inside = { parent: this, deletedWith: namespace.takesAlong, dependsOn: namespace };

    for (const target of monitoring.targets) {
      const monitor = target.hasService ? serviceMonitor : podMonitor;
      monitor(`${name}-${target.component}`, { plan, target, metadata: selected }, inside);
    }
    if (monitoring.alerts.length + monitoring.recordings.length > 0) {
      rules(name, { plan, monitoring, metadata: selected }, inside);
    }
    for (const board of monitoring.dashboards) {
      dashboard(`${name}-${board.name}`, { plan, board, grafana: monitoring.grafana, metadata: owned }, inside);
    }
    if (monitoring.notifications) {
      notifications(
        name,
        { notifications: monitoring.notifications, secrets, secretMetadata: owned, metadata: selected },
        inside,
      );
    }

    this.registerOutputs({});
  }
}
