import assert from "node:assert/strict";
import { autoName, find, ofType, type Registration, secret } from "../support/mocks.ts";
import { METRICS_OF_WEB, pressPlan } from "../support/press.ts";
import { land, passwordOf } from "../support/pybase.ts";

const HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const VPA = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler";
const SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject";
const AUTHENTICATION = "kubernetes:keda.sh/v1alpha1:TriggerAuthentication";
const BUDGET = "kubernetes:policy/v1:PodDisruptionBudget";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const PRIORITY = "kubernetes:scheduling.k8s.io/v1:PriorityClass";

const owner = {
  "app.kubernetes.io/part-of": "press",
  "app.kubernetes.io/instance": "dev",
  "app.kubernetes.io/managed-by": "landfall",
};
const metadata = (tier: string) => ({ namespace: "press", labels: { "app.kubernetes.io/name": tier, ...owner } });
const targetOf = (tier: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  name: tier,
});

describe("A tier that scales in every way", () => {
  let landed: Registration[];
  before(async () => {
    landed = await land(pressPlan());
  });

  it("has an autoscaler that counts by metrics too, and grows and shrinks as it is told", () => {
    const { inputs } = find(landed, HPA, "press-web-autoscaler");
    assert.deepEqual(inputs, {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web", ...metadata("web") },
      spec: {
        scaleTargetRef: targetOf("web"),
        minReplicas: 3,
        maxReplicas: 20,
        metrics: METRICS_OF_WEB,
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: "Max",
            policies: [
              { type: "Percent", value: 100, periodSeconds: 30 },
              { type: "Pods", value: 4, periodSeconds: 30 },
            ],
          },
          scaleDown: {
            stabilizationWindowSeconds: 600,
            selectPolicy: "Min",
            policies: [{ type: "Percent", value: 25, periodSeconds: 60 }],
          },
        },
      },
    });
  });

  it("says of a direction that is turned off nothing else", () => {
    const { inputs } = find(landed, HPA, "press-binder-autoscaler");
    assert.deepEqual((inputs.spec as { behavior: unknown }).behavior, { scaleDown: { selectPolicy: "Disabled" } });
  });

  it("takes the larger or the smaller step, as it is told", async () => {
    const steps = { percent: 50, pods: 2, periodSeconds: 60 };
    const autoscale = { scaleUp: { ...steps, select: "min" }, scaleDown: { ...steps, select: "max" } };
    const { inputs } = find(await land(pressPlan({ tiers: { web: { autoscale } } })), HPA, "press-web-autoscaler");
    const { behavior } = inputs.spec as { behavior: Record<string, { selectPolicy: string }> };
    assert.deepEqual([behavior.scaleUp?.selectPolicy, behavior.scaleDown?.selectPolicy], ["Min", "Max"]);
  });

  it("is sized by its own container alone, a single pod too", () => {
    const { inputs } = find(landed, VPA, "press-clock-vertical-autoscaler");
    assert.deepEqual(inputs, {
      apiVersion: "autoscaling.k8s.io/v1",
      kind: "VerticalPodAutoscaler",
      metadata: { name: "clock-vertical-autoscaler", ...metadata("clock") },
      spec: {
        targetRef: targetOf("clock"),
        updatePolicy: { updateMode: "Recreate", minReplicas: 1 },
        resourcePolicy: {
          containerPolicies: [
            {
              containerName: "clock",
              minAllowed: { cpu: "50m", memory: "64Mi" },
              maxAllowed: { cpu: "400m", memory: "512Mi" },
              controlledValues: "RequestsOnly",
            },
            { containerName: "*", mode: "Off" },
          ],
        },
      },
    });
  });

  it("has its size only recommended where the mode is off", () => {
    const { inputs } = find(landed, VPA, "press-web-vertical-autoscaler");
    assert.deepEqual(inputs.spec, {
      targetRef: targetOf("web"),
      updatePolicy: { updateMode: "Off" },
      resourcePolicy: {
        containerPolicies: [
          {
            containerName: "web",
            maxAllowed: { cpu: "2", memory: "4Gi" },
            controlledValues: "RequestsAndLimits",
          },
          { containerName: "*", mode: "Off" },
        ],
      },
    });
  });

  it("uses datastores that are sized likewise, their exporters left as they are", () => {
    const { inputs, parent } = find(landed, VPA, "press-db-vertical-autoscaler");
    assert.equal(parent, "press-db");
    assert.deepEqual(inputs.spec, {
      targetRef: { apiVersion: "apps/v1", kind: "StatefulSet", name: "db" },
      updatePolicy: { updateMode: "Initial", minReplicas: 1 },
      resourcePolicy: {
        containerPolicies: [
          { containerName: "db", maxAllowed: { cpu: "2", memory: "4Gi" }, controlledValues: "RequestsAndLimits" },
          { containerName: "*", mode: "Off" },
        ],
      },
    });
  });

  it("is scaled by KEDA, which dials the datastores from another namespace", () => {
    const { inputs } = find(landed, SCALED_OBJECT, "press-printer-scaled-object");
    assert.deepEqual(inputs, {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: {
        name: "printer",
        ...metadata("printer"),
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
      },
      spec: {
        scaleTargetRef: { name: "printer" },
        minReplicaCount: 0,
        maxReplicaCount: 8,
        pollingInterval: 15,
        cooldownPeriod: 600,
        triggers: [
          {
            type: "redis",
            metadata: {
              host: "queue.press.svc",
              port: "6379",
              listName: "pages",
              listLength: "5",
              databaseIndex: "1",
              enableTLS: "false",
            },
            authenticationRef: { name: "printer-events-queue-authentication" },
          },
          {
            type: "postgresql",
            metadata: {
              host: "db.press.svc",
              port: "5432",
              userName: "app",
              dbName: "press",
              sslmode: "disable",
              query: "SELECT count(*) FROM pages WHERE NOT printed",
              targetQueryValue: "20",
            },
            authenticationRef: { name: "printer-events-db-authentication" },
          },
          {
            type: "prometheus",
            metadata: {
              serverAddress: "http://prometheus.monitoring.svc:9090",
              query: "sum(rate(pages[1m]))",
              threshold: "0.5",
            },
          },
        ],
      },
    });
  });

  it("counts by CPU for KEDA as an autoscaler would", async () => {
    const events = { triggers: [{ cpu: 70 }, { memory: 85 }], min: 1 };
    const { inputs } = find(
      await land(pressPlan({ tiers: { printer: { events } } })),
      SCALED_OBJECT,
      "press-printer-scaled-object",
    );
    assert.deepEqual((inputs.spec as { triggers: unknown }).triggers, [
      { type: "cpu", metricType: "Utilization", metadata: { value: "70" } },
      { type: "memory", metricType: "Utilization", metadata: { value: "85" } },
    ]);
  });

  it("dials a datastore that runs elsewhere where it runs, over TLS", async () => {
    const datastores = { queue: { mode: "external", host: "192.0.2.6" }, db: { mode: "external", host: "192.0.2.5" } };
    const { inputs } = find(
      await land(pressPlan({ datastores }, ["queue", "db"])),
      SCALED_OBJECT,
      "press-printer-scaled-object",
    );
    const [redis, postgresql] = (inputs.spec as { triggers: { metadata: Record<string, string> }[] }).triggers;
    assert.deepEqual([redis?.metadata.host, redis?.metadata.enableTLS], ["192.0.2.6", "true"]);
    assert.deepEqual([postgresql?.metadata.host, postgresql?.metadata.sslmode], ["192.0.2.5", "require"]);
  });

  it("gives KEDA its passwords by reference to a Secret", () => {
    const kept = find(landed, "kubernetes:core/v1:Secret", "press-printer-events-queue-secret");
    assert.deepEqual(kept.inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: metadata("printer"),
      immutable: true,
      stringData: secret({ username: "default", password: passwordOf("queue") }),
    });
    const { inputs } = find(landed, AUTHENTICATION, "press-printer-events-queue-authentication");
    const name = autoName("press-printer-events-queue-secret");
    assert.deepEqual(inputs, {
      apiVersion: "keda.sh/v1alpha1",
      kind: "TriggerAuthentication",
      metadata: { name: "printer-events-queue-authentication", ...metadata("printer") },
      spec: {
        secretTargetRef: [
          { parameter: "username", name, key: "username" },
          { parameter: "password", name, key: "password" },
        ],
      },
    });
    assert.equal(ofType(landed, AUTHENTICATION).length, 2);
  });

  it("leaves the number of its pods to whoever scales it", () => {
    const replicas = (tier: string) =>
      (find(landed, DEPLOYMENT, `press-${tier}-deployment`).inputs.spec as { replicas?: number }).replicas;
    assert.deepEqual(["web", "printer", "clock"].map(replicas), [undefined, undefined, 1]);
  });

  it("has a budget in percent, of pods that stay or of pods that go", () => {
    const spec = (tier: string) => find(landed, BUDGET, `press-${tier}-disruption-budget`).inputs.spec;
    const rest = (tier: string) => ({
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: { "app.kubernetes.io/name": tier, "app.kubernetes.io/part-of": "press" } },
    });
    assert.deepEqual(spec("web"), { minAvailable: "50%", ...rest("web") });
    assert.deepEqual(spec("printer"), { maxUnavailable: "25%", ...rest("printer") });
  });

  it("has a priority class of the application's own, which no other namespace's could be", () => {
    assert.deepEqual(
      ofType(landed, PRIORITY).map(({ inputs }) => inputs),
      [
        {
          apiVersion: "scheduling.k8s.io/v1",
          kind: "PriorityClass",
          metadata: { name: "press-patient", labels: owner },
          value: -10,
          preemptionPolicy: "Never",
        },
        {
          apiVersion: "scheduling.k8s.io/v1",
          kind: "PriorityClass",
          metadata: { name: "press-urgent", labels: owner },
          value: 1000,
          description: "Whoever waits for a page",
          preemptionPolicy: "PreemptLowerPriority",
        },
      ],
    );
    const priority = (tier: string) => {
      const { spec } = find(landed, DEPLOYMENT, `press-${tier}-deployment`).inputs;
      return (spec as { template: { spec: { priorityClassName?: string } } }).template.spec.priorityClassName;
    };
    assert.deepEqual(["web", "printer", "clock"].map(priority), ["press-urgent", "press-patient", undefined]);
  });
});
