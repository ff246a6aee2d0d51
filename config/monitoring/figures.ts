import type { Figure } from "../schema/monitoring.ts";
import { type Component, type Scene, select } from "./components.ts";

/** A figure of one component. */
export interface Measured {
  component: Component;
  /** What tells it from other figures of the kind and component. */
  labels: Record<string, string>;
  expr: string;
  /** Label of the series where there are several, one a pod or server. */
  by?: "pod" | "instance" | "persistentvolumeclaim";
}

/** What alerts look at beside the figures that can be recorded. */
export type Observation =
  | Figure
  | { kind: "replicasAtMaximum" | "scrapeFailing" | "datastoreDown"; components?: string[] };

/**
 * The figure of each component that is meant, as PromQL. Series of the pods come from cAdvisor and kube-state-metrics,
 * which name a component's main container after it; those of the application and its stores from their own metrics,
 * with the component's name as `job`.
 */
export function measure(scene: Scene, path: string, figure: Observation): Measured[] {
  if (figure.kind === "queueBacklog") {
    const [component] = select(scene, `${path}.from`, figure.kind, [figure.from]);
    if (!component) return [];
    return figure.queues.map((queue) => ({
      component,
      labels: { queue },
      expr: queueLength(scene, component, figure, queue),
    }));
  }
  return select(scene, `${path}${figure.components ? ".components" : ""}`, figure.kind, figure.components).map(
    (component) => ({ component, labels: {}, ...expressionOf(scene.namespace, component, figure) }),
  );
}

type OfComponent = Exclude<Observation, { kind: "queueBacklog" }>;

function expressionOf(namespace: string, component: Component, figure: OfComponent): Pick<Measured, "expr" | "by"> {
  const { name, exporter } = component;
  const own = `namespace="${namespace}",job="${name}"`;
  const container = `namespace="${namespace}",${component.containers}`;
  switch (figure.kind) {
    case "requestRate":
      return { expr: requests(component, own, figure.window) };
    case "errorRate": {
      const failed = requests(component, `${own},${component.http?.status}=~"5.."`, figure.window);
      const all = requests(component, own, figure.window);
      return { expr: `(${failed} or 0 * ${all}) / ${all}` };
    }
    case "responseTime": {
      const buckets = `${component.http?.duration}_bucket{${own}}[${figure.window ?? "5m"}]`;
      return { expr: `histogram_quantile(${(figure.percentile ?? 95) / 100}, sum by (le) (rate(${buckets})))` };
    }
    case "cpuUsage": {
      const used = `rate(container_cpu_usage_seconds_total{${container}}[${figure.window ?? "5m"}])`;
      return { expr: `sum by (pod) (${used}) / ${limit(container, "cpu")}`, by: "pod" };
    }
    case "memoryUsage":
      return { expr: memoryOfContainer(container), by: "pod" };
    case "podRestarts": {
      const restarts = `kube_pod_container_status_restarts_total{${container}}[${figure.window ?? "15m"}]`;
      return { expr: `sum by (pod) (increase(${restarts}))`, by: "pod" };
    }
    case "availableReplicas":
    case "replicasAtMaximum":
      return { expr: orNone(namespace, `sum(kube_pod_container_status_ready{${container}})`) };
    case "scrapeFailing":
      return { expr: orNone(namespace, `avg(up{${own}})`) };
    case "datastoreDown": {
      const servers = `namespace="${namespace}",statefulset="${name}"`;
      const ready = component.operated
        ? `${orNone(namespace, `sum(kube_pod_container_status_ready{${container}})`)} / ${component.replicas}`
        : `sum(kube_statefulset_status_replicas_ready{${servers}}) / sum(kube_statefulset_replicas{${servers}})`;
      return { expr: exporter ? `min(${ready} or ${exporter.up}{${own}})` : ready };
    }
    case "datastoreMemory": {
      const ofItself = exporter?.memory?.(own);
      const ofContainer = memoryOfContainer(container);
      return ofItself ? { expr: `max(${ofContainer} or ${ofItself})` } : { expr: ofContainer, by: "pod" };
    }
    case "datastoreConnections":
      return { expr: exporter?.connections(own) ?? "", by: "instance" };
    case "datastoreStorage": {
      const claim = `namespace="${namespace}",persistentvolumeclaim=~"${component.claims}"`;
      const of = (what: string) => `max by (persistentvolumeclaim) (kubelet_volume_stats_${what}_bytes{${claim}})`;
      return { expr: `${of("used")} / ${of("capacity")}`, by: "persistentvolumeclaim" };
    }
  }
}

function requests({ http }: Component, labels: string, window = "5m"): string {
  return `sum(rate(${http?.requests}{${labels}}[${window}]))`;
}

function memoryOfContainer(container: string): string {
  return `max by (pod) (container_memory_working_set_bytes{${container}}) / ${limit(container, "memory")}`;
}

function limit(container: string, resource: "cpu" | "memory"): string {
  return `max by (pod) (kube_pod_container_resource_limits{${container},resource="${resource}"})`;
}

/** Zero where there is nothing to count, as long as the namespace is there to be counted in. */
function orNone(namespace: string, expr: string): string {
  return `(${expr} or 0 * sum(kube_namespace_status_phase{namespace="${namespace}"}))`;
}

function queueLength(
  { namespace }: Scene,
  { name, kind }: Component,
  { database = 0 }: { database?: number },
  queue: string,
): string {
  const own = `namespace="${namespace}",job="${name}"`;
  // A queue of Celery is a list of that name; redis_exporter measures the keys that it is told of.
  return kind === "datastore"
    ? `max(redis_key_size{${own},db="db${database}",key=${JSON.stringify(queue)}})`
    : `max(celery_queue_length{${own},queue_name=${JSON.stringify(queue)}})`;
}
