import assert from "node:assert/strict";
import { autoName, find, type Registration, secret } from "../support/mocks.ts";
import { land, passwordOf, planFor } from "../support/pybase.ts";

const labels = (component: string) => ({
  "app.kubernetes.io/name": component,
  "app.kubernetes.io/part-of": "pybase",
  "app.kubernetes.io/instance": "dev",
  "app.kubernetes.io/managed-by": "landfall",
});
const selector = (component: string) => ({
  "app.kubernetes.io/name": component,
  "app.kubernetes.io/part-of": "pybase",
});
const metadata = (component: string) => ({ namespace: "pybase", labels: labels(component) });

const http = (periodSeconds: number, failureThreshold: number) => ({
  httpGet: { path: "/health", port: "http" },
  periodSeconds,
  timeoutSeconds: 5,
  failureThreshold,
});

describe("A tier of PyBase", () => {
  let dev: Registration[];
  before(async () => {
    dev = await land(planFor("dev"));
  });

  it("runs as a Deployment whose pods are restricted, spread and without a fixed number of replicas", () => {
    const { inputs } = find(dev, "kubernetes:apps/v1:Deployment", "pybase-api-deployment");
    assert.deepEqual(inputs, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "api", ...metadata("api") },
      spec: {
        progressDeadlineSeconds: 600,
        revisionHistoryLimit: 5,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: selector("api") },
        template: {
          metadata: { labels: labels("api") },
          spec: {
            serviceAccountName: "api",
            automountServiceAccountToken: true,
            enableServiceLinks: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 10001,
              runAsGroup: 10001,
              fsGroup: 10001,
              fsGroupChangePolicy: "OnRootMismatch",
              seccompProfile: { type: "RuntimeDefault" },
            },
            terminationGracePeriodSeconds: 30,
            containers: [
              {
                name: "api",
                image: "pybase/api:1.0.0",
                imagePullPolicy: "IfNotPresent",
                command: ["uvicorn", "pybase.main:app", "--host", "0.0.0.0", "--port", "8000"],
                envFrom: [
                  { configMapRef: { name: autoName("pybase-api-config") } },
                  { secretRef: { name: autoName("pybase-api-secret") } },
                ],
                ports: [{ name: "http", containerPort: 8000 }],
                readinessProbe: http(10, 3),
                livenessProbe: http(10, 6),
                startupProbe: http(5, 30),
                resources: {
                  requests: { cpu: "200m", memory: "256Mi", "ephemeral-storage": "100Mi" },
                  limits: { cpu: "1", memory: "1Gi", "ephemeral-storage": "2Gi" },
                },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
                volumeMounts: [{ name: "scratch-tmp", mountPath: "/tmp" }],
              },
            ],
            volumes: [{ name: "scratch-tmp", emptyDir: {} }],
            topologySpreadConstraints: [
              {
                topologyKey: "topology.kubernetes.io/zone",
                maxSkew: 1,
                whenUnsatisfiable: "ScheduleAnyway",
                nodeTaintsPolicy: "Honor",
                labelSelector: { matchLabels: selector("api") },
                matchLabelKeys: ["pod-template-hash"],
              },
            ],
            affinity: {
              podAntiAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  {
                    weight: 100,
                    podAffinityTerm: {
                      topologyKey: "kubernetes.io/hostname",
                      labelSelector: { matchLabels: selector("api") },
                    },
                  },
                ],
              },
            },
          },
        },
      },
    });
  });

  it("migrates the database in a Job of its own, as the API's account but without a token", () => {
    const { inputs } = find(dev, "kubernetes:batch/v1:Job", "pybase-api-migrate-job");
    const { spec, ...rest } = inputs as {
      spec: { backoffLimit: number; template: { metadata: object; spec: object } };
    };
    assert.deepEqual(rest, {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "api-migrate", ...metadata("api-migrate") },
    });
    assert.equal(spec.backoffLimit, 3);
    assert.deepEqual(spec.template.metadata, { labels: labels("api-migrate") });
    const { containers, ...pod } = spec.template.spec as { containers: Record<string, unknown>[] };
    assert.deepEqual(pod, {
      serviceAccountName: "api",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 10001,
        runAsGroup: 10001,
        fsGroup: 10001,
        fsGroupChangePolicy: "OnRootMismatch",
        seccompProfile: { type: "RuntimeDefault" },
      },
      terminationGracePeriodSeconds: 30,
      volumes: [{ name: "scratch-tmp", emptyDir: {} }],
      restartPolicy: "Never",
    });
    assert.equal(containers.length, 1);
    assert.deepEqual(containers[0]?.command, ["alembic", "upgrade", "head"]);
    assert.equal(containers[0]?.image, "pybase/api:1.0.0");
    assert.equal(containers[0]?.readinessProbe, undefined);
  });

  it("puts what holds a password into a Secret, whole, and the rest into a ConfigMap", () => {
    const { inputs: open } = find(dev, "kubernetes:core/v1:ConfigMap", "pybase-api-config");
    assert.deepEqual(open, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata("api"),
      immutable: true,
      data: {
        LOG_LEVEL: "debug",
        DEBUG: "true",
        MEILISEARCH_URL: "http://search:7700",
        S3_ACCESS_KEY: "app",
        S3_BUCKET_NAME: "uploads",
        S3_ENDPOINT_URL: "http://objects:9000",
      },
    });
    const kept = find(dev, "kubernetes:core/v1:Secret", "pybase-api-secret");
    assert.deepEqual(kept.inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("api"),
      immutable: true,
      stringData: secret({
        DATABASE_URL: `postgresql://app:${passwordOf("postgres")}@postgres:5432/pybase`,
        REDIS_URL: `redis://:${passwordOf("redis")}@redis:6379/0`,
        CELERY_BROKER_URL: `redis://:${passwordOf("redis")}@redis:6379/1`,
        CELERY_RESULT_BACKEND: `redis://:${passwordOf("redis")}@redis:6379/2`,
        S3_SECRET_KEY: passwordOf("objects"),
        MEILISEARCH_API_KEY: passwordOf("search"),
        SECRET_KEY: passwordOf("secret-key"),
      }),
    });
    assert.deepEqual(kept.secretOutputs, ["data", "stringData"]);
  });

  it("scales by an autoscaler with the document's behaviour", () => {
    const { inputs } = find(
      dev,
      "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
      "pybase-extraction-worker-autoscaler",
    );
    const metric = (name: string, averageUtilization: number) => ({
      type: "Resource",
      resource: { name, target: { type: "Utilization", averageUtilization } },
    });
    assert.deepEqual(inputs, {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "extraction-worker", ...metadata("extraction-worker") },
      spec: {
        scaleTargetRef: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          name: "extraction-worker",
        },
        minReplicas: 2,
        maxReplicas: 8,
        metrics: [metric("cpu", 75), metric("memory", 85)],
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: "Max",
            policies: [
              { type: "Percent", value: 50, periodSeconds: 15 },
              { type: "Pods", value: 2, periodSeconds: 15 },
            ],
          },
          scaleDown: {
            stabilizationWindowSeconds: 600,
            selectPolicy: "Min",
            policies: [
              { type: "Percent", value: 10, periodSeconds: 90 },
              { type: "Pods", value: 1, periodSeconds: 90 },
            ],
          },
        },
      },
    });
  });

  it("keeps one pod through a drain, unless that pod does not work anyway", () => {
    const { inputs } = find(dev, "kubernetes:policy/v1:PodDisruptionBudget", "pybase-search-worker-disruption-budget");
    assert.deepEqual(inputs, {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "search-worker", ...metadata("search-worker") },
      spec: {
        minAvailable: 1,
        unhealthyPodEvictionPolicy: "AlwaysAllow",
        selector: { matchLabels: selector("search-worker") },
      },
    });
  });

  it("is dialled by its own name, by a port that is named", () => {
    const { inputs } = find(dev, "kubernetes:core/v1:Service", "pybase-frontend-service");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "frontend", ...metadata("frontend"), annotations: { "pulumi.com/skipAwait": "true" } },
      spec: { selector: selector("frontend"), ports: [{ name: "http", port: 8080, targetPort: "http" }] },
    });
  });

  it("mounts an empty volume for each directory that it writes to", () => {
    const { inputs } = find(dev, "kubernetes:apps/v1:Deployment", "pybase-frontend-deployment");
    const { template } = inputs.spec as {
      template: { spec: { volumes: unknown; containers: { volumeMounts: unknown }[] } };
    };
    assert.deepEqual(template.spec.containers[0]?.volumeMounts, [
      { name: "scratch-tmp", mountPath: "/tmp" },
      { name: "scratch-var-cache-nginx", mountPath: "/var/cache/nginx" },
      { name: "scratch-var-run", mountPath: "/var/run" },
    ]);
    assert.deepEqual(template.spec.volumes, [
      { name: "scratch-tmp", emptyDir: {} },
      { name: "scratch-var-cache-nginx", emptyDir: {} },
      { name: "scratch-var-run", emptyDir: {} },
    ]);
  });

  it("asks the registry for a tag at each start, outside of dev, and for a digest once", async () => {
    const image = `pybase/frontend@sha256:${"0f".repeat(32)}`;
    const seen = await land(planFor("production", { tiers: { frontend: { image } } }));
    const policyOf = (tier: string) => {
      const { inputs } = find(seen, "kubernetes:apps/v1:Deployment", `pybase-${tier}-deployment`);
      const { template } = inputs.spec as { template: { spec: { containers: { imagePullPolicy: string }[] } } };
      return template.spec.containers.map(({ imagePullPolicy }) => imagePullPolicy);
    };
    assert.deepEqual([policyOf("api"), policyOf("frontend")], [["Always"], ["IfNotPresent"]]);
  });

  it("counts a worker as ready once it answers itself, asked seldom and given time", () => {
    const { inputs } = find(dev, "kubernetes:apps/v1:Deployment", "pybase-search-worker-deployment");
    const { template } = inputs.spec as { template: { spec: { containers: { readinessProbe: unknown }[] } } };
    const command = 'celery --app pybase.worker inspect ping --destination "celery@$HOSTNAME" --timeout 10';
    assert.deepEqual(template.spec.containers[0]?.readinessProbe, {
      exec: { command: ["sh", "-c", command] },
      periodSeconds: 30,
      timeoutSeconds: 15,
      failureThreshold: 3,
    });
  });
});
