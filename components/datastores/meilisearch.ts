import { type Engine, probedBy } from "./engine.ts";
import { NODE } from "./node.ts";
import { meilisearchBackup, meilisearchTransfer } from "./transfers/meilisearch.ts";
import { meilisearchTrial } from "./trials/http.ts";

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
  backup: { image: NODE, passwordVariable: "MASTER_KEY", ...meilisearchBackup },
  transfer: meilisearchTransfer,
  trial: meilisearchTrial,
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
