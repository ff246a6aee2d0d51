import type { NamespaceContents } from "../support/read.ts";
import { claimsOf, containerOf, type Row, resourcesOf, scalingOf, serverOf, tierOf } from "./row.ts";

const TIERS = ["backend", "frontend", "celery-worker"];
const requestsOf = (seen: NamespaceContents) =>
  TIERS.map((tier) => resourcesOf(containerOf(seen, tier)).split(" to ")[0]);
const variable = (seen: NamespaceContents, name: string) =>
  seen.configMaps.find(({ metadata }) => metadata?.name?.includes("backend-config"))?.data?.[name];

export default [
  {
    line: 39,
    says: "1 replica per service",
    profiles: ["dev"],
    see: (seen) => TIERS.map((tier) => tierOf(seen, tier)?.replicas),
    is: [1, 1, 1],
  },
  {
    line: 40,
    says: "100m CPU, 128Mi memory requests",
    profiles: ["dev"],
    see: requestsOf,
    is: Array(3).fill("100m 128Mi"),
  },
  {
    line: 41,
    says: "Local docker registry (localhost:5000)",
    profiles: ["dev"],
    see: (seen) => TIERS.map((tier) => containerOf(seen, tier).image?.startsWith("localhost:5000/")),
    is: [true, true, true],
  },
  {
    line: 42,
    says: "DEBUG=True, LOG_LEVEL=DEBUG",
    profiles: ["dev"],
    see: (seen) => [variable(seen, "DEBUG"), variable(seen, "LOG_LEVEL")],
    is: ["true", "debug"],
  },
  {
    line: 43,
    says: "10Gi postgres, 5Gi media",
    profiles: ["dev"],
    see: (seen) => [claimsOf(seen, "data-postgres"), claimsOf(seen, "media")],
    is: [["10Gi standard ReadWriteOnce"], ["5Gi shared ReadWriteMany"]],
  },
  {
    line: 47,
    says: "2 replicas per service; HPA max 5",
    profiles: ["staging"],
    see: (seen) => TIERS.map((tier) => scalingOf(seen, tier)),
    is: Array(3).fill("2 to 5 at cpu 70, memory 80"),
  },
  {
    line: 48,
    says: "250m-750m CPU, 256Mi-768Mi memory requests",
    profiles: ["staging"],
    see: requestsOf,
    is: ["750m 768Mi", "250m 256Mi", "500m 512Mi"],
  },
  {
    line: 49,
    says: "Google Container Registry (gcr.io)",
    profiles: ["staging"],
    see: (seen) => TIERS.map((tier) => containerOf(seen, tier).image?.startsWith("gcr.io/")),
    is: [true, true, true],
  },
  {
    line: 50,
    says: "DEBUG=False, LOG_LEVEL=INFO",
    profiles: ["staging"],
    see: (seen) => [variable(seen, "DEBUG"), variable(seen, "LOG_LEVEL")],
    is: ["false", "info"],
  },
  {
    line: 51,
    says: "50Gi postgres, 20Gi media",
    profiles: ["staging"],
    see: (seen) => [claimsOf(seen, "data-postgres"), claimsOf(seen, "media")],
    is: [["50Gi standard ReadWriteOnce"], ["20Gi shared ReadWriteMany"]],
  },
  {
    line: 56,
    says: "750m CPU, 768Mi memory requests; 2000m CPU, 2Gi limits",
    profiles: ["production"],
    see: (seen) => TIERS.map((tier) => resourcesOf(containerOf(seen, tier))),
    is: Array(3).fill("750m 768Mi to 2 2Gi"),
  },
  {
    line: 57,
    says: "versioned images (v1.0.0)",
    profiles: ["production"],
    see: (seen) => TIERS.map((tier) => containerOf(seen, tier).image?.split(":").at(-1)),
    is: Array(3).fill("1.0.0"),
  },
  {
    line: 58,
    says: "DEBUG=False, LOG_LEVEL=WARNING",
    profiles: ["production"],
    see: (seen) => [variable(seen, "DEBUG"), variable(seen, "LOG_LEVEL")],
    is: ["false", "warning"],
  },
  {
    line: 59,
    says: "100Gi postgres, 50Gi media",
    profiles: ["production"],
    see: (seen) => [claimsOf(seen, "data-postgres"), claimsOf(seen, "media")],
    is: [["100Gi standard ReadWriteOnce"], ["50Gi shared ReadWriteMany"]],
  },
  {
    line: 60,
    says: "HPA limits: max 15 replicas (backend), 10 (frontend); 55: 3 replicas per service",
    profiles: ["production"],
    see: (seen) => TIERS.map((tier) => scalingOf(seen, tier)),
    is: ["3 to 15 at cpu 70, memory 80", "3 to 10 at cpu 70, memory 80", "3 to 10 at cpu 70, memory 80"],
  },
  {
    line: 61,
    says: "Strict pod affinity",
    profiles: ["production"],
    see: (seen) => tierOf(seen, "backend")?.template.spec?.topologySpreadConstraints?.[0]?.whenUnsatisfiable,
    is: "DoNotSchedule",
  },
  {
    line: 143,
    says: "Celery Beat: 1 replica (singleton scheduler)",
    see: (seen) => [tierOf(seen, "celery-beat")?.replicas, tierOf(seen, "celery-beat")?.strategy?.type],
    is: [1, "Recreate"],
  },
  {
    line: 146,
    says: "PostgreSQL: 1; 147: Redis: 1",
    see: (seen) => ["postgres", "redis"].map((store) => serverOf(seen, store)?.replicas),
    is: [1, 1],
  },
  {
    line: 148,
    says: "Static: 10Gi (ReadWriteMany)",
    see: (seen) => claimsOf(seen, "static"),
    is: ["10Gi shared ReadWriteMany"],
  },
  {
    line: 150,
    says: "Logs: 10Gi backend + 5Gi frontend",
    see: (seen) => [claimsOf(seen, "backend-logs"), claimsOf(seen, "frontend-logs")],
    is: [["10Gi shared ReadWriteMany"], ["5Gi shared ReadWriteMany"]],
  },
  {
    line: 151,
    says: "Backups: 200Gi PVC",
    see: (seen) => [claimsOf(seen, "backups"), seen.cronJobs.length],
    is: [["200Gi shared ReadWriteMany"], 2],
  },
  { line: 202, says: "Redis: 20Gi", see: (seen) => claimsOf(seen, "data-redis"), is: ["20Gi standard ReadWriteOnce"] },
  {
    line: 227,
    says: "PostgreSQL requests 500m CPU, 512Mi; limits 1000m CPU, 1Gi",
    see: (seen) => resourcesOf(serverOf(seen, "postgres")?.template.spec?.containers[0]),
    is: "500m 512Mi to 1 1Gi",
  },
  {
    line: 231,
    says: "Redis requests 250m CPU, 256Mi; limits 500m CPU, 512Mi",
    see: (seen) => resourcesOf(serverOf(seen, "redis")?.template.spec?.containers[0]),
    is: "250m 256Mi to 500m 512Mi",
  },
  {
    line: 165,
    says: "Exported from backend (/api/system/metrics/prometheus/)",
    see: ({ serviceMonitors }) => serviceMonitors.map(({ spec }) => spec.endpoints[0].path),
    is: ["/api/system/metrics/prometheus/"],
  },
] satisfies Row[];
