import { namespaceOfAddon } from "./addons.ts";
import type { BackupPlan } from "./backup.ts";
import type { Layers } from "./layers.ts";
import { type AlertPlan, resolveAlerts } from "./monitoring/alerts.ts";
import { alertsOfBackups } from "./monitoring/backup-alerts.ts";
import { componentsOf, type Scene } from "./monitoring/components.ts";
import { type DashboardPlan, resolveDashboards } from "./monitoring/dashboards.ts";
import { type NotificationsPlan, resolveNotifications } from "./monitoring/notifications.ts";
import { type RecordingPlan, resolveRecordings } from "./monitoring/recordings.ts";
import type { DatastorePlan, Link, TierPlan } from "./plan.ts";

export interface MonitoringPlan {
  /** Namespace of Prometheus. */
  namespace: string;
  /** Labels that Prometheus selects by. */
  labels: Record<string, string>;
  scrapeIntervalSeconds: number;
  targets: TargetPlan[];
  recordings: RecordingPlan[];
  alerts: AlertPlan[];
  dashboards: DashboardPlan[];
  grafana: { label: string; labelValue: string; folder?: string };
  notifications?: NotificationsPlan;
}

/** Metrics of a tier or datastore that Prometheus reads. */
export interface TargetPlan {
  component: string;
  path: string;
  port: number;
  /** Found by its Service, else by its pods. */
  hasService: boolean;
}

/** What is watched; nothing unless the stack says where Prometheus is. The application's mistakes are found anyway. */
export function resolveMonitoring(
  layers: Layers,
  namespace: string,
  tiers: readonly TierPlan[],
  datastores: readonly DatastorePlan[],
  backups: readonly BackupPlan[],
): MonitoringPlan | undefined {
  const scene: Scene = { layers, namespace, components: componentsOf(layers, tiers, datastores) };
  const watched = {
    targets: scene.components.flatMap(({ pods, here, metrics, hasService }) =>
      here && metrics ? [{ component: pods, ...metrics, hasService }] : [],
    ),
    recordings: resolveRecordings(scene),
    alerts: [...resolveAlerts(scene), ...alertsOfBackups(scene, backups)],
    dashboards: resolveDashboards(scene),
  };
  const isBare = Object.values(watched).every((list) => list.length === 0);
  const own = namespaceOfAddon(layers, "kube-prometheus-stack");
  const stack = layers.stack.monitoring ?? (own !== undefined && !isBare ? {} : undefined);
  if (!stack) return undefined;
  if (stack.namespace === undefined && own === undefined) {
    layers.mistakes.push({
      path: "landfall:monitoring.namespace",
      problem: "is missing: the NetworkPolicies let Prometheus in by it",
      allowed: "the namespace of Prometheus",
      fix: "set it, or let Landfall install Prometheus: landfall:addons.kube-prometheus-stack: true",
    });
  }
  if (isBare) {
    layers.mistakes.push({
      path: "landfall:monitoring",
      problem: `${layers.application.name} declares nothing to watch`,
      allowed: "an application with metrics on a tier, or with monitoring",
      fix: `add tiers.<tier>.metrics or monitoring to ${layers.source}, or remove landfall:monitoring`,
    });
  }
  return {
    namespace: stack.namespace ?? own ?? "",
    labels: stack.labels ?? {},
    scrapeIntervalSeconds: layers.application.monitoring?.scrapeIntervalSeconds ?? 30,
    ...watched,
    grafana: {
      label: stack.grafana?.label ?? "grafana_dashboard",
      labelValue: stack.grafana?.labelValue ?? "1",
      folder: stack.grafana?.folder,
    },
    notifications: resolveNotifications(layers),
  };
}

/** Prometheus may reach each port that shows metrics, and nothing else. */
export function linksOfMonitoring({ namespace, targets }: MonitoringPlan): Link[] {
  return targets.map(({ component, port }) => ({
    from: { kind: "monitoring", namespace },
    to: { kind: "pods", component },
    ports: [port],
  }));
}
