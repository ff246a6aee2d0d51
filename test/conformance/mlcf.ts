import { the } from "../support/read.ts";
import {
  claimsOf,
  confinementsOf,
  containerOf,
  declared,
  metricsOf,
  mustStay,
  originsOf,
  pace,
  portsOf,
  type Row,
  redirectsOf,
  resourcesOf,
  rulesOf,
  scalingOf,
  schedulesOf,
  scrapesOf,
  serverOf,
  thresholdOf,
  tierOf,
} from "./row.ts";

export default [
  { line: 12, says: "Dedicated namespace `mlcf`", see: ({ quotas }) => quotas.length, is: 1 },
  {
    line: 35,
    says: "API replicas: 3 (3-20 via HPA)",
    see: (seen) => scalingOf(seen, "api"),
    is: "3 to 20 at cpu 70, memory 80",
  },
  {
    line: 36,
    says: "maxSurge=1, maxUnavailable=0",
    see: (seen) => tierOf(seen, "api")?.strategy?.rollingUpdate,
    is: { maxSurge: 1, maxUnavailable: 0 },
  },
  {
    line: 39,
    says: "API requests (250m CPU, 512Mi RAM), limits (1 CPU, 2Gi RAM)",
    see: (seen) => resourcesOf(containerOf(seen, "api")),
    is: "250m 512Mi to 1 2Gi",
  },
  {
    line: 40,
    says: "Anti-affinity: spread across nodes and zones",
    see: (seen) => [
      tierOf(seen, "api")?.template.spec?.topologySpreadConstraints?.[0]?.topologyKey,
      tierOf(seen, "api")?.template.spec?.affinity?.podAntiAffinity !== undefined,
    ],
    is: ["topology.kubernetes.io/zone", true],
  },
  { line: 44, says: "Qdrant replicas: 3", see: (seen) => serverOf(seen, "qdrant")?.replicas, is: 3 },
  {
    line: 45,
    says: "Qdrant: 50Gi SSD + 20Gi snapshots, a server",
    see: (seen) => [claimsOf(seen, "data-qdrant"), claimsOf(seen, "snapshots-qdrant")],
    is: [Array(3).fill("50Gi fast ReadWriteOnce"), Array(3).fill("20Gi fast ReadWriteOnce")],
  },
  {
    line: 46,
    says: "Qdrant requests (500m CPU, 1Gi RAM), limits (2 CPU, 4Gi RAM)",
    see: (seen) => resourcesOf(serverOf(seen, "qdrant")?.template.spec?.containers[0]),
    is: "500m 1Gi to 2 4Gi",
  },
  {
    line: 47,
    says: "Required pod anti-affinity",
    profiles: ["production"],
    see: (seen) =>
      serverOf(seen, "qdrant")?.template.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution
        ?.length,
    is: 1,
  },
  {
    line: 48,
    says: "Headless service for peer discovery; 66: of Neo4j",
    see: ({ services }) =>
      ["qdrant-headless", "neo4j-headless"].map(
        (name) => services.find(({ metadata }) => metadata?.name === name)?.spec?.clusterIP,
      ),
    is: ["None", "None"],
  },
  { line: 52, says: "Neo4j replicas: 3", see: (seen) => serverOf(seen, "neo4j")?.replicas, is: 3 },
  {
    line: 53,
    says: "Neo4j: 100Gi data + 10Gi logs, a server",
    see: (seen) => [claimsOf(seen, "data-neo4j"), claimsOf(seen, "logs-neo4j")],
    is: [Array(3).fill("100Gi fast ReadWriteOnce"), Array(3).fill("10Gi fast ReadWriteOnce")],
  },
  {
    line: 54,
    says: "Neo4j requests (1 CPU, 2Gi RAM), limits (4 CPU, 8Gi RAM)",
    see: (seen) => resourcesOf(serverOf(seen, "neo4j")?.template.spec?.containers[0]),
    is: "1 2Gi to 4 8Gi",
  },
  {
    line: 56,
    says: "Plugins: APOC",
    see: (seen) =>
      serverOf(seen, "neo4j")?.template.spec?.containers[0]?.env?.find(({ name }) => name === "NEO4J_PLUGINS")?.value,
    is: '["apoc"]',
  },
  { line: 62, says: "mlcf-api: ClusterIP service on port 80", see: (seen) => portsOf(seen, "api"), is: "80" },
  { line: 63, says: "Qdrant: HTTP (6333) and gRPC (6334)", see: (seen) => portsOf(seen, "qdrant"), is: "6333, 6334" },
  {
    line: 65,
    says: "Neo4j: HTTP (7474), Bolt (7687), Metrics (2004)",
    see: (seen) => portsOf(seen, "neo4j").split(", ").sort(),
    is: ["2004", "7474", "7687"],
  },
  {
    line: 96,
    says: "Scale-up: 100% increase, 4 pods/30s",
    see: ({ autoscalers }) => pace(the(autoscalers, "api"), "scaleUp"),
    is: "100% or 4 pods in 30 s, after 0 s",
  },
  {
    line: 97,
    says: "Scale-down: 50% decrease, 2 pods/60s, 5min stabilization",
    see: ({ autoscalers }) => pace(the(autoscalers, "api"), "scaleDown"),
    is: "50% or 2 pods in 60 s, after 300 s",
  },
  {
    line: 106,
    says: "Minimum 2 available for all components",
    see: (seen) => ["api", "qdrant", "neo4j"].map((component) => mustStay(seen, component)),
    is: [2, 2, 2],
  },
  {
    line: 141,
    says: "Role: read ConfigMaps/Secrets, list Pods",
    see: ({ roles }) =>
      declared(roles)[0]?.rules?.map(({ resources, verbs }) => `${verbs.join()} ${resources?.join()}`),
    is: ["get configmaps,secrets", "list pods"],
  },
  {
    line: 160,
    says: "Seccomp and AppArmor profiles",
    see: confinementsOf,
    is: ["RuntimeDefault RuntimeDefault"],
  },
  {
    line: 361,
    says: "Qdrant snapshots (automated via cron); 362: Neo4j dumps (scheduled backups)",
    see: (seen) => Object.keys(schedulesOf(seen)).sort(),
    is: ["neo4j-backup", "qdrant-backup", "volume-snapshots"],
  },
  { line: 116, says: "Scrape intervals: 30s", see: scrapesOf, is: ["api 30s", "neo4j 30s"] },
  {
    line: 120,
    says: "8 Alert Rules",
    see: (seen) => rulesOf(seen, "alert"),
    is: [
      "DatabaseMemory",
      "HighCpuUsage",
      "HighErrorRate",
      "HighLatency",
      "HighMemoryUsage",
      "Neo4jNodeDown",
      "PodAvailability",
      "QdrantNodeDown",
    ],
  },
  {
    line: 129,
    says: "Grafana dashboard",
    see: ({ configMaps }) => configMaps.filter(({ metadata }) => metadata?.labels?.grafana_dashboard).length,
    is: 1,
  },
  {
    line: 94,
    says: "and custom metrics",
    see: (seen) => metricsOf(seen, "api"),
    is: ["http_requests_per_second 100"],
  },
  {
    line: 101,
    says: "VPA of the API: 250m-2 CPU, 512Mi-4Gi RAM",
    see: ({ verticalAutoscalers }) => the(verticalAutoscalers, "api").spec.resourcePolicy.containerPolicies[0],
    is: {
      containerName: "api",
      controlledValues: "RequestsAndLimits",
      minAllowed: { cpu: "250m", memory: "512Mi" },
      maxAllowed: { cpu: "2", memory: "4Gi" },
    },
  },
  {
    line: 95,
    says: "Qdrant: 3-10 replicas, CPU (75%) and memory (85%)",
    see: (seen) => scalingOf(seen, "qdrant"),
    is: "3 to 10 at cpu 75, memory 85",
  },
  {
    line: 102,
    says: "VPA of Qdrant: 500m-4 CPU, 1Gi-8Gi RAM; 103: of Neo4j: 1-8 CPU, 2Gi-16Gi RAM",
    see: ({ verticalAutoscalers }) =>
      ["qdrant", "neo4j"].map((store) => {
        const { minAllowed, maxAllowed } = the(verticalAutoscalers, store).spec.resourcePolicy.containerPolicies[0];
        return [minAllowed, maxAllowed];
      }),
    is: [
      [
        { cpu: "500m", memory: "1Gi" },
        { cpu: "4", memory: "8Gi" },
      ],
      [
        { cpu: "1", memory: "2Gi" },
        { cpu: "8", memory: "16Gi" },
      ],
    ],
  },
  {
    line: 71,
    says: "NGINX Ingress: TLS/SSL termination; 73: CORS; 75: automatic HTTPS redirect",
    ingress: true,
    see: (seen) => [
      seen.ingresses.every(({ spec }) => spec?.tls?.[0]?.secretName === "tls"),
      originsOf(seen),
      redirectsOf(seen),
    ],
    is: [true, ["https://mlcf.example.com"], [{ scheme: "https", permanent: true }]],
  },
  {
    line: 121,
    says: "121-125: error rate (>5%), p95 (>1s), pods (<2 replicas), memory (>90%), CPU (>90%)",
    see: (seen) =>
      ["HighErrorRate", "HighLatency", "PodAvailability", "HighMemoryUsage", "HighCpuUsage"].map((alert) =>
        thresholdOf(seen, alert),
      ),
    is: [["> 0.05"], ["> 1"], ["< 2"], ["> 0.9"], ["> 0.9"]],
  },
  {
    line: 148,
    says: "Qdrant: accepts from API and peers only, beside its backup and Prometheus",
    see: ({ networkPolicies }) =>
      the(networkPolicies, "qdrant").spec?.ingress?.flatMap(({ _from }) =>
        (_from ?? []).flatMap(({ podSelector }) => podSelector?.matchLabels?.["app.kubernetes.io/name"] ?? []),
      ),
    is: ["api", "qdrant", "qdrant-backup"],
  },
  {
    line: 363,
    says: "PVC snapshots (storage class); 361 and 362: by schedule",
    see: schedulesOf,
    is: {
      "neo4j-backup": "0 2 * * *, 7 kept",
      "qdrant-backup": "0 2 * * *, 7 kept",
      "volume-snapshots": "0 * * * *, 24 kept",
    },
  },
] satisfies Row[];
