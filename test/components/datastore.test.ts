import assert from "node:assert/strict";
import { autoName, find, ofType, type Registration, secret } from "../support/mocks.ts";
import { land, passwordOf, planFor } from "../support/pybase.ts";

const labels = {
  "app.kubernetes.io/name": "redis",
  "app.kubernetes.io/part-of": "pybase",
  "app.kubernetes.io/instance": "dev",
  "app.kubernetes.io/managed-by": "landfall",
};
const selector = { "app.kubernetes.io/name": "redis", "app.kubernetes.io/part-of": "pybase" };

describe("A bundled datastore", () => {
  let dev: Registration[];
  before(async () => {
    dev = await land(planFor("dev"));
  });

  it("is one server of a StatefulSet on a claim of its own, restricted as every pod is", () => {
    const { inputs } = find(dev, "kubernetes:apps/v1:StatefulSet", "pybase-redis-server");
    const ping = { exec: { command: ["sh", "-c", '[ "$(valkey-cli ping)" = PONG ]'] }, timeoutSeconds: 5 };
    assert.deepEqual(inputs, {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "redis", namespace: "pybase", labels },
      spec: {
        replicas: 1,
        serviceName: "redis",
        selector: { matchLabels: selector },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 999,
              runAsGroup: 1000,
              fsGroup: 1000,
              fsGroupChangePolicy: "OnRootMismatch",
              seccompProfile: { type: "RuntimeDefault" },
            },
            terminationGracePeriodSeconds: 60,
            containers: [
              {
                name: "redis",
                image: "docker.io/valkey/valkey:8.1.4-alpine3.22",
                imagePullPolicy: "IfNotPresent",
                command: ["valkey-server"],
                args: [
                  "--dir",
                  "/data",
                  "--appendonly",
                  "yes",
                  "--appendfsync",
                  "everysec",
                  "--maxmemory-policy",
                  "noeviction",
                  "--requirepass",
                  "$(REDISCLI_AUTH)",
                ],
                env: [
                  {
                    name: "REDISCLI_AUTH",
                    valueFrom: { secretKeyRef: { name: autoName("pybase-redis-credentials"), key: "password" } },
                  },
                ],
                readinessProbe: { ...ping, periodSeconds: 10 },
                livenessProbe: { ...ping, periodSeconds: 10, failureThreshold: 6 },
                startupProbe: { ...ping, periodSeconds: 5, failureThreshold: 60 },
                ports: [{ name: "redis", containerPort: 6379 }],
                resources: {
                  requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "100Mi" },
                  limits: { cpu: "500m", memory: "512Mi", "ephemeral-storage": "10Gi" },
                },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [
                  { name: "data", mountPath: "/data" },
                  { name: "scratch-tmp", mountPath: "/tmp" },
                ],
              },
            ],
            volumes: [{ name: "scratch-tmp", emptyDir: {} }],
          },
        },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
          },
        ],
      },
    });
  });

  it("claims the document's storage from the cluster's default class", () => {
    const { inputs } = find(dev, "kubernetes:core/v1:PersistentVolumeClaim", "pybase-redis-data-0");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data-redis-0", namespace: "pybase", labels, annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } },
    });
  });

  it("claims from the class that the stack names", async () => {
    const slow = await land(
      planFor("dev", { cluster: { storageClass: "slow" }, datastores: { redis: { storageClass: "fast" } } }),
    );
    const classes = ofType(slow, "kubernetes:core/v1:PersistentVolumeClaim").map(
      ({ inputs }) => (inputs.spec as { storageClassName: string }).storageClassName,
    );
    assert.deepEqual(classes.sort(), ["fast", "slow", "slow", "slow"]);
  });

  it("keeps its password in a Secret of its own, whole", () => {
    const kept = find(dev, "kubernetes:core/v1:Secret", "pybase-redis-credentials");
    assert.deepEqual(kept.inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: "pybase", labels },
      immutable: true,
      stringData: secret({ username: "default", password: passwordOf("redis") }),
    });
    assert.deepEqual(kept.secretOutputs, ["data", "stringData"]);
  });

  it("is dialled by its own name, on each of its ports", () => {
    const { inputs } = find(dev, "kubernetes:core/v1:Service", "pybase-objects-service");
    assert.equal((inputs.metadata as { name: string }).name, "objects");
    assert.deepEqual(inputs.spec, {
      selector: { ...selector, "app.kubernetes.io/name": "objects" },
      ports: [
        { name: "api", port: 9000, targetPort: "api" },
        { name: "console", port: 9001, targetPort: "console" },
      ],
    });
  });

  it("lets a drain move its one pod where the application asks for a budget", () => {
    const { inputs } = find(dev, "kubernetes:policy/v1:PodDisruptionBudget", "pybase-postgres-disruption-budget");
    assert.deepEqual(inputs.spec, {
      maxUnavailable: 1,
      selector: { matchLabels: { ...selector, "app.kubernetes.io/name": "postgres" } },
    });
  });

  it("makes the application's database and buckets", () => {
    const container = (store: string) => {
      const { inputs } = find(dev, "kubernetes:apps/v1:StatefulSet", `pybase-${store}-server`);
      const { template } = inputs.spec as {
        template: { spec: { containers: { args: string[]; env: { name: string; value?: string }[] }[] } };
      };
      return template.spec.containers[0];
    };
    assert.equal(container("postgres")?.env.find(({ name }) => name === "POSTGRES_DB")?.value, "pybase");
    assert.ok(container("objects")?.args.includes("-bucket=uploads"));
  });

  it("shows no password in any pod: only where to find it", () => {
    const pods = [
      ...ofType(dev, "kubernetes:apps/v1:StatefulSet"),
      ...ofType(dev, "kubernetes:apps/v1:Deployment"),
      ...ofType(dev, "kubernetes:batch/v1:Job"),
    ];
    for (const { name, inputs } of pods) {
      assert.doesNotMatch(JSON.stringify(inputs), /password-of-|\[secret\]/, name);
    }
  });
});

describe("An external datastore", () => {
  let production: Registration[];
  before(async () => {
    production = await land(planFor("production"));
  });

  it("creates no server, volume, Service or Secret of its own", () => {
    const made = production.filter(({ name }) => /^pybase-(postgres|redis)(-|$)/.test(name));
    assert.deepEqual(made, []);
  });

  it("is what its clients dial, with the password that the user gave, over TLS", () => {
    const { inputs } = find(production, "kubernetes:core/v1:Secret", "pybase-search-worker-secret");
    assert.deepEqual(
      inputs.stringData,
      secret({
        DATABASE_URL: `postgresql://pybase:${passwordOf("postgres")}@postgres.example.com:5432/pybase?sslmode=require`,
        REDIS_URL: `rediss://:${passwordOf("redis")}@redis.example.com:6379/0`,
        CELERY_BROKER_URL: `rediss://:${passwordOf("redis")}@redis.example.com:6379/1?ssl_cert_reqs=required`,
        CELERY_RESULT_BACKEND: `rediss://:${passwordOf("redis")}@redis.example.com:6379/2?ssl_cert_reqs=required`,
        MEILISEARCH_API_KEY: passwordOf("search"),
        SECRET_KEY: passwordOf("secret-key"),
      }),
    );
  });

  it("opens only its own addresses, on its own port, to its clients", () => {
    const { inputs } = find(
      production,
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "pybase-search-worker-network",
    );
    const { egress } = inputs.spec as { egress: { to: object[] }[] };
    assert.deepEqual(
      egress.filter(({ to }) => to.some((peer) => "ipBlock" in peer)),
      [
        { to: [{ ipBlock: { cidr: "10.0.12.0/24" } }], ports: [{ protocol: "TCP", port: 5432 }] },
        { to: [{ ipBlock: { cidr: "10.0.13.0/24" } }], ports: [{ protocol: "TCP", port: 6379 }] },
      ],
    );
  });
});
