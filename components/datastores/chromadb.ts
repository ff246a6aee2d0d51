import { type Engine, probedBy } from "./engine.ts";
import { chromadbTransfer } from "./transfers/chromadb.ts";
import { chromadbTrial } from "./trials/http.ts";

/** Chroma 1.x has no accounts: who may reach it is for the NetworkPolicies to say. */
export const chromadb: Engine = {
  ports: { http: 8000 },
  images: {
    "1": { reference: "docker.io/chromadb/chroma:1.0.20", uid: 1000, gid: 1000 },
  },
  dataDirectory: "/data",
  writable: ["/tmp"],
  defaults: {
    storage: "10Gi",
    resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
    username: "",
  },
  transfer: chromadbTransfer,
  trial: chromadbTrial,
  terminationGracePeriodSeconds: 60,
  fields: ["url", "host", "port"],
  urlHoldsPassword: false,
  url: (endpoint) => `${endpoint.tls ? "https" : "http"}://${endpoint.host}:${endpoint.port}`,
  server({ dataDirectory }) {
    const health = { path: "/api/v2/heartbeat", port: "http" };
    return {
      command: ["chroma"],
      args: ["run", "--path", dataDirectory, "--host", "0.0.0.0", "--port", "8000"],
      env: [{ name: "ANONYMIZED_TELEMETRY", value: "FALSE" }],
      ...probedBy({ httpGet: health }),
    };
  },
};
