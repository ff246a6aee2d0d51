import { type Engine, probedBy } from "./engine.ts";
import { NODE } from "./node.ts";
import { qdrantBackup, qdrantTransfer } from "./transfers/qdrant.ts";
import { qdrantTrial } from "./trials/http.ts";

export const qdrant: Engine = {
  ports: { http: 6333, grpc: 6334 },
  images: {
    "1": { reference: "docker.io/qdrant/qdrant:v1.15.5-unprivileged", uid: 1000, gid: 1000 },
  },
  dataDirectory: "/qdrant/storage",
  volumes: { snapshots: { directory: "/qdrant/snapshots", storage: "10Gi" } },
  writable: ["/tmp", "/qdrant/init"],
  defaults: {
    storage: "20Gi",
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
    username: "",
  },
  cluster: { kind: "peers", ports: { p2p: 6335 }, servers: 3 },
  backup: {
    image: NODE,
    passwordVariable: "API_KEY",
    ofEachServer: true,
    ...qdrantBackup,
  },
  transfer: qdrantTransfer,
  trial: qdrantTrial,
  passwordLength: 40,
  terminationGracePeriodSeconds: 60,
  fields: ["url", "host", "port", "password"],
  urlHoldsPassword: false,
  url: (endpoint) => `${endpoint.tls ? "https" : "http"}://${endpoint.host}:${endpoint.port}`,
  server({ dataDirectory, passwordSecret, servers }) {
    const clustered = servers.length > 1;
    return {
      command: clustered ? ["bash", "-ec", joinPeers(servers)] : ["./entrypoint.sh"],
      env: [
        { name: "QDRANT__STORAGE__STORAGE_PATH", value: dataDirectory },
        { name: "QDRANT__STORAGE__SNAPSHOTS_PATH", value: "/qdrant/snapshots" },
        { name: "QDRANT_INIT_FILE_PATH", value: "/qdrant/init/.qdrant-initialized" },
        { name: "QDRANT__TELEMETRY_DISABLED", value: "true" },
        { name: "QDRANT__CLUSTER__ENABLED", value: String(clustered) },
        { name: "QDRANT__SERVICE__API_KEY", valueFrom: { secretKeyRef: passwordSecret } },
      ],
      ...probedBy({ httpGet: { path: "/livez", port: "http" } }),
      readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 10, timeoutSeconds: 5 },
    };
  },
};

/** The first server begins the cluster, the others ask it to let them in. */
function joinPeers(servers: readonly string[]): string {
  const first = servers[0] as string;
  const domain = first.slice(first.indexOf("."));
  return [
    `self=http://$HOSTNAME${domain}:6335`,
    'case "$HOSTNAME" in',
    '  *-0) exec ./entrypoint.sh --uri "$self" ;;',
    `  *) exec ./entrypoint.sh --bootstrap http://${first}:6335 --uri "$self" ;;`,
    "esac",
  ].join("\n");
}
