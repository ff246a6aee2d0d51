import { CURL } from "./curl.ts";
import { type Engine, probedBy } from "./engine.ts";

/**
 * The settings and documents of each index, for a dump of the server's own stays on its volume. A page of documents
 * ends with how many there are.
 */
const INDEXES = `
umask 077; printf 'header = "authorization: Bearer %s"\\nfail\\nsilent\\nshow-error\\n' "$MASTER_KEY" > "$HOME/curlrc"
url="http://$HOSTS:7700/indexes"
curl --config "$HOME/curlrc" --output unfinished/indexes.json "$url?limit=1000"
for index in $(grep -o '"uid":"[^"]*"' unfinished/indexes.json | cut -d '"' -f 4); do
  mkdir "unfinished/$index"
  curl --config "$HOME/curlrc" --output "unfinished/$index/settings.json" "$url/$index/settings"
  offset=0 total=1
  while [ "$offset" -lt "$total" ]; do
    page="unfinished/$index/documents-$offset.json"
    curl --config "$HOME/curlrc" --output "$page" "$url/$index/documents?offset=$offset&limit=1000"
    total=$(tail -c 100 "$page" | grep -o '"total":[0-9]*}$' | tr -dc 0-9)
    [ -n "$total" ]
    offset=$((offset + 1000))
  done
done
`.trim();

export const meilisearch: Engine = {
  ports: { http: 7700 },
  images: {
    "1.6": { reference: "docker.io/getmeili/meilisearch:v1.6.2", uid: 1000, gid: 1000 },
  },
  dataDirectory: "/meili_data",
  writable: ["/tmp"],
  defaults: {
    storage: "5Gi",
    resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
    username: "",
  },
  backup: { image: CURL, passwordVariable: "MASTER_KEY", script: INDEXES },
  passwordLength: 32,
  terminationGracePeriodSeconds: 60,
  fields: ["url", "host", "port", "password"],
  urlHoldsPassword: false,
  url: (endpoint) => `${endpoint.tls ? "https" : "http"}://${endpoint.host}:${endpoint.port}`,
  server({ dataDirectory, passwordSecret }) {
    const health = { path: "/health", port: "http" };
    return {
      env: [
        { name: "MEILI_ENV", value: "production" },
        { name: "MEILI_NO_ANALYTICS", value: "true" },
        { name: "MEILI_DB_PATH", value: `${dataDirectory}/data.ms` },
        { name: "MEILI_DUMP_DIR", value: `${dataDirectory}/dumps` },
        { name: "MEILI_MASTER_KEY", valueFrom: { secretKeyRef: passwordSecret } },
      ],
      ...probedBy({ httpGet: health }),
    };
  },
};
