import { type Engine, probedBy, queryOf } from "./engine.ts";
import { followingServer, sentinel } from "./sentinel.ts";
import { SENTINEL_PORT } from "./sentinel-group.ts";
import { redisBackup, redisTransfer } from "./transfers/redis.ts";
import { redisTrial } from "./trials/redis.ts";

/** Served by Valkey, the BSD-licensed continuation of Redis 7.2 (docs/decisions.md). */
export const redis: Engine = {
  ports: { redis: 6379 },
  images: {
    "7": { reference: "docker.io/valkey/valkey:8.1.4-alpine3.22", uid: 999, gid: 1000 },
  },
  dataDirectory: "/data",
  writable: ["/tmp"],
  defaults: {
    storage: "2Gi",
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    username: "default",
  },
  settings: /^[a-z][a-z-]*$/,
  cluster: { kind: "peers", ports: { sentinel: SENTINEL_PORT }, servers: 3, failover: sentinel },
  exporter: {
    image: "docker.io/oliver006/redis_exporter:v1.77.0",
    port: 9121,
    resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "128Mi" } },
    env: ({ passwordSecret }, queues) => [
      { name: "REDIS_ADDR", value: "redis://127.0.0.1:6379" },
      { name: "REDIS_PASSWORD", valueFrom: { secretKeyRef: passwordSecret } },
      ...(queues.length > 0 ? [{ name: "REDIS_EXPORTER_CHECK_SINGLE_KEYS", value: queues.join(",") }] : []),
    ],
  },
  backup: {
    passwordVariable: "REDISCLI_AUTH",
    ...redisBackup,
  },
  transfer: redisTransfer,
  trial: redisTrial,
  passwordLength: 32,
  terminationGracePeriodSeconds: 60,
  fields: ["url", "host", "port", "username", "password"],
  urlHoldsPassword: true,
  url(endpoint, password, database = "0") {
    const user = endpoint.username === "default" ? "" : encodeURIComponent(endpoint.username);
    const scheme = endpoint.tls ? "rediss" : "redis";
    // Words of redis-py and Celery; others leave them alone, or take the file from NODE_EXTRA_CA_CERTS and the like.
    const { certificates, options } = endpoint;
    const query = queryOf({ ssl_cert_reqs: certificates && "required", ssl_ca_certs: certificates, ...options });
    const number = endpoint.oneDatabase ? "0" : database;
    return `${scheme}://${user}:${password}@${endpoint.host}:${endpoint.port}/${number}${query}`;
  },
  server(server) {
    const { dataDirectory, passwordSecret, settings, servers } = server;
    const ping = ["sh", "-c", '[ "$(valkey-cli ping)" = PONG ]'];
    const configured = {
      appendonly: "yes",
      appendfsync: "everysec",
      // A queue must not lose jobs to make room.
      "maxmemory-policy": "noeviction",
      ...settings,
    };
    if (servers.length > 1) return followingServer(server, configured);
    return {
      command: ["valkey-server"],
      args: [
        ...["--dir", dataDirectory],
        ...Object.entries(configured).flatMap(([setting, value]) => [`--${setting}`, value]),
        ...["--requirepass", "$(REDISCLI_AUTH)"],
      ],
      env: [{ name: "REDISCLI_AUTH", valueFrom: { secretKeyRef: passwordSecret } }],
      ...probedBy({ exec: { command: ping } }),
    };
  },
};
