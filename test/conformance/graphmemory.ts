import { the } from "../support/read.ts";
import {
  claimsOf,
  containerOf,
  headersOf,
  limitsOf,
  metricsOf,
  mustStay,
  pace,
  type Row,
  resourcesOf,
  scalingOf,
  schedulesOf,
  scrapesOf,
  serverOf,
  tierOf,
} from "./row.ts";

export default [
  {
    line: 48,
    says: "20GB fast SSD storage",
    see: (seen) => claimsOf(seen, "data-postgres"),
    is: ["20Gi fast ReadWriteOnce"],
  },
  {
    line: 50,
    says: "Prometheus exporter sidecar; 57: Redis exporter",
    see: (seen) =>
      ["postgres", "redis"].map((store) => serverOf(seen, store)?.template.spec?.containers.map(({ name }) => name)),
    is: [
      ["postgres", "exporter"],
      ["redis", "exporter"],
    ],
  },
  {
    line: 51,
    says: "liveness, readiness, startup",
    see: (seen) => {
      const [server] = serverOf(seen, "postgres")?.template.spec?.containers ?? [];
      return [server?.livenessProbe, server?.readinessProbe, server?.startupProbe].every(
        (probe) => probe !== undefined,
      );
    },
    is: true,
  },
  {
    line: 52,
    says: "non-root user (999)",
    see: (seen) => serverOf(seen, "postgres")?.template.spec?.securityContext?.runAsUser,
    is: 999,
  },
  {
    line: 55,
    says: "10GB persistent storage",
    see: (seen) => claimsOf(seen, "data-redis"),
    is: ["10Gi fast ReadWriteOnce"],
  },
  {
    line: 67,
    says: "512MB shared_buffers, 200 connections",
    see: (seen) => serverOf(seen, "postgres")?.template.spec?.containers[0]?.args,
    is: ["postgres", "-c", "shared_buffers=512MB", "-c", "max_connections=200"],
  },
  {
    line: 68,
    says: "LRU eviction and AOF persistence",
    see: (seen) => {
      const args = serverOf(seen, "redis")?.template.spec?.containers[0]?.args ?? [];
      return ["--maxmemory-policy", "--appendonly"].map((flag) => args[args.indexOf(flag) + 1]);
    },
    is: ["allkeys-lru", "yes"],
  },
  {
    line: 77,
    says: "Backend requests 200m CPU, 512Mi; limits 1000m CPU, 2Gi",
    see: (seen) => resourcesOf(containerOf(seen, "backend")),
    is: "200m 512Mi to 1 2Gi",
  },
  {
    line: 80,
    says: "database affinity; 92: of the analytics engine",
    see: (seen) =>
      ["backend", "analytics"].map(
        (tier) =>
          tierOf(seen, tier)?.template.spec?.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution
            ?.length,
      ),
    is: [2, 2],
  },
  {
    line: 81,
    says: "user 10001",
    see: (seen) => tierOf(seen, "backend")?.template.spec?.securityContext?.runAsUser,
    is: 10_001,
  },
  {
    line: 84,
    says: "Dashboard requests 100m CPU, 256Mi; limits 500m CPU, 1Gi",
    see: (seen) => resourcesOf(containerOf(seen, "dashboard")),
    is: "100m 256Mi to 500m 1Gi",
  },
  {
    line: 86,
    says: "health checks on /_stcore/health",
    see: (seen) => containerOf(seen, "dashboard").readinessProbe?.httpGet?.path,
    is: "/_stcore/health",
  },
  {
    line: 90,
    says: "Analytics requests 300m CPU, 1Gi; limits 2000m CPU, 4Gi",
    see: (seen) => resourcesOf(containerOf(seen, "analytics")),
    is: "300m 1Gi to 2 4Gi",
  },
  {
    line: 93,
    says: "Python malloc tuning",
    see: ({ configMaps }) =>
      configMaps.find(({ metadata }) => metadata?.name?.includes("analytics"))?.data?.MALLOC_ARENA_MAX,
    is: "2",
  },
  {
    line: 154,
    says: "FastAPI HPA: 2-10 replicas, 70% CPU, 80% memory",
    see: (seen) => scalingOf(seen, "backend"),
    is: "2 to 10 at cpu 70, memory 80",
  },
  {
    line: 156,
    says: "scale-down (25% max), scale-up (50% max)",
    see: ({ autoscalers }) =>
      (["scaleUp", "scaleDown"] as const).map((way) => pace(the(autoscalers, "backend"), way).split(" ")[0]),
    is: ["50%", "25%"],
  },
  {
    line: 158,
    says: "Analytics HPA: 2-8 replicas, 75% CPU, 85% memory",
    see: ({ scaledObjects }) => {
      const { minReplicaCount, maxReplicaCount, triggers } = the(scaledObjects, "analytics").spec;
      const [cpu, memory] = triggers;
      return [minReplicaCount, maxReplicaCount, cpu.metadata.value, memory.metadata.value];
    },
    is: [2, 8, "75", "85"],
  },
  {
    line: 160,
    says: "Longer stabilization windows",
    see: ({ scaledObjects }) => the(scaledObjects, "analytics").spec.cooldownPeriod,
    is: 600,
  },
  {
    line: 162,
    says: "Streamlit HPA: 2-6 replicas, 60% CPU, 70% memory",
    see: (seen) => scalingOf(seen, "dashboard"),
    is: "2 to 6 at cpu 60, memory 70",
  },
  {
    line: 99,
    says: "Prometheus metrics endpoints; exporters",
    see: scrapesOf,
    is: ["analytics 30s", "backend 30s", "postgres 30s", "redis 30s"],
  },
  {
    line: 119,
    says: "Rate limiting: 100 req/min dashboard, 300 req/min API",
    see: limitsOf,
    is: ["100 in 1m", "300 in 1m"],
  },
  {
    line: 120,
    says: "Security headers: HSTS, X-Frame-Options, CSP",
    see: (seen) =>
      ["Content-Security-Policy", "Strict-Transport-Security", "X-Frame-Options"].every((name) =>
        headersOf(seen).includes(name),
      ),
    is: true,
  },
  {
    line: 155,
    says: "50 RPS, 500ms response time",
    see: (seen) => metricsOf(seen, "backend"),
    is: ["http_requests_per_second 50", "http_request_duration_seconds_p95 500m"],
  },
  {
    line: 168,
    says: "VPAs for all services",
    see: ({ verticalAutoscalers }) =>
      verticalAutoscalers.map(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"]).sort(),
    is: ["analytics", "backend", "dashboard"],
  },
  {
    line: 174,
    says: "KEDA ScaledObjects: Redis queue and PostgreSQL connections",
    see: ({ scaledObjects }) => the(scaledObjects, "analytics").spec.triggers.map(({ type }: { type: string }) => type),
    is: ["cpu", "memory", "redis", "postgresql"],
  },
  {
    line: 83,
    says: "Streamlit Dashboard: 2 replicas; 89: analytics engine: 2 replicas",
    see: (seen) => ["dashboard", "analytics"].map((tier) => tierOf(seen, tier)?.replicas),
    is: [2, 2],
  },
  {
    line: 173,
    says: "Pod Disruption Budgets: minimum availability",
    see: (seen) => ["backend", "dashboard", "analytics"].map((tier) => mustStay(seen, tier)),
    is: [1, 1, 1],
  },
  {
    line: 254,
    says: "backup-ready configuration",
    see: schedulesOf,
    is: { "postgres-backup": "0 2 * * *, 7 kept", "redis-backup": "0 2 * * *, 7 kept" },
  },
] satisfies Row[];
