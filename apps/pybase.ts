import type { ApplicationFile } from "../config/schema.ts";

/** Environment of everything that is the Python backend. */
const backend = {
  DATABASE_URL: { from: "postgres", field: "url" },
  REDIS_URL: { from: "redis", field: "url" },
  CELERY_BROKER_URL: { from: "redis", field: "url", database: 1 },
  CELERY_RESULT_BACKEND: { from: "redis", field: "url", database: 2 },
  SECRET_KEY: { secret: "secret-key" },
} as const;
const objects = {
  S3_ENDPOINT_URL: { from: "objects", field: "url" },
  S3_ACCESS_KEY: { from: "objects", field: "username" },
  S3_SECRET_KEY: { from: "objects", field: "password" },
  S3_BUCKET_NAME: { from: "objects", field: "bucket" },
} as const;
const search = {
  MEILISEARCH_URL: { from: "search", field: "url" },
  MEILISEARCH_API_KEY: { from: "search", field: "password" },
} as const;

/** The document's pace of scaling, but for the extraction worker's way down. */
const pace = {
  scaleUp: { percent: 50, pods: 2, periodSeconds: 15 },
  scaleDown: { percent: 10, pods: 1, periodSeconds: 60, stabilizationSeconds: 300 },
};

/** PyBase: a database with a spreadsheet's face, for engineering teams; CAD and PDF extraction, search. */
export default {
  name: "pybase",
  secrets: ["secret-key"],

  datastores: {
    postgres: { engine: "postgres", version: "16", storage: "10Gi", disruptionBudget: true },
    redis: { engine: "redis", version: "7", storage: "2Gi" },
    objects: {
      engine: "objectstore",
      storage: "10Gi",
      buckets: ["uploads"],
      expose: { api: "objects", console: "objects-console" },
    },
    search: { engine: "meilisearch", version: "1.6", storage: "5Gi" },
  },

  env: {
    LOG_LEVEL: { profile: "logLevel" },
    DEBUG: { profile: "debug" },
  },

  tiers: {
    api: {
      kind: "web",
      image: "pybase/api:1.0.0",
      command: ["uvicorn", "pybase.main:app", "--host", "0.0.0.0", "--port", "8000"],
      migrate: ["alembic", "upgrade", "head"],
      port: 8000,
      route: "/api",
      uses: ["postgres", "redis", "objects", "search"],
      env: { ...backend, ...objects, ...search },
      replicas: 2,
      resources: { requests: { cpu: "200m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      autoscale: { max: 10, cpu: 70, memory: 80, ...pace },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      startup: { http: "/health", periodSeconds: 5, failureThreshold: 30 },
    },

    "extraction-worker": {
      kind: "worker",
      image: "pybase/extraction-worker:1.0.0",
      command: ["celery", "--app", "pybase.worker", "worker", "--queues", "extraction"],
      args: ["--concurrency", "2"],
      uses: ["postgres", "redis", "objects"],
      env: { ...backend, ...objects },
      replicas: 2,
      resources: { requests: { cpu: "200m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
      autoscale: {
        max: 8,
        cpu: 75,
        memory: 85,
        ...pace,
        scaleDown: { percent: 10, pods: 1, periodSeconds: 90, stabilizationSeconds: 600 },
      },
      readiness: { celery: "pybase.worker" },
      terminationGracePeriodSeconds: 3600,
    },

    "search-worker": {
      kind: "worker",
      image: "pybase/search-worker:1.0.0",
      command: ["celery", "--app", "pybase.worker", "worker", "--queues", "search"],
      args: ["--concurrency", "4"],
      uses: ["postgres", "redis", "search"],
      env: { ...backend, ...search },
      replicas: 2,
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      autoscale: { max: 6, cpu: 70, memory: 80, ...pace },
      readiness: { celery: "pybase.worker" },
      terminationGracePeriodSeconds: 300,
    },

    frontend: {
      kind: "web",
      image: "pybase/frontend:1.0.0",
      uid: 101,
      port: 8080,
      route: "/",
      uses: ["api"],
      env: { API_URL: { from: "api", field: "url" } },
      replicas: 2,
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
      autoscale: { max: 6, cpu: 70, memory: 80, ...pace },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      writable: ["/tmp", "/var/cache/nginx", "/var/run"],
    },
  },

  monitoring: {
    alerts: {
      HighCpuUsage: { kind: "cpuUsage" },
      HighMemoryUsage: { kind: "memoryUsage" },
      PodRestarts: { kind: "podRestarts" },
      TooFewPods: { kind: "availableReplicas" },
      DatastoreDown: { kind: "datastoreDown" },
      DatastoreVolumeFull: { kind: "datastoreStorage" },
    },
    recordings: {},
    dashboards: { overview: {} },
  },

  // A volume of its own for each store's copies: every cluster has those. A laptop's data is made up anyway.
  profiles: {
    staging: { backup: { to: { storage: "10Gi" } } },
    production: { backup: { to: { storage: "50Gi" } } },
  },

  roles: {
    runtime: {
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
      bindings: { api: ["api"], workers: ["extraction-worker", "search-worker"] },
    },
  },
} satisfies ApplicationFile;
