import { CURL } from "./curl.ts";
import { type Engine, probedBy } from "./engine.ts";

/** A snapshot of each collection on each server, fetched and then removed there. Names have no quotes or spaces. */
const SNAPSHOTS = `
umask 077; printf 'header = "api-key: %s"\\nfail\\nsilent\\nshow-error\\n' "$API_KEY" > "$HOME/curlrc"
for host in $HOSTS; do
  mkdir "unfinished/$host"
  url="http://$host:6333/collections"
  collections=$(curl --config "$HOME/curlrc" "$url")
  for collection in $(echo "$collections" | grep -o '"name":"[^"]*"' | cut -d '"' -f 4); do
    made=$(curl --config "$HOME/curlrc" --request POST "$url/$collection/snapshots")
    snapshot=$(echo "$made" | grep -o '"name":"[^"]*"' | cut -d '"' -f 4)
    curl --config "$HOME/curlrc" --output "unfinished/$host/$collection.snapshot" "$url/$collection/snapshots/$snapshot"
    curl --config "$HOME/curlrc" --request DELETE --output /dev/null "$url/$collection/snapshots/$snapshot"
  done
done
`.trim();

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
    image: CURL,
    passwordVariable: "API_KEY",
    ofEachServer: true,
    script: SNAPSHOTS,
  },
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
