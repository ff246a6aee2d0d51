/** When each kind of alert fires, and when it is quiet, as series of an application in the namespace `harbor`. */

/** A series and its values in promtool's notation, one a minute. */
export type Series = [series: string, values: string];

export interface Case {
  alert: string;
  component: string;
  queue?: string;
  fires: Series[];
  quiet: Series[];
  /** What the alert says of itself where it fires. */
  description?: string;
}

export const own = (component: string, labels = "") =>
  `{namespace="harbor",job="${component}"${labels && `,${labels}`}}`;
const pod = (container: string, labels = "") =>
  `{namespace="harbor",container="${container}",pod="${container}-1"${labels && `,${labels}`}}`;
const limit = (container: string, resource: string, value: number): Series => [
  `kube_pod_container_resource_limits${pod(container, `resource="${resource}"`)}`,
  `${value}x60`,
];
const alive: Series = ['kube_namespace_status_phase{namespace="harbor",phase="Active"}', "1x60"];
export const ready = (container: string, ...values: string[]): Series[] => [
  alive,
  ...values.map(
    (value, index): Series => [
      `kube_pod_container_status_ready{namespace="harbor",container="${container}",pod="${container}-${index}"}`,
      value,
    ],
  ),
];
const servers = (store: string, up: number): Series[] => [
  [`kube_statefulset_replicas{namespace="harbor",statefulset="${store}"}`, "3x60"],
  [`kube_statefulset_status_replicas_ready{namespace="harbor",statefulset="${store}"}`, `${up}x60`],
];
const memory = (container: string, used: number): Series[] => [
  [`container_memory_working_set_bytes${pod(container)}`, `${used}x60`],
  limit(container, "memory", 100),
];
export const responses = (name: string, status: string, failed: number): Series[] => [
  [`${name}${own(name === "responses_total" ? "site" : "api", `${status}="200"`)}`, `0+${100 - failed}x60`],
  [`${name}${own(name === "responses_total" ? "site" : "api", `${status}="503"`)}`, `0+${failed}x60`],
];
export const times = (name: string, component: string, slow: number): Series[] => [
  [`${name}_bucket${own(component, 'le="0.5"')}`, `0+${100 - slow}x60`],
  [`${name}_bucket${own(component, 'le="1"')}`, `0+${100 - slow}x60`],
  [`${name}_bucket${own(component, 'le="2"')}`, "0+100x60"],
  [`${name}_bucket${own(component, 'le="+Inf"')}`, "0+100x60"],
];
const volume = (claim: string, used: number): Series[] => [
  [`kubelet_volume_stats_used_bytes{namespace="harbor",persistentvolumeclaim="${claim}"}`, `${used}x60`],
  [`kubelet_volume_stats_capacity_bytes{namespace="harbor",persistentvolumeclaim="${claim}"}`, "100x60"],
];
const atInstance = (component: string, labels = "") => own(component, `instance="10.0.0.1"${labels && `,${labels}`}`);

export const CASES: Case[] = [
  {
    alert: "HighErrorRate",
    component: "api",
    fires: responses("http_requests_total", "status", 6),
    quiet: responses("http_requests_total", "status", 4),
    description: "api in harbor: 6% of the requests are answered with 5xx.",
  },
  {
    alert: "HighErrorRate",
    component: "site",
    fires: responses("responses_total", "code", 20),
    quiet: responses("responses_total", "code", 5),
  },
  {
    alert: "HighResponseTime",
    component: "api",
    fires: times("http_request_duration_seconds", "api", 10),
    quiet: times("http_request_duration_seconds", "api", 4),
    description: "api in harbor: 95 % of the requests take up to 1.5s.",
  },
  {
    alert: "HighResponseTime",
    component: "site",
    fires: times("latency_seconds", "site", 10),
    quiet: times("latency_seconds", "site", 4),
  },
  ...["api", "worker", "db"].map((component) => ({
    alert: "HighCpuUsage",
    component,
    // 60 seconds of a core a minute is one core.
    fires: [[`container_cpu_usage_seconds_total${pod(component)}`, "0+57x60"], limit(component, "cpu", 1)] as Series[],
    quiet: [[`container_cpu_usage_seconds_total${pod(component)}`, "0+48x60"], limit(component, "cpu", 1)] as Series[],
    description: `${component} in harbor (pod ${component}-1): uses 95% of its CPU limit.`,
  })),
  ...["site", "queues", "cache"].map((component) => ({
    alert: "HighMemoryUsage",
    component,
    fires: memory(component, 95),
    quiet: memory(component, 85),
    description: `${component} in harbor (pod ${component}-1): uses 95% of its memory limit.`,
  })),
  {
    alert: "PodRestarts",
    component: "worker",
    fires: [[`kube_pod_container_status_restarts_total${pod("worker")}`, "0+1x60"]],
    quiet: [[`kube_pod_container_status_restarts_total${pod("worker")}`, "0x50 1x10"]],
  },
  {
    alert: "TooFewReplicas",
    component: "api",
    fires: ready("api", "1x60", "0x60"),
    quiet: ready("api", "1x60", "1x60", "0x60"),
    description: "api in harbor: 1 replicas are ready.",
  },
  { alert: "TooFewReplicas", component: "worker", fires: [alive], quiet: [] },
  {
    alert: "ScaledToMaximum",
    component: "api",
    fires: ready("api", ...Array(6).fill("1x60")),
    quiet: ready("api", ...Array(5).fill("1x60")),
  },
  {
    alert: "ScrapeFailing",
    component: "queues",
    fires: [alive, [`up${own("queues")}`, "0x60"]],
    quiet: [alive, [`up${own("queues")}`, "1x60"]],
    description: "queues in harbor: 0% of its targets answer.",
  },
  { alert: "ScrapeFailing", component: "api", fires: [alive], quiet: [alive, [`up${own("api")}`, "1x60"]] },
  {
    alert: "DatabaseDown",
    component: "db",
    fires: servers("db", 2),
    quiet: servers("db", 3),
  },
  {
    alert: "DatabaseDown",
    component: "documents",
    fires: [...servers("documents", 3), [`mongodb_up${own("documents")}`, "0x60"]],
    quiet: [...servers("documents", 3), [`mongodb_up${own("documents")}`, "1x60"]],
  },
  {
    alert: "DatabaseDown",
    component: "cache",
    fires: [...servers("cache", 3), [`redis_up${own("cache")}`, "0x60"]],
    quiet: [...servers("cache", 3), [`redis_up${own("cache")}`, "1x60"]],
  },
  {
    alert: "DatabaseMemory",
    component: "cache",
    fires: [
      ...memory("cache", 10),
      [`redis_memory_used_bytes${atInstance("cache")}`, "95x60"],
      [`redis_memory_max_bytes${atInstance("cache")}`, "100x60"],
    ],
    quiet: [
      ...memory("cache", 10),
      [`redis_memory_used_bytes${atInstance("cache")}`, "95x60"],
      [`redis_memory_max_bytes${atInstance("cache")}`, "0x60"],
    ],
  },
  { alert: "DatabaseMemory", component: "documents", fires: memory("documents", 95), quiet: memory("documents", 85) },
  { alert: "DatabaseStorage", component: "db", fires: volume("data-db-0", 90), quiet: volume("data-db-0", 80) },
  {
    alert: "DatabaseStorage",
    component: "documents",
    fires: volume("data-documents-0", 90),
    quiet: volume("data-my-documents-0", 90),
  },
  {
    alert: "DatabaseConnections",
    component: "db",
    fires: [
      [`pg_stat_database_numbackends${atInstance("db", 'datname="app"')}`, "80x60"],
      [`pg_stat_database_numbackends${atInstance("db", 'datname="other"')}`, "5x60"],
      [`pg_settings_max_connections${atInstance("db")}`, "100x60"],
    ],
    quiet: [
      [`pg_stat_database_numbackends${atInstance("db", 'datname="app"')}`, "75x60"],
      [`pg_settings_max_connections${atInstance("db")}`, "100x60"],
    ],
    description: "db in harbor (instance 10.0.0.1): 85% of its connections are in use.",
  },
  {
    alert: "DatabaseConnections",
    component: "cache",
    fires: [
      [`redis_connected_clients${atInstance("cache")}`, "90x60"],
      [`redis_config_maxclients${atInstance("cache")}`, "100x60"],
    ],
    quiet: [
      [`redis_connected_clients${atInstance("cache")}`, "9x60"],
      [`redis_config_maxclients${atInstance("cache")}`, "100x60"],
    ],
  },
  {
    alert: "DatabaseConnections",
    component: "documents",
    fires: [
      [`mongodb_ss_connections${atInstance("documents", 'conn_type="current"')}`, "90x60"],
      [`mongodb_ss_connections${atInstance("documents", 'conn_type="available"')}`, "10x60"],
    ],
    quiet: [
      [`mongodb_ss_connections${atInstance("documents", 'conn_type="current"')}`, "70x60"],
      [`mongodb_ss_connections${atInstance("documents", 'conn_type="available"')}`, "30x60"],
    ],
  },
  {
    alert: "QueueBacklog",
    component: "queues",
    queue: "audio",
    fires: [[`celery_queue_length${own("queues", 'queue_name="audio"')}`, "51x60"]],
    quiet: [
      [`celery_queue_length${own("queues", 'queue_name="audio"')}`, "50x60"],
      [`celery_queue_length${own("queues", 'queue_name="other"')}`, "500x60"],
    ],
    description: "queues in harbor (queue audio): 51 messages wait.",
  },
  {
    alert: "CeleryBacklog",
    component: "cache",
    queue: "ai",
    fires: [[`redis_key_size${own("cache", 'db="db1",key="ai"')}`, "101x60"]],
    quiet: [[`redis_key_size${own("cache", 'db="db0",key="ai"')}`, "101x60"]],
  },
];
