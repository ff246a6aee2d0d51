import type { ApplicationFile } from "../config/schema.ts";

const django = {
  DATABASE_URL: { from: "postgres", field: "url" },
  REDIS_URL: { from: "redis", field: "url" },
  CELERY_BROKER_URL: { from: "redis", field: "url", database: 1 },
  SECRET_KEY: { secret: "django-secret-key" },
  JWT_SECRET: { secret: "jwt-secret" },
} as const;

/** THE_BOT: a learning platform; Django, a single-page frontend and Celery. */
export default {
  name: "thebot",
  secrets: ["django-secret-key", "jwt-secret"],

  datastores: {
    postgres: {
      engine: "postgres",
      version: "16",
      storage: "100Gi",
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    },
    redis: {
      engine: "redis",
      storage: "20Gi",
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
    },
  },

  volumes: {
    static: { storage: "10Gi" },
    media: { storage: "50Gi" },
    "backend-logs": { storage: "10Gi" },
    "frontend-logs": { storage: "5Gi" },
    backups: { storage: "200Gi" },
  },
  backup: { to: { volume: "backups" } },

  env: {
    LOG_LEVEL: { profile: "logLevel" },
    DEBUG: { profile: "debug" },
  },

  tiers: {
    backend: {
      kind: "web",
      image: "thebot/backend:1.0.0",
      command: ["gunicorn", "thebot.wsgi", "--bind", "0.0.0.0:8000", "--worker-tmp-dir", "/tmp"],
      migrate: ["python", "manage.py", "migrate", "--no-input"],
      port: 8000,
      route: ["/api", { path: "/", host: "api" }],
      metrics: {
        path: "/api/system/metrics/prometheus/",
        // The names of django-prometheus.
        http: {
          requests: "django_http_responses_total_by_status_total",
          duration: "django_http_requests_latency_including_middlewares_seconds",
        },
      },
      uses: ["postgres", "redis"],
      env: django,
      replicas: 3,
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      autoscale: { max: 10, cpu: 70, memory: 80 },
      mounts: { static: "/app/static", media: "/app/media", "backend-logs": "/app/logs" },
      readiness: { http: "/api/system/health/" },
      liveness: { http: "/api/system/health/" },
      startup: { http: "/api/system/health/", periodSeconds: 5, failureThreshold: 30 },
    },

    frontend: {
      kind: "web",
      image: "thebot/frontend:1.0.0",
      uid: 101,
      port: 8080,
      route: "/",
      uses: ["backend"],
      env: { API_URL: { from: "backend", field: "url" } },
      replicas: 3,
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      autoscale: { max: 10, cpu: 70, memory: 80 },
      mounts: { static: "/srv/static", media: "/srv/media", "frontend-logs": "/var/log/nginx" },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      writable: ["/tmp", "/var/cache/nginx", "/var/run"],
    },

    "celery-worker": {
      kind: "worker",
      image: "thebot/backend:1.0.0",
      command: ["celery", "--app", "thebot", "worker"],
      uses: ["postgres", "redis"],
      env: django,
      replicas: 2,
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      autoscale: { max: 10, cpu: 70, memory: 80 },
      mounts: { media: "/app/media" },
      readiness: { celery: "thebot" },
      terminationGracePeriodSeconds: 300,
    },

    "celery-beat": {
      kind: "singleton",
      image: "thebot/backend:1.0.0",
      command: ["celery", "--app", "thebot", "beat", "--schedule", "/tmp/schedule"],
      uses: ["postgres", "redis"],
      env: django,
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
    },
  },

  monitoring: {
    alerts: {
      BackendErrors: { kind: "errorRate" },
      BackendSlow: { kind: "responseTime" },
      TooFewPods: { kind: "availableReplicas" },
      PodRestarts: { kind: "podRestarts" },
      DatastoreDown: { kind: "datastoreDown" },
      DatastoreVolumeFull: { kind: "datastoreStorage" },
    },
    recordings: {},
    dashboards: { overview: {} },
  },

  profiles: {
    dev: {
      datastores: { postgres: { mode: "bundled", storage: "10Gi" } },
      volumes: { media: { storage: "5Gi" } },
      tiers: {
        backend: { image: "localhost:5000/thebot/backend:dev-1", replicas: 1, autoscale: false, resources: small() },
        frontend: { image: "localhost:5000/thebot/frontend:dev-1", replicas: 1, autoscale: false, resources: small() },
        "celery-worker": {
          image: "localhost:5000/thebot/backend:dev-1",
          replicas: 1,
          autoscale: false,
          resources: small(),
        },
        "celery-beat": { image: "localhost:5000/thebot/backend:dev-1" },
      },
    },
    staging: {
      datastores: { postgres: { mode: "bundled", storage: "50Gi" } },
      volumes: { media: { storage: "20Gi" } },
      tiers: {
        backend: {
          image: "gcr.io/thebot/backend:1.0.0-rc.1",
          replicas: 2,
          autoscale: { max: 5 },
          resources: { requests: { cpu: "750m", memory: "768Mi" } },
        },
        frontend: {
          image: "gcr.io/thebot/frontend:1.0.0-rc.1",
          replicas: 2,
          autoscale: { max: 5 },
        },
        "celery-worker": { image: "gcr.io/thebot/backend:1.0.0-rc.1", replicas: 2, autoscale: { max: 5 } },
        "celery-beat": { image: "gcr.io/thebot/backend:1.0.0-rc.1" },
      },
    },
    production: {
      tiers: {
        backend: { autoscale: { max: 15 }, resources: large() },
        frontend: { autoscale: { max: 10 }, resources: large() },
        "celery-worker": { replicas: 3, resources: large() },
      },
    },
  },
} satisfies ApplicationFile;

/** Of the dev overlay. */
function small() {
  return { requests: { cpu: "100m", memory: "128Mi" } };
}

/** Of the production overlay. */
function large() {
  return { requests: { cpu: "750m", memory: "768Mi" }, limits: { cpu: "2", memory: "2Gi" } };
}
