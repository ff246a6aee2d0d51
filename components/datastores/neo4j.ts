import type { Engine, ServerSettings } from "./engine.ts";

const LOGS = "/logs";

/**
 * Neo4j 5. Several servers, and the metrics port, are of the Enterprise edition, whose licence is the user's to accept:
 * setting `license` is `yes` with an agreement or `eval` for an evaluation.
 */
export const neo4j: Engine = {
  ports: { bolt: 7687, http: 7474, metrics: 2004 },
  images: {
    "5": { reference: "docker.io/library/neo4j:5.26.12-community", uid: 7474, gid: 7474 },
    "5-enterprise": { reference: "docker.io/library/neo4j:5.26.12-enterprise", uid: 7474, gid: 7474 },
  },
  metrics: { port: 2004, except: "5" },
  dataDirectory: "/data",
  volumes: { logs: { directory: LOGS, storage: "5Gi" } },
  writable: ["/tmp", "/plugins", "/var/lib/neo4j/conf", "/var/lib/neo4j/run", "/metrics"],
  defaults: {
    storage: "20Gi",
    resources: { requests: { cpu: "500m", memory: "2Gi" }, limits: { cpu: "2", memory: "4Gi" } },
    username: "neo4j",
  },
  settings: /^(license|[a-z][a-z0-9_.]*)$/,
  cluster: { kind: "peers", ports: { discovery: 5000, cluster: 6000, raft: 7000, routing: 7688 }, servers: 3 },
  backup: {
    except: "5", // the Community edition is copied at rest only
    port: 6362,
    script: 'neo4j-admin database backup --from="$(echo "$HOSTS" | sed "s/ /:6362,/g"):6362" --to-path=unfinished "*"',
  },
  passwordLength: 32,
  terminationGracePeriodSeconds: 300,
  fields: ["url", "host", "port", "username", "password", "database"],
  urlHoldsPassword: false,
  // Drivers find the cluster's members behind neo4j://, and take the password apart from the address.
  url: (endpoint) => `neo4j${endpoint.tls ? "+s" : ""}://${endpoint.host}:${endpoint.port}`,
  server({ endpoint, passwordSecret, settings, servers }) {
    const { license } = settings;
    const probe = { tcpSocket: { port: "bolt" }, periodSeconds: 10, timeoutSeconds: 5 };
    return {
      env: [
        { name: "PASSWORD", valueFrom: { secretKeyRef: passwordSecret } },
        { name: "NEO4J_AUTH", value: `${endpoint.username}/$(PASSWORD)` },
        { name: "NEO4J_PLUGINS", value: '["apoc"]' }, // the image brings its own copy
        ...(license === undefined ? [] : [{ name: "NEO4J_ACCEPT_LICENSE_AGREEMENT", value: license }]),
        ...(servers.length > 1 ? [{ name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }] : []),
        ...Object.entries(configured(settings, servers)).map(([key, value]) => ({ name: variableOf(key), value })),
      ],
      readinessProbe: probe,
      livenessProbe: { ...probe, failureThreshold: 12 },
      startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 200 },
    };
  },
  // Several servers have their accounts in common, and change them only together.
  setPassword: (server) => (server.servers.length > 1 ? undefined : setPassword(server)),
};

function configured({ license, ...own }: ServerSettings["settings"], servers: readonly string[]) {
  return {
    "server.default_listen_address": "0.0.0.0",
    "dbms.security.procedures.unrestricted": "apoc.*",
    // The Community edition does not start with settings that it does not know.
    ...(license === undefined ? {} : ENTERPRISE),
    ...(servers.length > 1 ? clusterSettings(servers) : {}),
    ...own,
  };
}

const ENTERPRISE: Readonly<Record<string, string>> = {
  "server.backup.listen_address": "0.0.0.0:6362",
  "server.metrics.prometheus.enabled": "true",
  "server.metrics.prometheus.endpoint": "0.0.0.0:2004",
};

function clusterSettings(servers: readonly string[]): Record<string, string> {
  const domain = servers[0]?.slice(servers[0].indexOf(".")) ?? "";
  return {
    "initial.dbms.default_primaries_count": String(servers.length),
    "initial.server.mode_constraint": "PRIMARY",
    "server.default_advertised_address": `$(POD_NAME)${domain}`,
    "dbms.cluster.minimum_initial_system_primaries_count": String(servers.length),
    "dbms.cluster.discovery.resolver_type": "LIST",
    "dbms.cluster.discovery.version": "V2_ONLY",
    "dbms.cluster.discovery.v2.endpoints": servers.map((server) => `${server}:6000`).join(","),
  };
}

/** The image's way to spell a setting as a variable: dots are underscores, and underscores are doubled. */
function variableOf(setting: string): string {
  return `NEO4J_${setting.replaceAll("_", "__").replaceAll(".", "_")}`;
}

/** Of a server that asks for no password, and that nobody but its own container reaches. */
const ALONE: Readonly<Record<string, string>> = {
  "dbms.security.auth_enabled": "false",
  "dbms.security.auth_minimum_password_length": "1",
  "server.default_listen_address": "127.0.0.1",
  "server.bolt.tls_level": "DISABLED",
  "server.http.enabled": "false",
  "server.https.enabled": "false",
  "server.backup.enabled": "false",
  "server.metrics.enabled": "false",
  // The shell beside it needs memory too.
  "server.memory.pagecache.size": "128m",
  // It has no plugins, whose settings it would not know.
  "server.config.strict_validation.enabled": "false",
};

/** Neo4j refuses the password that an account has already, hence another one before it. */
function setPassword({ endpoint, dataDirectory, settings, servers }: ServerSettings): string {
  const address = `127.0.0.1:${endpoint.port}`;
  const alone = {
    ...configured(settings, servers),
    "server.directories.data": dataDirectory,
    "server.directories.logs": LOGS,
    ...ALONE,
    "server.bolt.listen_address": address,
  };
  return `
[ -d "${dataDirectory}/databases/system" ] || exit 0
export NEO4J_CONF="$(mktemp -d)"
cat > "$NEO4J_CONF/neo4j.conf" <<'CONF'
${Object.entries(alone)
  .map(([key, value]) => `${key}=${value}`)
  .join("\n")}
CONF
password=$(jq --null-input --ascii-output '$ENV.PASSWORD')
console=$(neo4j console --dry-run)
eval "exec $console" &
server=$!
until bash -c ': < /dev/tcp/127.0.0.1/${endpoint.port}' 2> /dev/null; do
  kill -0 "$server" 2> /dev/null || { echo "Neo4j did not start to take the password of its Secret." >&2; exit 1; }
  sleep 1
done
code=0
printf 'ALTER USER ${endpoint.username} SET PLAINTEXT PASSWORD %s CHANGE NOT REQUIRED;\\n' \\
  "'$(cat /proc/sys/kernel/random/uuid)'" "$password" |
  cypher-shell --non-interactive --address "bolt://${address}" --database system || code=$?
kill "$server"
wait "$server" || code=$?
[ "$code" = 0 ] || { echo "Neo4j did not take the password of its Secret." >&2; exit "$code"; }
`.trim();
}
