import { GROUP, HEALTH, majorityOf, PEER, SENTINEL_PORT, SERVER_PORT } from "./sentinel-group.ts";

/**
 * HAProxy's configuration: a connection goes to the server that most sentinels say leads, and that says so itself. A
 * leader that was cut off and comes back says so too, for a while; the sentinels do not.
 */
export function proxyConfiguration(servers: readonly string[]): string {
  const leads = (index: number) =>
    `{ nbsrv(elected-${index}) ge ${majorityOf(servers)} } { nbsrv(server-${index}) ge 1 }`;
  return [
    "global",
    "  log stdout format raw local0 notice",
    "  maxconn 4000",
    "",
    "defaults",
    "  mode tcp",
    "  log global",
    "  timeout connect 3s",
    "  timeout check 3s",
    // Clients keep idle connections, and wait on lists and channels; the servers' own limit is none.
    "  timeout client 1d",
    "  timeout server 1d",
    "  option clitcpka",
    "  option srvtcpka",
    "  default-server check inter 1s fall 2 rise 1 on-marked-down shutdown-sessions resolvers cluster init-addr none",
    "",
    "resolvers cluster",
    "  parse-resolv-conf",
    "  accepted_payload_size 8192",
    "  hold valid 1s",
    "",
    "frontend clients",
    `  bind :${SERVER_PORT}`,
    ...servers.map((_, index) => `  use_backend server-${index} if ${leads(index)}`),
    "",
    "frontend health",
    "  mode http",
    `  bind :${HEALTH.port}`,
    "  timeout client 5s",
    ...servers.map((_, index) => `  http-request return status 200 if { path ${HEALTH.path} } ${leads(index)}`),
    "  http-request return status 503",
    ...servers.flatMap((server, index) => [
      "",
      `backend server-${index}`,
      ...checks([`AUTH ${PEER} \${PEERS_PASSWORD}`, "+OK"], ["INFO replication", "role:master"]),
      `  server leader "${server}.\${DOMAIN}:${SERVER_PORT}"`,
      "",
      `backend elected-${index}`,
      ...checks([`AUTH \${PEERS_PASSWORD}`, "+OK"], [`SENTINEL get-master-addr-by-name ${GROUP}`, server]),
      ...servers.map((voter, by) => `  server sentinel-${by} "${voter}.\${DOMAIN}:${SENTINEL_PORT}"`),
    ]),
    "",
  ].join("\n");
}

function checks(...steps: [send: string, expect: string][]): string[] {
  return [
    "  option tcp-check",
    "  tcp-check connect",
    ...steps.flatMap(([send, expect]) => [`  tcp-check send "${send}\\r\\n"`, `  tcp-check expect string "${expect}"`]),
  ];
}
