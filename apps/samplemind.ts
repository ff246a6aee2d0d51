import type { ApplicationFile } from "../config/schema.ts";

const QUEUES = ["default", "audio_processing", "ai_analysis", "embeddings"] as const;

const RATE_LIMIT = { perMinute: 100, perHour: 1000 };
const CORS = { origins: ["https://samplemind.example.com"], credentials: true };

const datastores = ["mongodb", "redis", "chromadb"];

/** Environment of everything that is the Python backend: the API, its workers, its scheduler and their monitor. */
const backend = {
  MONGODB_URL: { from: "mongodb", field: "url" },
  REDIS_URL: { from: "redis", field: "url" },
  CELERY_BROKER_URL: { from: "redis", field: "url", database: 1 },
  CELERY_RESULT_BACKEND: { from: "redis", field: "url", database: 2 },
} as const;

/** What the analysis by AI takes. */
const analysis = {
  CHROMADB_URL: { from: "chromadb", field: "url" },
  OPENAI_API_KEY: { secret: "openai-api-key" },
  ANTHROPIC_API_KEY: { secret: "anthropic-api-key" },
} as const;

/** SampleMind: analysis of audio samples by AI, for music producers. */
export default {
  name: "samplemind",
  secrets: ["jwt-secret", "openai-api-key", "anthropic-api-key"],

  datastores: {
    mongodb: { engine: "mongodb", storage: "100Gi", storageClass: "fast", database: "samplemind", exporter: true },
    redis: { engine: "redis", storage: "20Gi", storageClass: "fast", exporter: true },
    chromadb: { engine: "chromadb", storage: "50Gi", storageClass: "fast" },
  },

  volumes: {
    "backend-data": { storage: "50Gi" },
    "backend-logs": { storage: "50Gi" },
    "celery-logs": { storage: "20Gi" },
  },

  // Chroma has no dump of its own; snapshots are of every store.
  backup: { to: { storage: "100Gi" }, snapshots: { class: "fast" } },

  env: {
    LOG_LEVEL: { profile: "logLevel" },
    DEBUG: { profile: "debug" },
  },

  tiers: {
    backend: {
      kind: "web",
      image: "samplemind/backend:1.0.0",
      port: 8000,
      route: ["/api", "/health"].map((path) => ({ path, rateLimit: RATE_LIMIT, cors: CORS })),
      metrics: {},
      uses: datastores,
      externalHttps: true,
      env: { ...backend, ...analysis, JWT_SECRET: { secret: "jwt-secret" } },
      replicas: 3,
      resources: {
        requests: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "1Gi" },
        limits: { cpu: "2", memory: "2Gi", "ephemeral-storage": "2Gi" },
      },
      autoscale: {
        max: 10,
        cpu: 70,
        memory: 80,
        scaleUp: { percent: 100, pods: 2, periodSeconds: 30, stabilizationSeconds: 0 },
        scaleDown: { percent: 50, pods: 1, periodSeconds: 60, stabilizationSeconds: 300 },
      },
      mounts: { "backend-data": "/app/data", "backend-logs": "/app/logs" },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      startup: { http: "/health", periodSeconds: 5, failureThreshold: 30 },
    },

    "celery-worker": {
      kind: "worker",
      image: "samplemind/backend:1.0.0",
      command: ["celery", "--app", "samplemind.worker", "worker"],
      args: ["--queues", QUEUES.join(",")],
      uses: datastores,
      externalHttps: true,
      env: { ...backend, ...analysis },
      replicas: 2,
      resources: {
        requests: { cpu: "500m", memory: "1Gi", "ephemeral-storage": "1Gi" },
        limits: { cpu: "2", memory: "3Gi", "ephemeral-storage": "4Gi" },
      },
      autoscale: {
        max: 5,
        cpu: 80,
        memory: 85,
        scaleUp: { percent: 100, pods: 1, periodSeconds: 60, stabilizationSeconds: 0 },
        scaleDown: { percent: 25, pods: 1, periodSeconds: 120, stabilizationSeconds: 600 },
      },
      mounts: { "backend-data": "/app/data", "celery-logs": "/app/logs" },
      readiness: { celery: "samplemind.worker" },
      terminationGracePeriodSeconds: 600,
    },

    "celery-beat": {
      kind: "singleton",
      image: "samplemind/backend:1.0.0",
      command: ["celery", "--app", "samplemind.worker", "beat", "--schedule", "/tmp/schedule"],
      uses: ["redis", "mongodb"],
      env: backend,
      resources: {
        requests: { cpu: "50m", memory: "128Mi" },
        limits: { cpu: "200m", memory: "256Mi" },
      },
      mounts: { "celery-logs": "/app/logs" },
    },

    flower: {
      kind: "web",
      image: "samplemind/backend:1.0.0",
      command: ["celery", "--app", "samplemind.worker", "flower", "--port=5555"],
      port: 5555,
      metrics: {}, // of Celery, for the workers have no port
      uses: ["redis"],
      env: { CELERY_BROKER_URL: backend.CELERY_BROKER_URL, CELERY_RESULT_BACKEND: backend.CELERY_RESULT_BACKEND },
      replicas: 1,
      resources: {
        requests: { cpu: "50m", memory: "128Mi" },
        limits: { cpu: "200m", memory: "256Mi" },
      },
      readiness: { http: "/healthcheck" },
      liveness: { http: "/healthcheck" },
    },

    frontend: {
      kind: "web",
      image: "samplemind/frontend:1.0.0",
      uid: 101,
      port: 8080,
      route: { path: "/", rateLimit: RATE_LIMIT },
      uses: ["backend"],
      env: { API_URL: { from: "backend", field: "url" } },
      replicas: 2,
      resources: {
        requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "256Mi" },
        limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "512Mi" },
      },
      autoscale: {
        max: 5,
        cpu: 60,
        memory: 70,
        scaleUp: { percent: 100, pods: 2, periodSeconds: 30, stabilizationSeconds: 0 },
        scaleDown: { percent: 50, pods: 1, periodSeconds: 60, stabilizationSeconds: 300 },
      },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      startup: { http: "/health", periodSeconds: 1, failureThreshold: 30 },
      writable: ["/tmp", "/var/cache/nginx", "/var/run"],
    },
  },

  roles: {
    backend: { rules: [readConfigMaps()], bindings: { backend: ["backend"] } },
    celery: { rules: [readConfigMaps()], bindings: { celery: ["celery-worker"] } },
    frontend: { rules: [readConfigMaps()], bindings: { frontend: ["frontend"] } },
  },

  edge: {},

  monitoring: {
    alerts: {
      HighErrorRate: { kind: "errorRate", abovePercent: 5, components: ["backend"] },
      HighResponseTime: { kind: "responseTime", aboveSeconds: 1, components: ["backend"] },
      HighCpuUsage: { kind: "cpuUsage" },
      HighMemoryUsage: { kind: "memoryUsage" },
      PodRestarts: { kind: "podRestarts" },
      MongoDbConnections: { kind: "datastoreConnections", components: ["mongodb"] },
      MongoDbDown: { kind: "datastoreDown", components: ["mongodb"] },
      RedisMemory: { kind: "datastoreMemory", components: ["redis"] },
      CeleryQueueBacklog: { kind: "queueBacklog", from: "redis", database: 1, queues: [...QUEUES] },
    },
    recordings: {
      "component:http_requests:rate5m": { kind: "requestRate", components: ["backend"] },
      "component:http_request_errors:ratio_rate5m": { kind: "errorRate", components: ["backend"] },
      "component:http_request_duration_seconds:p95": { kind: "responseTime", components: ["backend"] },
      "component:cpu_usage:ratio": { kind: "cpuUsage" },
      "component:memory_usage:ratio": { kind: "memoryUsage" },
    },
    dashboards: { overview: {} },
  },

  profiles: {
    production: { namespace: "samplemind-production", quota: { requests: { cpu: "20", memory: "40Gi" } } },
  },
} satisfies ApplicationFile;

function readConfigMaps() {
  return { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] };
}
