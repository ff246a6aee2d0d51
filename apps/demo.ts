import { readFileSync } from "node:fs";
import type { ApplicationFile } from "../config/schema.ts";

const NODE = "docker.io/library/node:24.11.1-alpine3.22";
const FOLDER = "/srv/demo";

/** Files of `apps/demo/` by their paths in containers. */
function files(names: readonly string[], folder = FOLDER): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [`${folder}/${name}`, readFileSync(new URL(`demo/${name}`, import.meta.url), "utf8")]),
  );
}

const connections = {
  DATA_URL: { from: "data", field: "url" },
  REDIS_URL: { from: "redis", field: "url" },
} as const;
const small = { requests: { cpu: "25m", memory: "32Mi" }, limits: { cpu: "250m", memory: "128Mi" } };
const program = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "256Mi" } };

/** A demonstration of public images only, which any cluster pulls: a page that sends jobs, and workers that do them. */
export default {
  name: "demo",

  datastores: {
    postgres: { engine: "postgres", version: "17", storage: "2Gi" },
    redis: { engine: "redis", storage: "1Gi" },
  },

  tiers: {
    web: {
      kind: "web",
      image: "docker.io/nginxinc/nginx-unprivileged:1.29.4-alpine3.23",
      // The image's entrypoint would write into its configuration, which is read-only here.
      command: ["nginx", "-g", "daemon off;"],
      uid: 101,
      port: 8080,
      route: "/",
      uses: ["api"],
      files: { ...files(["nginx.conf"], "/etc/nginx"), ...files(["index.html", "page.css", "page.js"]) },
      resources: small,
      readiness: { http: "/health" },
      liveness: { http: "/health" },
    },

    api: {
      kind: "web",
      image: NODE,
      command: ["node", `${FOLDER}/api.mjs`],
      uid: 1000,
      port: 8000,
      uses: ["redis", "data"],
      env: connections,
      files: files(["api.mjs", "redis.mjs"]),
      resources: program,
      readiness: { http: "/health" },
      liveness: { http: "/health" },
    },

    worker: {
      kind: "worker",
      image: NODE,
      command: ["node", `${FOLDER}/worker.mjs`],
      uid: 1000,
      uses: ["redis", "data"],
      env: connections,
      files: files(["worker.mjs", "redis.mjs"]),
      resources: program,
    },

    // https://docs.postgrest.org/en/v13/references/configuration.html
    data: {
      kind: "web",
      image: "docker.io/postgrest/postgrest:v13.0.7",
      uid: 1000,
      port: 3000,
      uses: ["postgres"],
      env: {
        PGRST_DB_URI: { from: "postgres", field: "url" },
        PGRST_DB_SCHEMAS: "demo_api",
        PGRST_DB_ANON_ROLE: { from: "postgres", field: "username" },
        PGRST_SERVER_PORT: 3000,
      },
      files: files(["schema.sql"]),
      migrate: {
        image: "docker.io/library/postgres:17.7-alpine3.22",
        uid: 70,
        command: ["sh", "-c", `psql --no-psqlrc --set ON_ERROR_STOP=1 --file ${FOLDER}/schema.sql "$PGRST_DB_URI"`],
      },
      resources: small,
      readiness: { http: "/" },
      liveness: { http: "/" },
    },
  },

  monitoring: {
    alerts: { TooFewPods: { kind: "availableReplicas" }, DatastoreDown: { kind: "datastoreDown" } },
    recordings: {},
    dashboards: { overview: {} },
  },

  profiles: {
    production: { backup: { to: { storage: "10Gi" } } },
  },
} satisfies ApplicationFile;
