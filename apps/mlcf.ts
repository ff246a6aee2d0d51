import type { ApplicationFile } from "../config/schema.ts";

/** MLCF, the Multi-Layer Context Foundation: context for language models, from vectors and a graph. */
export default {
  name: "mlcf",
  secrets: ["jwt-secret"],
  appArmor: "RuntimeDefault",

  datastores: {
    qdrant: {
      engine: "qdrant",
      servers: 3,
      storage: "50Gi",
      storageClass: "fast",
      volumes: { snapshots: "20Gi" },
      resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", memory: "4Gi" } },
      // A server that goes takes its shards along: moving them off is for a person to do.
      autoscale: { max: 10, cpu: 75, memory: 85, scaleDown: { select: "disabled" } },
      verticalAutoscale: {
        mode: "off",
        min: { cpu: "500m", memory: "1Gi" },
        max: { cpu: "4", memory: "8Gi" },
      },
    },
    neo4j: {
      engine: "neo4j",
      version: "5-enterprise",
      servers: 3,
      storage: "100Gi",
      storageClass: "fast",
      volumes: { logs: "10Gi" },
      // Several servers take the Enterprise edition; whoever has an agreement says `yes` in the stack.
      settings: { license: "eval" },
      resources: { requests: { cpu: "1", memory: "2Gi" }, limits: { cpu: "4", memory: "8Gi" } },
      verticalAutoscale: {
        mode: "auto",
        min: { cpu: "1", memory: "2Gi" },
        max: { cpu: "8", memory: "16Gi" },
      },
    },
  },

  volumes: { backups: { storage: "100Gi" } },
  backup: { to: { volume: "backups" }, snapshots: { class: "fast", schedule: "0 * * * *", keep: 24 } },

  tiers: {
    api: {
      kind: "web",
      image: "mlcf/api:1.0.0",
      port: 8000,
      servicePort: 80,
      route: {
        path: "/",
        timeoutSeconds: 30,
        retries: 3,
        cors: { origins: ["https://mlcf.example.com"], credentials: true },
      },
      metrics: {},
      uses: ["qdrant", "neo4j"],
      env: {
        LOG_LEVEL: { profile: "logLevel" },
        QDRANT_URL: { from: "qdrant", field: "url" },
        QDRANT_API_KEY: { from: "qdrant", field: "password" },
        NEO4J_URI: { from: "neo4j", field: "url" },
        NEO4J_USER: { from: "neo4j", field: "username" },
        NEO4J_PASSWORD: { from: "neo4j", field: "password" },
        JWT_SECRET_KEY: { secret: "jwt-secret" },
      },
      replicas: 3,
      minAvailable: 2,
      resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
      autoscale: {
        max: 20,
        cpu: 70,
        memory: 80,
        metrics: [{ pods: { name: "http_requests_per_second", average: "100" } }],
        scaleUp: { percent: 100, pods: 4, periodSeconds: 30, stabilizationSeconds: 0 },
        scaleDown: { percent: 50, pods: 2, periodSeconds: 60, stabilizationSeconds: 300 },
      },
      verticalAutoscale: {
        mode: "off", // the autoscaler counts pods by CPU and memory: a changed request would change what its percent mean
        min: { cpu: "250m", memory: "512Mi" },
        max: { cpu: "2", memory: "4Gi" },
      },
      readiness: { http: "/health" },
      liveness: { http: "/health" },
      startup: { http: "/health", periodSeconds: 5, failureThreshold: 30 },
    },
  },

  edge: {},

  monitoring: {
    alerts: {
      HighErrorRate: { kind: "errorRate", abovePercent: 5 },
      HighLatency: { kind: "responseTime", percentile: 95, aboveSeconds: 1 },
      PodAvailability: { kind: "availableReplicas", components: ["api"], below: 2 },
      HighMemoryUsage: { kind: "memoryUsage", abovePercent: 90 },
      HighCpuUsage: { kind: "cpuUsage", abovePercent: 90 },
      QdrantNodeDown: { kind: "datastoreDown", components: ["qdrant"] },
      Neo4jNodeDown: { kind: "datastoreDown", components: ["neo4j"] },
      DatabaseMemory: { kind: "datastoreMemory" },
    },
    recordings: {},
    dashboards: { overview: {} },
  },

  roles: {
    api: {
      rules: [
        { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["get"] },
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
      ],
      bindings: { api: ["api"] },
    },
  },
} satisfies ApplicationFile;
