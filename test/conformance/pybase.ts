/** What pybase.md asks for, by its lines. Who may reach whom is in test/apiserver/pybase.test.ts, whole. */
import { the } from "../support/read.ts";
import {
  claimsOf,
  containerOf,
  declared,
  pace,
  portsOf,
  type Row,
  resourcesOf,
  type Seen,
  scalingOf,
  schedulesOf,
  serverOf,
  tierOf,
} from "./row.ts";

const TIERS = ["api", "extraction-worker", "search-worker", "frontend"];

/** Valkey is what Redis 7.2 became, SeaweedFS stands for MinIO: docs/decisions.md. */
const IMAGES = {
  postgres: "postgres:16.",
  redis: "valkey:",
  objects: "seaweedfs:",
  search: "meilisearch:v1.6.",
};

export default [
  {
    line: 31,
    says: "FastAPI backend with uvicorn server",
    see: (seen) => containerOf(seen, "api").command?.[0],
    is: "uvicorn",
  },
  {
    line: 32,
    says: "database migrations (alembic)",
    see: ({ jobs }) => the(jobs, "api-migrate").spec?.template.spec?.containers[0]?.command,
    is: ["alembic", "upgrade", "head"],
  },
  {
    line: 33,
    says: "Health checks (liveness, readiness, startup probes)",
    see: (seen) => {
      const { livenessProbe, readinessProbe, startupProbe } = containerOf(seen, "api");
      return [livenessProbe, readinessProbe, startupProbe].map((probe) => probe?.httpGet?.path);
    },
    is: ["/health", "/health", "/health"],
  },
  {
    line: 34,
    says: "API 200m CPU/256Mi RAM requests, 1 CPU/1Gi RAM limits",
    see: (seen) => resourcesOf(containerOf(seen, "api")),
    is: "200m 256Mi to 1 1Gi",
  },
  {
    line: 35,
    says: "RollingUpdate strategy for zero-downtime deployments",
    see: (seen) => TIERS.map((tier) => tierOf(seen, tier)?.strategy),
    is: TIERS.map(() => ({ type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } })),
  },
  {
    line: 36,
    says: "2 replicas for high availability; 44, 50, 56: of each tier; 73 to 76: replicaCount",
    see: (seen) => TIERS.map((tier) => tierOf(seen, tier)?.replicas),
    is: [2, 2, 2, 2],
  },
  {
    line: 37,
    says: "Environment variables from ConfigMap and Secret",
    see: (seen) => containerOf(seen, "api").envFrom?.flatMap((source) => Object.keys(source)),
    is: ["configMapRef", "secretRef"],
  },
  {
    line: 41,
    says: "Extraction worker 200m CPU/512Mi RAM requests, 1 CPU/2Gi RAM limits",
    see: (seen) => resourcesOf(containerOf(seen, "extraction-worker")),
    is: "200m 512Mi to 1 2Gi",
  },
  {
    line: 42,
    says: "1-hour termination grace period; 49: 5 minutes",
    see: (seen) =>
      ["extraction-worker", "search-worker"].map(
        (tier) => tierOf(seen, tier)?.template.spec?.terminationGracePeriodSeconds,
      ),
    is: [3600, 300],
  },
  {
    line: 43,
    says: "Celery ping readiness probe",
    see: (seen) =>
      ["extraction-worker", "search-worker"].map((tier) =>
        /celery .*inspect ping/.test(containerOf(seen, tier).readinessProbe?.exec?.command?.join(" ") ?? ""),
      ),
    is: [true, true],
  },
  {
    line: 44,
    says: "concurrency=2; 50: concurrency=4",
    see: (seen) => ["extraction-worker", "search-worker"].map((tier) => containerOf(seen, tier).args),
    is: [
      ["--concurrency", "2"],
      ["--concurrency", "4"],
    ],
  },
  {
    line: 48,
    says: "Search worker 100m CPU/256Mi RAM requests, 500m CPU/1Gi RAM limits",
    see: (seen) => resourcesOf(containerOf(seen, "search-worker")),
    is: "100m 256Mi to 500m 1Gi",
  },
  {
    line: 54,
    says: "Frontend 50m CPU/64Mi RAM requests, 200m CPU/128Mi RAM limits",
    see: (seen) => resourcesOf(containerOf(seen, "frontend")),
    is: "50m 64Mi to 200m 128Mi",
  },
  {
    line: 55,
    says: "Health checks on /health endpoint",
    see: (seen) => {
      const { livenessProbe, readinessProbe } = containerOf(seen, "frontend");
      return [livenessProbe, readinessProbe].map((probe) => probe?.httpGet?.path);
    },
    is: ["/health", "/health"],
  },
  {
    line: 107,
    says: "postgres:16-alpine; 113: redis:7; 119: an object store; 125: meilisearch:v1.6",
    see: (seen) =>
      Object.entries(IMAGES).map(([store, image]) =>
        serverOf(seen, store)?.template.spec?.containers[0]?.image?.includes(`/${image}`),
      ),
    is: [true, true, true, true],
  },
  {
    line: 121,
    says: "Dual ports: API (9000) and console (9001); 234, 235, 237: 5432, 6379, 7700",
    see: (seen) => ["postgres", "redis", "objects", "search"].map((store) => portsOf(seen, store)),
    is: ["5432", "6379", "9000, 9001", "7700"],
  },
  {
    line: 127,
    says: "HTTP health checks on /health endpoint",
    see: (seen) => serverOf(seen, "search")?.template.spec?.containers[0]?.readinessProbe?.httpGet?.path,
    is: "/health",
  },
  {
    line: 153,
    says: "API 2 to 10 replicas at CPU 70%, memory 80%",
    see: (seen) => scalingOf(seen, "api"),
    is: "2 to 10 at cpu 70, memory 80",
  },
  {
    line: 156,
    says: "Scale-up: 50% or 2 pods every 15 seconds; 164, 172, 179: of each",
    see: ({ autoscalers }) => TIERS.map((tier) => pace(the(autoscalers, tier), "scaleUp")),
    is: TIERS.map(() => "50% or 2 pods in 15 s, after 0 s"),
  },
  {
    line: 157,
    says: "Scale-down: 10% or 1 pod every 60 s (90 s), after 5 minutes (10); 158, 165, 166, 173, 174, 179",
    see: ({ autoscalers }) => TIERS.map((tier) => pace(the(autoscalers, tier), "scaleDown")),
    is: [
      "10% or 1 pods in 60 s, after 300 s",
      "10% or 1 pods in 90 s, after 600 s",
      "10% or 1 pods in 60 s, after 300 s",
      "10% or 1 pods in 60 s, after 300 s",
    ],
  },
  {
    line: 161,
    says: "Extraction worker 2 to 8 replicas at CPU 75%, memory 85%",
    see: (seen) => scalingOf(seen, "extraction-worker"),
    is: "2 to 8 at cpu 75, memory 85",
  },
  {
    line: 169,
    says: "Search worker 2 to 6 replicas at CPU 70%, memory 80%; 177: frontend",
    see: (seen) => ["search-worker", "frontend"].map((tier) => scalingOf(seen, tier)),
    is: ["2 to 6 at cpu 70, memory 80", "2 to 6 at cpu 70, memory 80"],
  },
  {
    line: 182,
    says: "all 4 HPAs",
    see: ({ autoscalers }) => autoscalers.length,
    is: 4,
  },
  {
    line: 192,
    says: "10Gi, ReadWriteOnce; 197: 2Gi; 202: 10Gi; 207: 5Gi",
    see: (seen) => ["postgres", "redis", "objects", "search"].map((store) => claimsOf(seen, `data-${store}`)),
    is: [
      ["10Gi standard ReadWriteOnce"],
      ["2Gi standard ReadWriteOnce"],
      ["10Gi standard ReadWriteOnce"],
      ["5Gi standard ReadWriteOnce"],
    ],
  },
  {
    line: 232,
    says: "API pods: on port 8000; 233: frontend pods: on port 8080",
    see: (seen) => ["api", "frontend"].map((tier) => portsOf(seen, tier)),
    is: ["8000", "8080"],
  },
  {
    line: 257,
    says: "5 PDBs for high availability",
    see: ({ disruptionBudgets }) =>
      [...TIERS, "postgres"].map((name) => {
        const { minAvailable, maxUnavailable } = the(disruptionBudgets, name).spec ?? {};
        return minAvailable === undefined ? `at most ${maxUnavailable} away` : `at least ${minAvailable}`;
      }),
    is: ["at least 1", "at least 1", "at least 1", "at least 1", "at most 1 away"],
  },
  {
    line: 258,
    says: "4 ServiceAccounts, 1 Role, 2 RoleBindings",
    see: ({ serviceAccounts, roles, roleBindings }: Seen) => [
      serviceAccounts.map(({ metadata }) => metadata?.name).sort(),
      declared(roles).length,
      declared(roleBindings).length,
    ],
    is: [["api", "extraction-worker", "frontend", "search-worker"], 1, 2],
  },
  {
    line: 277,
    says: "Backup and restore procedures",
    profiles: ["staging", "production"],
    see: (seen) => Object.keys(schedulesOf(seen)).sort(),
    is: ["objects-backup", "postgres-backup", "redis-backup", "search-backup"],
  },
] satisfies Row[];
