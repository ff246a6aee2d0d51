/** What the usual exporters say of a store, given the labels that select its series. */
export interface Exporter {
  /** 1 where the exporter reaches its server. */
  up: string;
  /** Open connections as a share of the most, by server. */
  connections(labels: string): string;
  /** Memory in use as a share of what the store allows itself, by server; nothing where it has no limit. */
  memory?(labels: string): string;
}

export const exporters: Readonly<Record<string, Exporter | undefined>> = {
  // github.com/prometheus-community/postgres_exporter
  postgres: {
    up: "pg_up",
    connections: (labels) =>
      `sum by (instance) (max by (instance, datname) (pg_stat_database_numbackends{${labels}})) / ` +
      `max by (instance) (pg_settings_max_connections{${labels}})`,
  },
  // github.com/oliver006/redis_exporter
  redis: {
    up: "redis_up",
    connections: (labels) =>
      `max by (instance) (redis_connected_clients{${labels}}) / max by (instance) (redis_config_maxclients{${labels}})`,
    memory: (labels) =>
      `max by (instance) (redis_memory_used_bytes{${labels}}) / (max by (instance) (redis_memory_max_bytes{${labels}}) > 0)`,
  },
  // github.com/percona/mongodb_exporter
  mongodb: {
    up: "mongodb_up",
    connections: (labels) => {
      const of = (type: string) => `max by (instance) (mongodb_ss_connections{${labels},conn_type="${type}"})`;
      return `${of("current")} / (${of("current")} + ${of("available")})`;
    },
  },
};

/** The same where an operator runs the store, and its servers show metrics of their own. */
export const operatedExporters: Readonly<Record<string, Exporter | undefined>> = {
  // CloudNativePG, with the queries that it brings
  postgres: {
    up: "cnpg_collector_up",
    connections: (labels) =>
      `sum by (instance) (cnpg_backends_total{${labels}}) / ` +
      `max by (instance) (cnpg_pg_settings_setting{${labels},name="max_connections"})`,
  },
};
