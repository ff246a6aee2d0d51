import assert from "node:assert/strict";
import { beaconPlan, landBeacon } from "../support/beacon.ts";
import { autoName, find, ofType, type Registration, secret } from "../support/mocks.ts";
import { passwordOf } from "../support/pybase.ts";

const labelsOf = (component: string) => ({
  "app.kubernetes.io/name": component,
  "app.kubernetes.io/part-of": "beacon",
  "app.kubernetes.io/instance": "test",
  "app.kubernetes.io/managed-by": "landfall",
});
const CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

interface PodSpec {
  containers: Record<string, unknown>[];
  securityContext: { runAsUser: number };
  affinity: object;
  topologySpreadConstraints: object[];
  volumes: object[];
}
const podOf = (registrations: readonly Registration[], type: string, name: string) =>
  (find(registrations, type, name).inputs.spec as { template: { spec: PodSpec } }).template.spec;

describe("A Postgres of several servers", () => {
  let seen: Registration[];
  before(async () => {
    seen = await landBeacon(beaconPlan());
  });

  it("is a Cluster of CloudNativePG, on different nodes and in different zones where the profile is strict", () => {
    const { inputs } = find(seen, CLUSTER, "beacon-db-servers");
    assert.deepEqual(inputs, {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      metadata: {
        name: "db",
        namespace: "beacon",
        labels: labelsOf("db"),
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: {
        instances: 3,
        imageName: "ghcr.io/cloudnative-pg/postgresql:16.11-standard-trixie",
        imagePullPolicy: "Always",
        enableSuperuserAccess: false,
        enablePDB: true,
        primaryUpdateStrategy: "unsupervised",
        primaryUpdateMethod: "switchover",
        bootstrap: {
          initdb: {
            database: "beacon",
            owner: "app",
            secret: { name: autoName("beacon-db-credentials") },
            dataChecksums: true,
          },
        },
        postgresql: {
          parameters: { max_connections: "200" },
          shared_preload_libraries: ["pg_stat_statements", "auto_explain"],
          synchronous: { method: "any", number: 1, dataDurability: "required" },
        },
        storage: { size: "10Gi" },
        walStorage: { size: "2Gi" },
        resources: {
          requests: { cpu: "250m", memory: "512Mi", "ephemeral-storage": "100Mi" },
          limits: { cpu: "1", memory: "1Gi", "ephemeral-storage": "10Gi" },
        },
        seccompProfile: { type: "RuntimeDefault" },
        affinity: {
          enablePodAntiAffinity: true,
          topologyKey: "kubernetes.io/hostname",
          podAntiAffinityType: "required",
        },
        topologySpreadConstraints: [
          {
            topologyKey: "topology.kubernetes.io/zone",
            maxSkew: 1,
            whenUnsatisfiable: "DoNotSchedule",
            nodeTaintsPolicy: "Honor",
            labelSelector: { matchLabels: { "cnpg.io/cluster": "db" } },
          },
        ],
      },
    });
  });

  it("only prefers so elsewhere, and does not stop to write where its one standby is away", async () => {
    const two = await landBeacon(
      beaconPlan({ profile: "dev", datastores: { db: { servers: 2, storageClass: "quick" } } }),
    );
    const { spec } = find(two, CLUSTER, "beacon-db-servers").inputs as {
      spec: {
        affinity: { podAntiAffinityType: string };
        postgresql: { synchronous: { dataDurability: string } };
        storage: object;
        walStorage: object;
      };
    };
    assert.equal(spec.affinity.podAntiAffinityType, "preferred");
    assert.equal(spec.postgresql.synchronous.dataDurability, "preferred");
    assert.deepEqual(spec.storage, { size: "10Gi", storageClass: "quick" });
    assert.deepEqual(spec.walStorage, { size: "2Gi", storageClass: "quick" });
  });

  it("makes nothing that the operator makes: no StatefulSet, claim, Service or budget", () => {
    const own = seen.filter(({ name }) => name.startsWith("beacon-db-") && !name.includes("backup"));
    assert.deepEqual(
      own.map(({ name }) => name),
      ["beacon-db-credentials", "beacon-db-network", "beacon-db-servers"],
    );
  });

  it("is protected where data is, and known to its operator by a Secret of the type that it reads", async () => {
    assert.equal(find(seen, CLUSTER, "beacon-db-servers").protect, true);
    const staging = await landBeacon(beaconPlan({ profile: "staging" }));
    assert.equal(find(staging, CLUSTER, "beacon-db-servers").protect, false);
    assert.deepEqual(find(seen, "kubernetes:core/v1:Secret", "beacon-db-credentials").inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "beacon", labels: { ...labelsOf("db"), "cnpg.io/reload": "true" } },
      type: "kubernetes.io/basic-auth",
      immutable: true,
      stringData: secret({ username: "app", password: passwordOf("db") }),
    });
  });

  it("lets in clients, its own pods and its operator, by the labels that the operator gives them", () => {
    const { spec } = find(seen, POLICY, "beacon-db-network").inputs as {
      spec: { podSelector: object; ingress: object[]; egress: object[] };
    };
    const pods = { matchLabels: { "cnpg.io/cluster": "db" } };
    const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
    const inNamespace = (name: string) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    });
    const component = (name: string) => ({
      podSelector: { matchLabels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "beacon" } },
    });
    assert.deepEqual(spec.podSelector, pods);
    assert.deepEqual(spec.ingress, [
      { from: [component("web")], ports: tcp(5432) },
      { from: [component("web-migrate")], ports: tcp(5432) },
      { from: [component("keeper")], ports: tcp(5432) },
      { from: [{ podSelector: pods }], ports: tcp(5432, 8000) },
      { from: [inNamespace("cnpg-system")], ports: tcp(8000) },
      { from: [inNamespace("keda")], ports: tcp(5432) },
      { from: [component("db-backup")], ports: tcp(5432) },
      { from: [inNamespace("monitoring")], ports: tcp(9187) },
    ]);
    assert.deepEqual(spec.egress, [{ to: [{ podSelector: pods }], ports: tcp(5432, 8000) }]);
  });

  it("is what clients, migration, KEDA and backups dial, and waited for by them", () => {
    const url = `postgresql://app:${passwordOf("db")}@db-rw:5432/beacon?sslmode=require`;
    const { inputs } = find(seen, "kubernetes:core/v1:Secret", "beacon-web-secret");
    const told = inputs.stringData as { "[secret]": Record<string, string> };
    assert.equal(told["[secret]"].DATABASE_URL, url);
    const waited = find(seen, "landfall:application:Tier", "beacon-web-migrate").dependsOn;
    for (const server of ["beacon-db-servers", "beacon-queue-server", "beacon-queue-proxy-deployment"]) {
      assert.ok(waited.includes(server), server);
    }
    const triggers = JSON.stringify(
      find(seen, "kubernetes:keda.sh/v1alpha1:ScaledObject", "beacon-keeper-scaled-object"),
    );
    assert.match(triggers, /"host":"db-rw\.beacon\.svc"/);
    const backup = JSON.stringify(find(seen, "kubernetes:batch/v1:CronJob", "beacon-db-backup-schedule").inputs);
    assert.match(backup, /\{"name":"PGHOST","value":"db-rw"\}/);
  });

  it("is found by Prometheus by the label that names it", () => {
    const monitor = find(seen, "kubernetes:monitoring.coreos.com/v1:PodMonitor", "beacon-monitoring-db-monitor");
    assert.deepEqual(monitor.inputs.spec, {
      jobLabel: "cnpg.io/cluster",
      selector: { matchLabels: { "cnpg.io/cluster": "db" } },
      podMetricsEndpoints: [{ portNumber: 9187, path: "/metrics", interval: "30s" }],
    });
  });
});

describe("A Redis of several servers", () => {
  let seen: Registration[];
  before(async () => {
    seen = await landBeacon(beaconPlan());
  });

  it("has a sentinel and an exporter beside each server, each with what is its own", () => {
    const { containers } = podOf(seen, "kubernetes:apps/v1:StatefulSet", "beacon-queue-server");
    const image = "docker.io/valkey/valkey:8.1.4-alpine3.22";
    assert.deepEqual(
      containers.map(({ name, image, ports, resources }) => ({ name, image, ports, resources })),
      [
        {
          name: "queue",
          image,
          ports: [{ name: "redis", containerPort: 6379 }],
          resources: {
            requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "100Mi" },
            limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "10Gi" },
          },
        },
        {
          name: "sentinel",
          image,
          ports: [{ name: "sentinel", containerPort: 26379 }],
          resources: {
            requests: { cpu: "20m", memory: "32Mi", "ephemeral-storage": "100Mi" },
            limits: { cpu: "200m", memory: "64Mi", "ephemeral-storage": "2Gi" },
          },
        },
        {
          name: "exporter",
          image: "docker.io/oliver006/redis_exporter:v1.77.0",
          ports: [{ name: "metrics", containerPort: 9121 }],
          resources: {
            requests: { cpu: "10m", memory: "32Mi", "ephemeral-storage": "100Mi" },
            limits: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "2Gi" },
          },
        },
      ],
    );
    for (const { name, securityContext } of containers) {
      assert.deepEqual(
        securityContext,
        { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        String(name),
      );
    }
  });

  it("keeps the clients' password and the servers' own in one Secret", () => {
    assert.deepEqual(
      find(seen, "kubernetes:core/v1:Secret", "beacon-queue-credentials").inputs.stringData,
      secret({ username: "default", password: passwordOf("queue"), peers: passwordOf("queue-peers") }),
    );
    for (const type of ["apps/v1:StatefulSet", "apps/v1:Deployment", "core/v1:ConfigMap", "batch/v1:CronJob"]) {
      for (const { name, inputs } of ofType(seen, `kubernetes:${type}`)) {
        assert.doesNotMatch(JSON.stringify(inputs), /password-of-|\[secret\]/, name);
      }
    }
  });

  it("is dialled by its name, where a proxy answers; servers find each other without it", () => {
    const service = (name: string) => find(seen, "kubernetes:core/v1:Service", name).inputs;
    const selector = (name: string) => ({ "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "beacon" });
    assert.equal((service("beacon-queue-service").metadata as { name: string }).name, "queue");
    assert.deepEqual(service("beacon-queue-service").spec, {
      selector: selector("queue-proxy"),
      ports: [{ name: "redis", port: 6379, targetPort: "redis" }],
    });
    assert.deepEqual(service("beacon-queue-headless").spec, {
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selector("queue"),
      ports: [
        { name: "redis", port: 6379, targetPort: "redis" },
        { name: "sentinel", port: 26379, targetPort: "sentinel" },
      ],
    });
  });

  it("has two proxies apart, which serve once they have found who leads, and leave one at a time", () => {
    const { inputs } = find(seen, "kubernetes:apps/v1:Deployment", "beacon-queue-proxy-deployment");
    const { replicas, strategy } = inputs.spec as { replicas: number; strategy: object };
    assert.equal(replicas, 2);
    assert.deepEqual(strategy, { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
    const pod = podOf(seen, "kubernetes:apps/v1:Deployment", "beacon-queue-proxy-deployment");
    assert.equal(pod.securityContext.runAsUser, 99);
    assert.ok(pod.affinity && pod.topologySpreadConstraints.length === 1);
    assert.deepEqual(pod.volumes, [
      { name: "configuration", configMap: { name: autoName("beacon-queue-proxy-configuration") } },
    ]);
    const { command, ...container } = pod.containers[0] ?? assert.fail("no container");
    assert.deepEqual(container, {
      name: "queue-proxy",
      image: "docker.io/library/haproxy:3.2.23-alpine",
      env: [
        {
          name: "PEERS_PASSWORD",
          valueFrom: { secretKeyRef: { name: autoName("beacon-queue-credentials"), key: "peers" } },
        },
      ],
      ports: [
        { name: "redis", containerPort: 6379 },
        { name: "health", containerPort: 8404 },
      ],
      readinessProbe: { httpGet: { path: "/ready", port: "health" }, periodSeconds: 5, timeoutSeconds: 3 },
      imagePullPolicy: "Always",
      livenessProbe: { tcpSocket: { port: "health" }, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 },
      resources: {
        requests: { cpu: "50m", memory: "64Mi", "ephemeral-storage": "100Mi" },
        limits: { cpu: "500m", memory: "256Mi", "ephemeral-storage": "2Gi" },
      },
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [{ name: "configuration", mountPath: "/usr/local/etc/haproxy", readOnly: true }],
    });
    const budget = find(seen, "kubernetes:policy/v1:PodDisruptionBudget", "beacon-queue-proxy-disruption-budget");
    assert.equal((budget.inputs.spec as { maxUnavailable: number }).maxUnavailable, 1);
  });

  it("is copied through its proxy, from whichever server leads", () => {
    const backup = JSON.stringify(find(seen, "kubernetes:batch/v1:CronJob", "beacon-queue-backup-schedule").inputs);
    assert.match(backup, /\{"name":"HOSTS","value":"queue"\}/);
  });

  it("is read by Prometheus at each server", () => {
    const monitor = find(seen, "kubernetes:monitoring.coreos.com/v1:PodMonitor", "beacon-monitoring-queue-monitor");
    assert.equal((monitor.inputs.spec as { jobLabel: string }).jobLabel, "app.kubernetes.io/name");
  });
});
