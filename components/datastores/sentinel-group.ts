/** What servers, sentinels and proxies of one store have to agree on. */

/** What sentinels call the servers that one of leads. */
export const GROUP = "leader";
export const SERVER_PORT = 6379;
export const SENTINEL_PORT = 26379;
/** Whom servers, sentinels and proxies are to the servers; clients are `default`. */
export const PEER = "peer";
/** Where a proxy says that it has found the leader. */
export const HEALTH = { port: 8404, path: "/ready" };

export function majorityOf(servers: readonly string[]): number {
  return Math.floor(servers.length / 2) + 1;
}
