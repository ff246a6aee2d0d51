import { availability } from "../../local/risk/availability/availability.ts";
import { capacity } from "../../local/risk/capacity.ts";
import { immutability } from "../../local/risk/immutability.ts";
import { type Cases, judges } from "../support/risk.ts";
import { object, pods, step } from "../support/steps.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const SET = "kubernetes:apps/v1:StatefulSet";
const JOB = "kubernetes:batch/v1:Job";
const SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const PDB = "kubernetes:policy/v1:PodDisruptionBudget";
const SERVICE = "kubernetes:core/v1:Service";
const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const EKS = "aws:eks/cluster:Cluster";
const NODES = "aws:eks/nodeGroup:NodeGroup";
const QUOTA = "kubernetes:core/v1:ResourceQuota";
const PRIORITY = "kubernetes:scheduling.k8s.io/v1:PriorityClass";

const update = (type: string, before: object, after: object) => [
  step("update", type, { before: { ...before }, after: { ...after } }),
];
const tier = (replicas: number, image = "shop/api:1.0.0", rest: object = {}) =>
  object("api", { replicas, strategy: { type: "RollingUpdate" }, ...pods({ image, ...rest }) });
const scaler = (minReplicas: number, maxReplicas: number) => object("api", { minReplicas, maxReplicas });
const ingress = (host: string, path = "/api", ingressClassName = "traefik", secretName = "tls") =>
  object("way-in", {
    ingressClassName,
    tls: [{ secretName }],
    rules: [{ host, http: { paths: [{ path }] } }],
  });
const service = (port: number, type = "ClusterIP") => object("api", { type, ports: [{ port }] });
const limits = (memory: string) => tier(2, "shop/api:1.0.0", { resources: { limits: { cpu: "1", memory } } });
const quota = (memory: string) => object("quota", { hard: { "limits.memory": memory } });
const graph = (secret: string, replicas = 3, image = "neo4j:5.26.12-enterprise") => {
  const env = [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: secret, key: "password" } } }];
  return object("graph", { replicas, ...pods({ image, env }) });
};
const running = step("same", DEPLOYMENT, { name: "running", before: limits("2Gi") });

const availabilityCases: Cases = {
  "tier-removed": {
    steps: [step("delete", "landfall:application:Tier", { name: "shop-api" })],
    level: "downtime",
    says: /^api is removed/,
    not: [step("create", "landfall:application:Tier", { name: "shop-api" })],
  },
  "tier-replaced": {
    steps: [
      step("delete-replaced", DEPLOYMENT, { before: tier(2) }),
      step("replace", DEPLOYMENT, { before: tier(2), after: tier(2), reasons: ["spec.selector"] }),
      step("create-replacement", DEPLOYMENT, { after: tier(2) }),
    ],
    level: "downtime",
    says: /The Deployment of api is replaced \(spec.selector\): its pods are gone before/,
    not: update(DEPLOYMENT, tier(2), tier(2)),
  },
  "tier-rolled": {
    steps: update(DEPLOYMENT, tier(1), tier(1, "shop/api:1.1.0")),
    level: "brief interruption",
    says: /^api restarts \(image 1.0.0 to 1.1.0\): with one pod/,
    not: update(DEPLOYMENT, tier(1), tier(2)),
  },
  "store-restarted": {
    steps: update(
      SET,
      object("db", { replicas: 1, ...pods() }),
      object("db", { replicas: 1, ...pods({ args: ["-c"] }) }),
    ),
    level: "brief interruption",
    says: /^db restarts \(arguments\): nobody can use it until its only server is back/,
    not: update(SET, object("db", { replicas: 3, ...pods() }), object("db", { replicas: 5, ...pods() })),
  },
  "password-kept": {
    steps: update(SET, graph("credentials-1"), graph("credentials-2")),
    level: "downtime",
    says: /^The servers of graph keep the password that they have, whatever its Secret says/,
    not: [
      ...update(SET, graph("credentials-1"), graph("credentials-1", 3, "neo4j:5.26.13-enterprise")),
      ...update(SET, graph("credentials-1", 1), graph("credentials-2", 1)),
      ...update(SET, graph("credentials-1", 3, "valkey:8"), graph("credentials-2", 3, "valkey:8")),
    ],
  },
  "readiness-removed": {
    steps: update(DEPLOYMENT, tier(2), tier(2, "shop/api:1.0.0", { readinessProbe: undefined })),
    level: "downtime",
    says: /^api loses its readiness probe/,
    not: update(DEPLOYMENT, tier(2), tier(2, "shop/api:1.0.0", { readinessProbe: { exec: { command: ["true"] } } })),
  },
  "probes-changed": {
    steps: update(DEPLOYMENT, tier(2), tier(2, "shop/api:1.0.0", { livenessProbe: { httpGet: { path: "/" } } })),
    level: "brief interruption",
    says: /^api is asked otherwise whether it is ready or alive/,
    not: update(
      DEPLOYMENT,
      tier(2),
      object("api", { ...pods({}, { initContainers: [{ name: "before" }] }), replicas: 2 }),
    ),
  },
  "replicas-none": {
    steps: update(SCALER, scaler(2, 10), scaler(0, 10)),
    level: "downtime",
    says: /^api has no pods left to wait for work/,
    not: update(SCALER, scaler(0, 10), scaler(0, 12)),
  },
  "replicas-one": {
    steps: update(DEPLOYMENT, tier(3), tier(1)),
    level: "brief interruption",
    says: /^api has one pod left/,
    not: update(DEPLOYMENT, tier(3), tier(2)),
  },
  "disruption-budget-removed": {
    steps: [step("delete", PDB, { before: object("api", { minAvailable: 1 }) })],
    level: "brief interruption",
    says: /^api loses its disruption budget/,
    not: [step("replace", PDB, { before: object("api", { minAvailable: 1 }) })],
  },
  "job-run-again": {
    steps: [step("replace", JOB, { before: object("api-migrate", pods()) })],
    level: "brief interruption",
    says: /The Job api-migrate runs again, before what depends on it changes/,
    not: [step("delete", JOB, { before: object("api-migrate", pods()) })],
  },
  "host-changed": {
    steps: update(INGRESS, ingress("old.example.com"), ingress("new.example.com")),
    level: "downtime",
    says: /^old.example.com answers no more/,
    not: update(INGRESS, ingress("old.example.com", "/a"), ingress("old.example.com", "/b")),
  },
  "path-removed": {
    steps: update(INGRESS, ingress("a.example.com", "/api"), ingress("a.example.com", "/v2")),
    level: "downtime",
    says: /^\/api leads nowhere any more/,
    not: update(INGRESS, ingress("a.example.com"), ingress("b.example.com", "/v2")),
  },
  "class-changed": {
    steps: update(INGRESS, ingress("a.example.com"), ingress("a.example.com", "/api", "haproxy")),
    level: "downtime",
    says: /The way in goes from "traefik" to "haproxy", at another address/,
    not: update(INGRESS, ingress("a.example.com"), ingress("b.example.com")),
  },
  "certificate-changed": {
    steps: update(INGRESS, ingress("a.example.com"), ingress("a.example.com", "/api", "traefik", "other")),
    level: "brief interruption",
    says: /The certificate of way-in is another/,
    not: update(INGRESS, ingress("a.example.com"), ingress("b.example.com")),
  },
  "service-changed": {
    steps: update(SERVICE, service(80), service(8080)),
    level: "downtime",
    says: /The Service api changes ports: clients that dial it as it was fail/,
    not: update(SERVICE, service(80), { ...service(80), metadata: { labels: { "app.kubernetes.io/name": "api" } } }),
  },
  "load-balancer-gone": {
    steps: [step("delete", SERVICE, { before: service(80, "LoadBalancer") })],
    level: "downtime",
    says: /The load balancer of api goes, and its address with it/,
    not: [step("delete", SERVICE, { before: service(80) })],
  },
  "cluster-upgraded": {
    steps: update(EKS, { version: "1.34" }, { version: "1.35" }),
    level: "brief interruption",
    says: /Kubernetes goes from 1.34 to 1.35: the API server is away for moments/,
    not: update(EKS, { version: "1.35" }, { version: "1.35" }),
  },
  "nodes-replaced": {
    steps: [step("replace", NODES, { name: "general" })],
    level: "brief interruption",
    says: /The machines of general are replaced: their pods move/,
    not: update(NODES, {}, { labels: {} }),
  },
  "nodes-removed": {
    steps: [step("delete", NODES, { name: "general" })],
    level: "brief interruption",
    says: /The machines of general go: their pods move/,
    not: [step("create", NODES)],
  },
  "nodes-rolled": {
    steps: update("aws:ec2/launchTemplate:LaunchTemplate", { blockDeviceMappings: [1] }, { blockDeviceMappings: [2] }),
    level: "brief interruption",
    says: /are exchanged one after the other/,
    not: update(NODES, { scalingConfig: { maxSize: 3 } }, { scalingConfig: { maxSize: 4 } }),
  },
  "addon-removed": {
    steps: [step("delete", RELEASE, { before: { name: "cert-manager" } })],
    level: "data at risk",
    says: /^cert-manager is removed: definitions that its chart does not keep go/,
    not: update(RELEASE, { name: "keda", version: "2.1.0" }, { name: "keda", version: "2.2.0" }),
  },
  "addon-upgraded": {
    steps: update(RELEASE, { name: "keda", version: "2.1.0" }, { name: "keda", version: "3.0.0" }),
    level: "downtime",
    says: /^keda goes to another major version \(2.1.0 to 3.0.0\)/,
    not: update(RELEASE, { name: "keda", version: "2.1.0" }, { name: "keda", version: "2.1.0", values: {} }),
  },
  "addon-configured": {
    steps: update(RELEASE, { name: "keda", version: "2.1.0" }, { name: "keda", version: "2.1.0", values: {} }),
    level: "brief interruption",
    says: /^keda has other settings/,
    not: update(RELEASE, { name: "keda", version: "2.1.0" }, { name: "keda", version: "2.2.0" }),
  },
};

const capacityCases: Cases = {
  "quota-too-small": {
    steps: [running, ...update(QUOTA, quota("8Gi"), quota("3Gi"))],
    level: "downtime",
    says: /The quota becomes smaller than what the tiers and datastores ask for at their most \(limits.memory\)/,
    not: [running, ...update(QUOTA, quota("8Gi"), quota("4Gi"))],
  },
  "quota-lowered": {
    steps: [running, ...update(QUOTA, quota("8Gi"), quota("4Gi"))],
    level: "safe",
    says: /The quota becomes smaller \(limits.memory\); what is asked for still fits/,
    not: [running, ...update(QUOTA, quota("8Gi"), quota("9Gi"))],
  },
  "autoscale-lowered": {
    steps: update(SCALER, scaler(2, 10), scaler(2, 6)),
    level: "brief interruption",
    says: /^api scales to 6 pods at most, not 10/,
    not: update(SCALER, scaler(2, 10), scaler(2, 12)),
  },
  "autoscaler-removed": {
    steps: [step("delete", SCALER, { before: scaler(2, 10) })],
    level: "brief interruption",
    says: /^api scales no more/,
    not: [step("create", SCALER, { after: scaler(2, 10) })],
  },
  "resources-lowered": {
    steps: update(DEPLOYMENT, limits("2Gi"), limits("1Gi")),
    level: "brief interruption",
    says: /^api may use less memory/,
    not: update(DEPLOYMENT, limits("1Gi"), limits("2Gi")),
  },
  "machines-fewer": {
    steps: update(NODES, { scalingConfig: { minSize: 3, maxSize: 6 } }, { scalingConfig: { minSize: 3, maxSize: 4 } }),
    level: "brief interruption",
    says: /has fewer machines/,
    not: update(NODES, { scalingConfig: { minSize: 3, maxSize: 4 } }, { scalingConfig: { minSize: 3, maxSize: 6 } }),
  },
  "machines-others": {
    steps: [step("replace", NODES, { reasons: ["instanceTypes"] })],
    level: "brief interruption",
    says: /is of other machines: the largest pods have to fit on one/,
    not: [step("replace", NODES, { reasons: ["subnetIds"] })],
  },
  "priority-changed": {
    steps: [step("replace", PRIORITY, { before: { value: 100 }, after: { value: 200 } })],
    level: "brief interruption",
    says: /goes from 100 to 200/,
    not: update(PRIORITY, { value: 100 }, { value: 100, description: "more" }),
  },
  "pods-of-other-priority": {
    steps: update(DEPLOYMENT, object("api", pods()), object("api", pods({}, { priorityClassName: "high" }))),
    level: "brief interruption",
    says: /Pods of api have another priority/,
    not: update(DEPLOYMENT, tier(2), tier(3)),
  },
};

const immutabilityCases: Cases = {
  "object-replaced": {
    steps: [step("replace", "kubernetes:storage.k8s.io/v1:StorageClass", { reasons: ["parameters"] })],
    level: "safe",
    says: /is replaced \(parameters\): volumes that are there keep what they have/,
    not: [step("delete", "kubernetes:storage.k8s.io/v1:StorageClass")],
  },
  "provider-replaced": {
    steps: [step("replace", "pulumi:providers:kubernetes")],
    level: "data at risk",
    says: /The stack goes to another cluster: everything in the old one is deleted/,
    not: update("pulumi:providers:kubernetes", {}, {}),
  },
  "provider-moved": {
    steps: update("pulumi:providers:aws", { region: "eu-west-1" }, { region: "eu-central-1" }),
    level: "data at risk",
    says: /looks in another account or region for all that it has there \(aws\)/,
    not: update("pulumi:providers:aws", { region: "eu-west-1" }, { region: "eu-west-1", version: "7.48.0" }),
  },
};

describe("The risk report on availability", () => judges(availability, availabilityCases));
describe("The risk report on capacity", () => judges(capacity, capacityCases));
describe("The risk report on what cannot be changed in place", () => judges(immutability, immutabilityCases));
