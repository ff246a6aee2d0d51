/**
 * Valkey as several servers: one leads and the others copy it, a sentinel beside each chooses another leader when it is
 * gone, and HAProxy leads clients to whichever leads, so that any client of one host and port will do.
 */
import type { Failover } from "./cluster.ts";
import type { ServerContainer, ServerSettings } from "./engine.ts";
import { GROUP, HEALTH, majorityOf, PEER, SENTINEL_PORT, SERVER_PORT } from "./sentinel-group.ts";
import { proxyConfiguration } from "./sentinel-proxy.ts";

const PEER_RIGHTS =
  "resetkeys resetchannels allchannels -@all +psync +replconf +ping +multi +exec +slaveof +replicaof +subscribe " +
  "+publish +info +role +config|rewrite +client|setname +client|kill +script|kill";

/** Shell functions that servers and sentinels share. */
const COMMON = `
umask 077
quoted() { printf '%s' "$1" | sed 's/[\\\\"]/\\\\&/g'; }
ask() { REDISCLI_AUTH="$PEERS_PASSWORD" timeout 3 valkey-cli -h "$1" -p ${SENTINEL_PORT} sentinel "$2" ${GROUP} 2>/dev/null | head -n 1; }
# Whom the sentinels say, else whom the one beside this server said last.
leader() {
  for host in $SERVERS; do
    found=$(ask "$host" get-master-addr-by-name)
    case " $SERVERS " in *" $found "*) echo "$found"; return ;; esac
  done
  [ ! -f "$STATE" ] || sed -n 's/^sentinel monitor ${GROUP} \\([^ ]*\\) .*/\\1/p' "$STATE"
}
`.trim();

const START_SERVER = `
${COMMON}
others_have_data() {
  for host in $SERVERS; do
    [ "$host" = "$SELF" ] || case "$(timeout 3 valkey-cli -h "$host" dbsize 2>/dev/null)" in [1-9]* | LOADING*) return 0 ;; esac
  done
  return 1
}
leader=$(leader)
# A leader that has lost its volume would make the others forget theirs: it waits until one of them leads.
while [ "$leader" = "$SELF" ] && [ -z "$(ls "$DATA" | grep -v -e lost+found -e sentinel)" ] && others_have_data; do
  sleep 1
  leader=$(leader)
done
{
  printf 'requirepass "%s"\\nmasteruser ${PEER}\\nmasterauth "%s"\\n' "$(quoted "$REDISCLI_AUTH")" "$(quoted "$PEERS_PASSWORD")"
  printf 'user ${PEER} on ">%s" ${PEER_RIGHTS}\\n' "$(quoted "$PEERS_PASSWORD")"
  [ "\${leader:-$FIRST}" = "$SELF" ] || printf 'replicaof %s ${SERVER_PORT}\\n' "\${leader:-$FIRST}"
} > /tmp/valkey.conf
exec valkey-server /tmp/valkey.conf --dir "$DATA" --replica-announce-ip "$SELF" "$@"
`.trim();

const START_SENTINEL = `
${COMMON}
mkdir -p "\${STATE%/*}"
[ -f "$STATE" ] || {
  leader=$(leader)
  printf '%s\\n' 'port ${SENTINEL_PORT}' 'dir /tmp' 'sentinel resolve-hostnames yes' 'sentinel announce-hostnames yes' \\
    "sentinel announce-ip $SELF" 'sentinel announce-port ${SENTINEL_PORT}' \\
    "sentinel monitor ${GROUP} \${leader:-$FIRST} ${SERVER_PORT} $QUORUM" \\
    'sentinel down-after-milliseconds ${GROUP} 5000' 'sentinel failover-timeout ${GROUP} 30000' \\
    'sentinel parallel-syncs ${GROUP} 1' 'sentinel auth-user ${GROUP} ${PEER}' > "$STATE"
}
# The password of today in place of the one that it has kept.
{
  grep -v -e '^requirepass ' -e '^sentinel auth-pass ' -e '^sentinel sentinel-pass ' -e '^# ???' "$STATE"
  password=$(quoted "$PEERS_PASSWORD")
  printf 'requirepass "%s"\\nsentinel sentinel-pass "%s"\\nsentinel auth-pass ${GROUP} "%s"\\n' "$password" "$password" "$password"
} > "$STATE.new"
mv "$STATE.new" "$STATE"
exec valkey-sentinel "$STATE"
`.trim();

/** Lets another server lead before this one stops. */
const STOP_SERVER = `
${COMMON}
role() { timeout 3 valkey-cli role | head -n 1; }
[ "$(role)" = master ] || exit 0
for host in $SERVERS; do
  [ "$(ask "$host" failover)" != OK ] || break
done
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ "$(role)" = master ] || exit 0
  sleep 1
done
`.trim();

/** HAProxy's own resolver wants whole names, and only the pod knows the cluster's domain. */
const START_PROXY = `
DOMAIN=$(sed -n 's/^search \\([^ ]*\\).*/\\1/p' /etc/resolv.conf)
PEERS_PASSWORD="\\"$(printf '%s' "$PEERS_PASSWORD" | sed 's/[\\\\"]/\\\\&/g')\\""
export DOMAIN PEERS_PASSWORD
exec haproxy -db -f /usr/local/etc/haproxy/haproxy.cfg
`.trim();

/** A copy serves once it has caught up, so that a rollout never stops the only server that has everything. */
const READY = `[ "$(valkey-cli ping)" = PONG ] && valkey-cli info replication | grep -q -e '^role:master' -e '^master_link_status:up'`;
/** One that loads or copies its data lives. */
const ALIVE = "valkey-cli ping | grep -q -e PONG -e LOADING -e MASTERDOWN";

/** @param configured settings of the server */
export function followingServer(settings: ServerSettings, configured: Readonly<Record<string, string>>) {
  const probe = (command: string) => ({
    exec: { command: ["sh", "-c", command] },
    periodSeconds: 10,
    timeoutSeconds: 5,
  });
  return {
    command: ["sh", "-ec", START_SERVER, "valkey-server"],
    args: Object.entries({
      // A leader that the others have lost sight of takes no more writes.
      "min-replicas-to-write": "1",
      "min-replicas-max-lag": "10",
      ...configured,
    }).flatMap(([setting, value]) => [`--${setting}`, value]),
    env: [{ name: "REDISCLI_AUTH", valueFrom: { secretKeyRef: settings.passwordSecret } }, ...environment(settings)],
    lifecycle: { preStop: { exec: { command: ["sh", "-c", STOP_SERVER] } } },
    readinessProbe: probe(READY),
    livenessProbe: { ...probe(ALIVE), failureThreshold: 6 },
    startupProbe: { ...probe(ALIVE), periodSeconds: 5, failureThreshold: 60 },
  } satisfies ServerContainer;
}

function environment({ dataDirectory, peersSecret, servers }: ServerSettings) {
  const first = servers[0] as string;
  return [
    { name: "PEERS_PASSWORD", valueFrom: { secretKeyRef: peersSecret } },
    { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    { name: "SELF", value: `$(POD)${first.slice(first.indexOf("."))}` },
    { name: "FIRST", value: first },
    { name: "SERVERS", value: servers.join(" ") },
    { name: "QUORUM", value: String(majorityOf(servers)) },
    { name: "DATA", value: dataDirectory },
    { name: "STATE", value: `${dataDirectory}/sentinel/sentinel.conf` },
  ];
}

export const sentinel: Failover = {
  watcher: {
    name: "sentinel",
    resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { cpu: "200m", memory: "64Mi" } },
    container(settings) {
      const command = [
        "sh",
        "-c",
        `[ "$(REDISCLI_AUTH="$PEERS_PASSWORD" valkey-cli -p ${SENTINEL_PORT} ping)" = PONG ]`,
      ];
      const probe = { exec: { command }, periodSeconds: 10, timeoutSeconds: 5 };
      return {
        command: ["sh", "-ec", START_SENTINEL],
        env: environment(settings),
        readinessProbe: probe,
        livenessProbe: { ...probe, failureThreshold: 6 },
        startupProbe: { ...probe, periodSeconds: 5, failureThreshold: 60 },
      };
    },
  },
  proxy: {
    image: { reference: "docker.io/library/haproxy:3.2.23-alpine", uid: 99, gid: 99 },
    replicas: 2,
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
    health: HEALTH,
    command: ["sh", "-ec", START_PROXY],
    directory: "/usr/local/etc/haproxy",
    configuration: ({ servers }) => ({ "haproxy.cfg": proxyConfiguration(servers) }),
    env: ({ peersSecret }) => [{ name: "PEERS_PASSWORD", valueFrom: { secretKeyRef: peersSecret } }],
  },
  passwordLength: 32,
};
