import type { ApplicationFile } from "../config/schema.ts";

const API = {
  rateLimit: { perMinute: 300 },
  cors: { origins: ["https://graphmemory.example.com"], credentials: true },
  responseHeaders: { "Cache-Control": "no-store" },
};

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

  backup: { to: { storage: "20Gi" } },

  env: {
    LOG_LEVEL: { profile: "logLevel" },
    DEBUG: { profile: "debug" },
  },

  tiers: {
    backend: {
      kind: "web",
      image: "graphmemory/backend:1.0.0",
      port: 8000,
      route: [
        { path: "/api", ...API },
        { path: "/", host: "api", ...API },
      ],
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
        metrics: [
          { pods: { name: "http_requests_per_second", average: "50" } },
          { pods: { name: "http_request_duration_seconds_p95", average: "500m" } },
        ],
        scaleUp: { percent: 50, pods: 2, periodSeconds: 60, stabilizationSeconds: 60 },
        scaleDown: { percent: 25, pods: 1, periodSeconds: 60, stabilizationSeconds: 300 },
      },
      verticalAutoscale: recommended({ cpu: "1", memory: "2Gi" }),
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      startup: { http: "/health", periodSeconds: 5, failureThreshold: 30 },
    },

    dashboard: {
      kind: "web",
      image: "graphmemory/dashboard:1.0.0",
      command: ["streamlit", "run", "dashboard.py"],
      port: 8501,
      route: { path: "/", rateLimit: { perMinute: 100 }, websockets: true },
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
        metrics: [{ pods: { name: "websocket_connections", average: "100" } }],
        scaleUp: { percent: 50, pods: 1, periodSeconds: 60, stabilizationSeconds: 60 },
        scaleDown: { percent: 25, pods: 1, periodSeconds: 60, stabilizationSeconds: 300 },
      },
      verticalAutoscale: recommended({ cpu: "500m", memory: "1Gi" }),
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
      events: {
        max: 8,
        cooldownSeconds: 600,
        triggers: [
          { cpu: 75 },
          { memory: 85 },
          { redisList: { from: "redis", list: "analytics", length: 10 } },
          { postgresql: { from: "postgres", query: "SELECT count(*) FROM pg_stat_activity", target: 50 } },
        ],
      },
      verticalAutoscale: recommended({ cpu: "2", memory: "4Gi" }),
    },
  },

  edge: {
    headers: {
      // Streamlit's pages bring scripts and styles of their own, and talk over a WebSocket.
      contentSecurityPolicy: [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' wss:",
        "frame-ancestors 'self'",
      ].join("; "),
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

/** Recommends sizes and applies none: the autoscalers count pods by CPU and memory. */
function recommended(max: { cpu: string; memory: string }) {
  return { mode: "off" as const, min: { cpu: "100m", memory: "256Mi" }, max };
}
