import { BARMAN_CLOUD, barmanCloud } from "./barman-cloud.ts";
import type { Operated, OperatedSettings } from "./cluster.ts";

/** The fields of postgresql.cnpg.io/v1 that are set here. */
interface ClusterSpec {
  instances: number;
  imageName: string;
  imagePullSecrets?: OperatedSettings["imagePullSecrets"];
  imagePullPolicy: OperatedSettings["imagePullPolicy"];
  enableSuperuserAccess: boolean;
  enablePDB: boolean;
  primaryUpdateStrategy: "unsupervised";
  primaryUpdateMethod: "switchover";
  bootstrap:
    | { initdb: Owner & { dataChecksums: boolean } }
    | { recovery: Owner & { source: string; recoveryTarget: { targetTime: string } } };
  externalClusters?: { name: string; plugin: Plugin }[];
  plugins?: (Plugin & { isWALArchiver: boolean })[];
  postgresql: {
    parameters: Record<string, string>;
    shared_preload_libraries?: string[];
    synchronous?: { method: "any"; number: number; dataDurability: "required" | "preferred" };
  };
  storage: Storage;
  walStorage?: Storage;
  resources: OperatedSettings["resources"];
  seccompProfile: { type: "RuntimeDefault" };
  affinity: {
    enablePodAntiAffinity: boolean;
    topologyKey: string;
    podAntiAffinityType: OperatedSettings["apart"];
    nodeSelector?: OperatedSettings["nodeSelector"];
    tolerations?: OperatedSettings["tolerations"];
  };
  topologySpreadConstraints?: OperatedSettings["topologySpreadConstraints"];
}
/** The database that is the application's; the owner's password follows its Secret later too. */
interface Owner {
  database: string;
  owner: string;
  secret: { name: OperatedSettings["credentials"] };
}
interface Plugin {
  name: typeof BARMAN_CLOUD;
  parameters: { barmanObjectName: string; serverName?: string };
}
interface Storage {
  size: string;
  storageClass?: string;
}

/** A part of the log goes to the archive after this long where less was written: what is lost at most. */
const ARCHIVE_TIMEOUT = "1min";
/** Labels of its pods and jobs; jobs are no servers, and have no role. */
const CLUSTER = "cnpg.io/cluster";
const STATUS_PORT = 8000;

/** Replication, recovery, logs, sockets, certificates: what the operator refuses to be told (docs, postgresql_conf). */
const RESERVED = new RegExp(
  `^(${[
    "allow_system_table_mods|bonjour.*|cluster_name|config_file|data_directory|data_sync_retry|event_source|port",
    "external_pid_file|hba_file|hot_standby|ident_file|jit_provider|listen_addresses|restart_after_crash",
    "archive_(cleanup_command|command|mode)|restore_command|recovery_.*|primary_(conninfo|slot_name)|promote_trigger_file",
    "synchronous_standby_names|synchronized_standby_slots|pg_failover_slots\\.(primary_dsn|standby_slot_names)",
    "log_(destination|directory|file_mode|filename|rotation_age|rotation_size|truncate_on_rotation)|logging_collector",
    "ssl(_(ca|cert|crl|dh_params|key)_file|_ecdh_curve|_passphrase_command.*|_prefer_server_ciphers)?|syslog_.*",
    "stats_temp_directory|temp_tablespaces|unix_socket_.*",
  ].join("|")})$`,
);

/** PostgreSQL by CloudNativePG 1.25 or newer (cloudnative-pg.io): streaming replication, and failover by the operator. */
export const cloudNativePg: Operated = {
  kind: "operated",
  ports: { status: STATUS_PORT },
  servers: 2,
  operator: {
    name: "CloudNativePG",
    namespace: "cnpg-system",
    ports: [STATUS_PORT],
    install: "install CloudNativePG 1.25 or newer, with its Helm chart or its release's manifest (cloudnative-pg.io)",
  },
  resource: { apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", plural: "clusters" },
  images: {
    "16": "ghcr.io/cloudnative-pg/postgresql:16.11-standard-trixie",
    "17": "ghcr.io/cloudnative-pg/postgresql:17.7-standard-trixie",
    "16-bookworm": "ghcr.io/cloudnative-pg/postgresql:16.11-standard-bookworm",
  },
  settings: /^[a-z][a-z0-9_.]*$/,
  reserved: RESERVED,
  volumes: ["wal"],
  host: (store) => `${store}-rw`,
  tls: true,
  selector: (store) => ({ [CLUSTER]: store }),
  container: "postgres",
  // Servers that are replaced get the next number.
  pods: (store) => `${store}-[0-9]+`,
  claims: (store) => `${store}-[0-9]+(-wal)?`,
  metricsPort: 9187,
  credentials: { type: "kubernetes.io/basic-auth", labels: { "cnpg.io/reload": "true" } },
  archiving: barmanCloud,
  spec(settings): ClusterSpec & Record<string, unknown> {
    const { shared_preload_libraries: libraries, ...parameters } = settings.settings;
    const { data, wal } = settings.volumes;
    const storage = (size: string): Storage => ({ size, storageClass: settings.storageClass });
    return {
      instances: settings.servers,
      imageName: settings.image,
      imagePullSecrets: settings.imagePullSecrets,
      imagePullPolicy: settings.imagePullPolicy,
      enableSuperuserAccess: false,
      enablePDB: settings.servers > 1,
      primaryUpdateStrategy: "unsupervised",
      primaryUpdateMethod: "switchover",
      ...beginning(settings),
      postgresql: {
        parameters: settings.archive === undefined ? parameters : { archive_timeout: ARCHIVE_TIMEOUT, ...parameters },
        shared_preload_libraries: libraries?.split(",").map((library) => library.trim()),
        // What is committed is on a standby too. The only standby must not stop all writes by its absence.
        synchronous:
          settings.servers > 1
            ? { method: "any", number: 1, dataDurability: settings.servers > 2 ? "required" : "preferred" }
            : undefined,
      },
      storage: storage(data as string),
      walStorage: wal === undefined ? undefined : storage(wal),
      resources: settings.resources,
      seccompProfile: { type: "RuntimeDefault" },
      affinity: {
        enablePodAntiAffinity: true,
        topologyKey: "kubernetes.io/hostname",
        podAntiAffinityType: settings.apart,
        nodeSelector: settings.nodeSelector,
        tolerations: settings.tolerations,
      },
      topologySpreadConstraints: settings.topologySpreadConstraints,
    };
  },
};

/** What the servers begin with, and where their log goes. */
function beginning({
  endpoint,
  credentials,
  archive,
  recovery,
}: OperatedSettings): Pick<ClusterSpec, "bootstrap" | "externalClusters" | "plugins"> {
  const owner: Owner = { database: endpoint.database, owner: endpoint.username, secret: { name: credentials } };
  const plugin = (barmanObjectName: string, serverName?: string): Plugin => ({
    name: BARMAN_CLOUD,
    parameters: { barmanObjectName, serverName },
  });
  if (recovery === undefined) {
    return {
      bootstrap: { initdb: { ...owner, dataChecksums: true } },
      plugins: archive === undefined ? undefined : [{ ...plugin(archive), isWALArchiver: true }],
    };
  }
  return {
    bootstrap: { recovery: { ...owner, source: "archive", recoveryTarget: { targetTime: recovery.at } } },
    externalClusters: [{ name: "archive", plugin: plugin(recovery.archive, recovery.from) }],
    // It archives nothing. Without the plugin the server would restart once it has recovered, to be rid of it.
    plugins: [{ ...plugin(recovery.archive), isWALArchiver: false }],
  };
}
