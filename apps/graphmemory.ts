import type { ApplicationFile } from "../config/schema.ts";

const datastores = ["postgres", "redis"];
const connections = {
  DATABASE_URL: { from: "postgres", field: "url" },
  REDIS_URL: { from: "redis", field: "url" },
} as const;

/** GraphMemory: a memory for development environments; an API, an analytics engine and a Streamlit dashboard. */
export default {
  name: "graphmemory",
  secrets: ["jwt-secret", "encryption-key"],

  datastores: {
    postgres: {
      engine: "postgres",
      version: "16-bookworm",
      storage: "20Gi",
      storageClass: "fast",
      exporter: true,
      settings: { shared_buffers: "512MB", max_connections: "200" },
      // Shared buffers alone are half a gibibyte.
      resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } },
    },
    redis: {
      engine: "redis",
      storage: "10Gi",
      storageClass: "fast",
      exporter: true,
      settings: { "maxmemory-policy": "allkeys-lru", maxmemory: "384mb" },
    },
  },

  env: {
    LOG_LEVEL: { profile: "logLevel" },
    DEBUG: { profile: "debug" },
  },

  tiers: {
    backend: {
      kind: "web",
      image: "graphmemory/backend:1.0.0",
      port: 8000,
      route: "/api",
      metrics: {},
      uses: datastores,
      near: datastores,
      env: {
        ...connections,
        JWT_SECRET: { secret: "jwt-secret" },
        ENCRYPTION_KEY: { secret: "encryption-key" },
      },
      replicas: 2,
      resources: { requests: { cpu: "200m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
      autoscale: {
        max: 10,
        cpu: 70,
        memory: 80,
        scaleUp: { percent: 50, pods: 2, periodSeconds: 60, stabilizationSeconds: 60 },
        scaleDown: { percent: 25, pods: 1, periodSeconds: 60, stabilizationSeconds: 300 },
      },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      startup: { http: "/health", periodSeconds: 5, failureThreshold: 30 },
    },

    dashboard: {
      kind: "web",
      image: "graphmemory/dashboard:1.0.0",
      command: ["streamlit", "run", "dashboard.py"],
      port: 8501,
      route: "/",
      uses: ["backend"],
      env: {
        API_URL: { from: "backend", field: "url" },
        HOME: "/tmp",
        STREAMLIT_SERVER_HEADLESS: true,
        STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION: true,
        STREAMLIT_BROWSER_GATHER_USAGE_STATS: false,
      },
      replicas: 2,
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "500m", memory: "1Gi" } },
      autoscale: {
        max: 6,
        cpu: 60,
        memory: 70,
        scaleUp: { percent: 50, pods: 1, periodSeconds: 60, stabilizationSeconds: 60 },
        scaleDown: { percent: 25, pods: 1, periodSeconds: 60, stabilizationSeconds: 300 },
      },
      readiness: { http: "/_stcore/health" },
      liveness: { http: "/_stcore/health" },
      startup: { http: "/_stcore/health", periodSeconds: 5, failureThreshold: 30 },
    },

    analytics: {
      kind: "worker",
      image: "graphmemory/analytics:1.0.0",
      metrics: { port: 9090 },
      uses: datastores,
      near: datastores,
      env: { ...connections, MALLOC_ARENA_MAX: 2, MALLOC_TRIM_THRESHOLD_: 100_000, PYTHONMALLOC: "malloc" },
      replicas: 2,
      resources: { requests: { cpu: "300m", memory: "1Gi" }, limits: { cpu: "2", memory: "4Gi" } },
      autoscale: {
        max: 8,
        cpu: 75,
        memory: 85,
        scaleUp: { percent: 50, pods: 1, periodSeconds: 120, stabilizationSeconds: 120 },
        scaleDown: { percent: 25, pods: 1, periodSeconds: 180, stabilizationSeconds: 600 },
      },
    },
  },

  monitoring: {
    alerts: {
      HighErrorRate: { kind: "errorRate" },
      HighResponseTime: { kind: "responseTime", aboveSeconds: 0.5 },
      HighCpuUsage: { kind: "cpuUsage" },
      HighMemoryUsage: { kind: "memoryUsage" },
      DatastoreDown: { kind: "datastoreDown" },
      PostgresConnections: { kind: "datastoreConnections", components: ["postgres"] },
      RedisMemory: { kind: "datastoreMemory", components: ["redis"] },
    },
    recordings: { "component:http_requests:rate5m": { kind: "requestRate" } },
    dashboards: { overview: {} },
  },

  roles: {
    runtime: {
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
      bindings: { backend: ["backend"], analytics: ["analytics"] },
    },
  },
} satisfies ApplicationFile;
