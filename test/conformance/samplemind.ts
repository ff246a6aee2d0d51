import { the } from "../support/read.ts";
import {
  claimsOf,
  containerOf,
  declared,
  headersOf,
  limitsOf,
  originsOf,
  pace,
  pathsOf,
  type Row,
  redirectsOf,
  resourcesOf,
  rulesOf,
  scalingOf,
  schedulesOf,
  scrapesOf,
  thresholdOf,
  tierOf,
} from "./row.ts";

const probes = ["livenessProbe", "readinessProbe", "startupProbe"] as const;

export default [
  {
    line: 21,
    says: "`samplemind-production` namespace",
    profiles: ["production"],
    see: ({ quotas }) => quotas[0]?.metadata?.namespace,
    is: "samplemind-production",
  },
  {
    line: 22,
    says: "Resource quotas (20 CPU, 40Gi memory)",
    profiles: ["production"],
    see: ({ quotas }) => [quotas[0]?.spec?.hard?.["requests.cpu"], quotas[0]?.spec?.hard?.["requests.memory"]],
    is: ["20", "40Gi"],
  },
  { line: 23, says: "Limit ranges", see: ({ limitRanges }) => limitRanges.length, is: 1 },
  {
    line: 42,
    says: "Resource requests: 512Mi memory, 500m CPU; limits: 2Gi memory, 2000m CPU",
    see: (seen) => resourcesOf(containerOf(seen, "backend")),
    is: "500m 512Mi to 2 2Gi",
  },
  {
    line: 44,
    says: "Liveness & readiness probes; 209: Startup",
    see: (seen) => probes.map((probe) => containerOf(seen, "backend")[probe] !== undefined),
    is: [true, true, true],
  },
  {
    line: 45,
    says: "maxSurge: 1, maxUnavailable: 0",
    see: (seen) => tierOf(seen, "backend")?.strategy?.rollingUpdate,
    is: { maxSurge: 1, maxUnavailable: 0 },
  },
  {
    line: 46,
    says: "Security contexts (non-root, read-only filesystem)",
    see: (seen) => [
      tierOf(seen, "backend")?.template.spec?.securityContext?.runAsNonRoot,
      containerOf(seen, "backend").securityContext?.readOnlyRootFilesystem,
    ],
    is: [true, true],
  },
  {
    line: 51,
    says: "Celery Beat: 1 replica (scheduler)",
    see: (seen) => [tierOf(seen, "celery-beat")?.replicas, tierOf(seen, "celery-beat")?.strategy?.type],
    is: [1, "Recreate"],
  },
  { line: 52, says: "Flower: 1 replica", see: (seen) => tierOf(seen, "flower")?.replicas, is: 1 },
  {
    line: 54,
    says: "Queue management (default, audio_processing, ai_analysis); 232: embeddings",
    see: (seen) => containerOf(seen, "celery-worker").args,
    is: ["--queues", "default,audio_processing,ai_analysis,embeddings"],
  },
  {
    line: 60,
    says: "Frontend requests 128Mi memory, 100m CPU; limits 512Mi, 500m",
    see: (seen) => resourcesOf(containerOf(seen, "frontend")),
    is: "100m 128Mi to 500m 512Mi",
  },
  {
    line: 61,
    says: "Fast startup (< 5 seconds)",
    see: (seen) => containerOf(seen, "frontend").startupProbe?.periodSeconds,
    is: 1,
  },
  {
    line: 65,
    says: "Services: backend, frontend, redis, mongodb, chromadb, flower",
    see: ({ services }) => services.map(({ metadata }) => metadata?.name).sort(),
    is: ["backend", "chromadb", "flower", "frontend", "mongodb", "redis"],
  },
  {
    line: 84,
    says: "Backend HPA: 3-10 pods, 70% CPU, 80% memory",
    see: (seen) => scalingOf(seen, "backend"),
    is: "3 to 10 at cpu 70, memory 80",
  },
  {
    line: 85,
    says: "Frontend HPA: 2-5 pods, 60% CPU, 70% memory",
    see: (seen) => scalingOf(seen, "frontend"),
    is: "2 to 5 at cpu 60, memory 70",
  },
  {
    line: 86,
    says: "Celery HPA: 2-5 pods, 80% CPU, 85% memory",
    see: (seen) => scalingOf(seen, "celery-worker"),
    is: "2 to 5 at cpu 80, memory 85",
  },
  {
    line: 87,
    says: "Scale-down stabilization (5-10 minutes)",
    see: ({ autoscalers }) =>
      ["backend", "frontend", "celery-worker"].map(
        (tier) => the(autoscalers, tier).spec?.behavior?.scaleDown?.stabilizationWindowSeconds,
      ),
    is: [300, 300, 600],
  },
  {
    line: 88,
    says: "Scale-up immediate response",
    see: ({ autoscalers }) => pace(the(autoscalers, "backend"), "scaleUp").split(", ")[1],
    is: "after 0 s",
  },
  {
    line: 93,
    says: "MongoDB data: 100Gi (fast-ssd)",
    see: (seen) => claimsOf(seen, "data-mongodb"),
    is: ["100Gi fast ReadWriteOnce"],
  },
  {
    line: 94,
    says: "Redis data: 20Gi (fast-ssd)",
    see: (seen) => claimsOf(seen, "data-redis"),
    is: ["20Gi fast ReadWriteOnce"],
  },
  {
    line: 95,
    says: "ChromaDB: 50Gi (fast-ssd)",
    see: (seen) => claimsOf(seen, "data-chromadb"),
    is: ["50Gi fast ReadWriteOnce"],
  },
  {
    line: 96,
    says: "Backend data: 50Gi (standard-rwx)",
    see: (seen) => claimsOf(seen, "backend-data"),
    is: ["50Gi shared ReadWriteMany"],
  },
  {
    line: 97,
    says: "Backend logs: 50Gi (standard-rwx)",
    see: (seen) => claimsOf(seen, "backend-logs"),
    is: ["50Gi shared ReadWriteMany"],
  },
  {
    line: 98,
    says: "Celery logs: 20Gi (standard-rwx)",
    see: (seen) => claimsOf(seen, "celery-logs"),
    is: ["20Gi shared ReadWriteMany"],
  },
  {
    line: 109,
    says: "External HTTPS allowed",
    see: ({ networkPolicies }) =>
      ["backend", "celery-worker", "frontend"].map((tier) =>
        the(networkPolicies, tier).spec?.egress?.some(({ to }) =>
          to?.some(({ ipBlock }) => ipBlock?.cidr === "0.0.0.0/0"),
        ),
      ),
    is: [true, true, false],
  },
  {
    line: 114,
    says: "backend, celery and frontend: ServiceAccount with Role & RoleBinding",
    see: ({ roles, roleBindings }) => [declared(roles).length, declared(roleBindings).length],
    is: [3, 3],
  },
  {
    line: 185,
    says: "Ephemeral storage limits included",
    see: (seen) =>
      ["backend", "celery-worker", "frontend"].map(
        (tier) => containerOf(seen, tier).resources?.limits?.["ephemeral-storage"] !== undefined,
      ),
    is: [true, true, true],
  },
  {
    line: 230,
    says: "Celery requests: 1Gi memory, 500m CPU; limits: 3Gi memory, 2000m CPU",
    see: (seen) => resourcesOf(containerOf(seen, "celery-worker")),
    is: "500m 1Gi to 2 3Gi",
  },
  {
    line: 125,
    says: "Backend ServiceMonitor; 126: Celery ServiceMonitor; exporters of MongoDB and Redis",
    see: scrapesOf,
    is: ["backend 30s", "flower 30s", "mongodb 30s", "redis 30s"],
  },
  {
    line: 127,
    says: "alerts: error rate, response time, CPU/memory, restarts, MongoDB connections, Redis memory, Celery queue",
    see: (seen) => rulesOf(seen, "alert"),
    is: [
      "CeleryQueueBacklog",
      "HighCpuUsage",
      "HighErrorRate",
      "HighMemoryUsage",
      "HighResponseTime",
      "MongoDbConnections",
      "MongoDbDown",
      "PodRestarts",
      "RedisMemory",
    ],
  },
  { line: 135, says: "Recording rules", see: (seen) => rulesOf(seen, "record").length > 0, is: true },
  {
    line: 136,
    says: "Grafana dashboard ConfigMap",
    see: ({ configMaps }) => configMaps.filter(({ metadata }) => metadata?.labels?.grafana_dashboard).length,
    is: 1,
  },
  {
    line: 77,
    says: "Rate limiting (100 req/min, 1000 req/hour)",
    see: limitsOf,
    is: ["100 in 1m", "1000 in 1h"],
  },
  {
    line: 79,
    says: "Security headers (HSTS, X-Frame-Options, CSP)",
    see: (seen) =>
      ["Content-Security-Policy", "Strict-Transport-Security", "X-Frame-Options"].every((name) =>
        headersOf(seen).includes(name),
      ),
    is: true,
  },
  {
    line: 50,
    says: "41, 50, 58: the floors, 3 and 2 and 2, come about",
    see: (seen) => ["backend", "celery-worker", "frontend"].map((tier) => tierOf(seen, tier)?.replicas),
    is: [3, 2, 2],
  },
  {
    line: 75,
    says: "Path-based routing (/, /api, /health)",
    see: pathsOf,
    is: ["/ frontend", "/api backend", "/health backend"],
  },
  {
    line: 74,
    says: "TLS termination",
    see: ({ ingresses }) => ingresses.map(({ spec }) => spec?.tls?.[0]?.secretName === "tls").every(Boolean),
    is: true,
  },
  { line: 76, says: "SSL redirect enforced", see: redirectsOf, is: [{ scheme: "https", permanent: true }] },
  { line: 78, says: "CORS configuration", see: originsOf, is: ["https://samplemind.example.com"] },
  {
    line: 80,
    says: "Multiple ingress for different endpoints",
    see: ({ ingresses }) => ingresses.length > 1,
    is: true,
  },
  {
    line: 100,
    says: "Volume snapshot classes for backups; 388: backup",
    see: schedulesOf,
    is: {
      "mongodb-backup": "0 2 * * *, 7 kept",
      "redis-backup": "0 2 * * *, 7 kept",
      "volume-snapshots": "0 1 * * *, 7 kept",
    },
  },
  {
    line: 104,
    says: "Default deny all ingress/egress",
    see: ({ networkPolicies }) =>
      networkPolicies.some(
        ({ spec }) =>
          Object.keys(spec?.podSelector ?? {}).length === 0 &&
          spec?.policyTypes?.join() === "Ingress,Egress" &&
          !spec.ingress?.length &&
          !spec.egress?.length,
      ),
    is: true,
  },
  {
    line: 108,
    says: "Database access control (MongoDB, Redis, ChromaDB)",
    see: ({ networkPolicies }) =>
      ["mongodb", "redis", "chromadb"].map((store) =>
        the(networkPolicies, store).spec?.ingress?.flatMap(({ _from }) =>
          (_from ?? []).flatMap(({ podSelector }) => podSelector?.matchLabels?.["app.kubernetes.io/name"] ?? []),
        ),
      ),
    is: [
      ["backend", "celery-worker", "celery-beat", "mongodb-backup"],
      ["backend", "celery-worker", "celery-beat", "flower", "redis-backup"],
      ["backend", "celery-worker"],
    ],
  },
  {
    line: 110,
    says: "Monitoring ingress allowed",
    see: ({ networkPolicies }) =>
      the(networkPolicies, "backend").spec?.ingress?.some(({ _from }) =>
        _from?.some(
          ({ namespaceSelector }) => namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"] === "monitoring",
        ),
      ),
    is: true,
  },
  {
    line: 128,
    says: "High error rate (> 5%); 129: high response time (> 1s)",
    see: (seen) => ["HighErrorRate", "HighResponseTime"].map((alert) => thresholdOf(seen, alert)),
    is: [["> 0.05"], ["> 1"]],
  },
] satisfies Row[];
