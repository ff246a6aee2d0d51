/** Everything that scales, through the real engine and provider on a real API server. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { METRICS_OF_WEB, pressFile } from "../support/press.ts";
import { eventually, type NamespaceContents, readCustomObjects, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";

const NAMESPACE = "press";

describe("an application that scales", function () {
  this.timeout(300_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let seen: NamespaceContents;
  let created: number;

  before(async () => {
    cluster = await sharedCluster();
    const config = {
      "landfall:app": "press",
      "landfall:profile": "dev",
      "landfall:cluster": clusterConfig(cluster),
      "landfall:edge": { kind: "ingress", host: "press.localhost", tls: { secretName: "press-tls" } },
      "landfall:autoscaling": { kedaNamespace: "keda-system" },
      // `off` without quotes: the stack file's parser must not take it for false.
      "landfall:tiers": { web: { verticalAutoscale: { mode: "off", min: { cpu: "50m" } } } },
    };
    stack = await new TestStack("dev", config, {}, { "apps/press.ts": pressFile }).create();
    const changes = await stack.up();
    assert.deepEqual(Object.keys(changes), ["created"]);
    created = changes.created as number;
    seen = await readNamespace(cluster.clients, NAMESPACE);
  });

  after(() => stack?.remove());

  const list = (group: string, version: string, plural: string) =>
    readCustomObjects(cluster.clients, { group, version, namespace: NAMESPACE, plural });
  const verticals = () => list("autoscaling.k8s.io", "v1", "verticalpodautoscalers");
  const scaledObjects = () => list("keda.sh", "v1alpha1", "scaledobjects");
  const priorityClasses = async () =>
    (await cluster.clients.scheduling.listPriorityClass()).items.filter(({ metadata }) =>
      metadata?.name?.startsWith(`${NAMESPACE}-`),
    );

  it("scales by metrics of its pods and from outside beside CPU and memory", () => {
    const { spec } = the(seen.autoscalers, "web");
    assert.deepEqual(spec?.metrics, METRICS_OF_WEB);
    assert.deepEqual(spec?.behavior?.scaleDown, {
      stabilizationWindowSeconds: 600,
      selectPolicy: "Min",
      policies: [{ type: "Percent", value: 25, periodSeconds: 60 }],
    });
  });

  it("never shrinks where that is turned off", () => {
    assert.equal(the(seen.autoscalers, "binder").spec?.behavior?.scaleDown?.selectPolicy, "Disabled");
  });

  it("reaches its fewest replicas by the autoscaler of Kubernetes", async () => {
    const { deployments } = await eventually(
      () => readNamespace(cluster.clients, NAMESPACE),
      ({ deployments }) =>
        the(deployments, "web").status?.readyReplicas === 3 && the(deployments, "binder").status?.readyReplicas === 2,
    );
    assert.equal(the(deployments, "web").spec?.replicas, 3);
  });

  it("is sized by VerticalPodAutoscalers, which recommend", async () => {
    const found = await eventually(verticals, (all) => all.every(({ status }) => status?.recommendation));
    const { spec, status } = the(found, "clock");
    const clock = the(seen.deployments, "clock").metadata?.name;
    assert.deepEqual(spec, {
      targetRef: { apiVersion: "apps/v1", kind: "Deployment", name: clock },
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
    });
    assert.deepEqual(status?.recommendation, {
      containerRecommendations: [
        {
          containerName: "clock",
          target: { cpu: "50m", memory: "64Mi" },
          lowerBound: { cpu: "50m", memory: "64Mi" },
          upperBound: { cpu: "400m", memory: "512Mi" },
        },
      ],
    });
    assert.deepEqual(the(found, "web").spec.updatePolicy, { updateMode: "Off" });
    assert.deepEqual(the(found, "db").spec.targetRef, { apiVersion: "apps/v1", kind: "StatefulSet", name: "db" });
    assert.equal(found.length, 3);
  });

  it("is scaled by KEDA, which has taken the ScaledObject", async () => {
    const found = await scaledObjects();
    const { metadata, spec, status } = the(found, "printer");
    assert.equal(found.length, 1);
    assert.equal(metadata?.name, "printer");
    const { triggers, scaleTargetRef, ...figures } = spec as { triggers: { type: string }[]; scaleTargetRef: object };
    assert.deepEqual(scaleTargetRef, { name: the(seen.deployments, "printer").metadata?.name });
    assert.deepEqual(figures, { minReplicaCount: 0, maxReplicaCount: 8, pollingInterval: 15, cooldownPeriod: 600 });
    assert.deepEqual(
      triggers.map(({ type }) => type),
      ["redis", "postgresql", "prometheus"],
    );
    assert.deepEqual(
      status?.conditions?.filter(({ status }) => status === "True").map(({ type }) => type),
      ["Ready", "Active"],
    );
  });

  it("hands KEDA the passwords by reference only", async () => {
    const found = await list("keda.sh", "v1alpha1", "triggerauthentications");
    const references = found.flatMap(
      ({ spec }) => spec.secretTargetRef as { parameter: string; name: string; key: string }[],
    );
    assert.deepEqual(references.map(({ parameter }) => parameter).sort(), [
      "password",
      "password",
      "username",
      "username",
    ]);
    const state = await stack.state();
    for (const { parameter, name, key } of references) {
      const encoded = seen.secrets.find(({ metadata }) => metadata?.name === name)?.data?.[key];
      assert.ok(encoded, `${name} has no ${key}`);
      if (parameter === "username") continue;
      const password = Buffer.from(encoded, "base64").toString();
      for (const form of [password, encoded]) {
        assert.ok(!JSON.stringify(await scaledObjects()).includes(form));
        assert.ok(!state.includes(form), "a password stands in the state");
      }
    }
  });

  it("lets KEDA's operator into the datastores that it asks, and nothing else", () => {
    const inlets = seen.networkPolicies.flatMap(({ metadata, spec }) =>
      (spec?.ingress ?? []).flatMap(({ _from = [], ports = [] }) =>
        _from
          .filter(
            ({ namespaceSelector }) =>
              namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"] === "keda-system",
          )
          .flatMap(() => ports.map(({ port }) => `${metadata?.labels?.["app.kubernetes.io/name"]} ${port}`)),
      ),
    );
    assert.deepEqual(inlets.sort(), ["db 5432", "queue 6379"]);
  });

  it("has budgets in percent, and priorities of its own", async () => {
    assert.equal(the(seen.disruptionBudgets, "web").spec?.minAvailable, "50%");
    assert.equal(the(seen.disruptionBudgets, "printer").spec?.maxUnavailable, "25%");
    const classes = await priorityClasses();
    assert.deepEqual(
      classes.map(({ metadata, value, preemptionPolicy }) => [metadata?.name, value, preemptionPolicy]),
      [
        ["press-patient", -10, "Never"],
        ["press-urgent", 1000, "PreemptLowerPriority"],
      ],
    );
    const priorityOf = (tier: string) =>
      seen.pods
        .filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === tier)
        .map(({ spec }) => [spec?.priorityClassName, spec?.priority]);
    assert.deepEqual(priorityOf("printer"), [["press-patient", -10]]);
    assert.ok(priorityOf("web").every(([name, value]) => name === "press-urgent" && value === 1000));
  });

  it("changes nothing the second time, and has not drifted", async () => {
    assert.deepEqual(await stack.up(), { unchanged: created });
    assert.deepEqual(await stack.preview("--refresh", "--expect-no-changes"), { unchanged: created });
  });

  it("changes the value of a priority, which takes another class of the same name", async () => {
    const file = join(stack.directory, "apps/press.ts");
    writeFileSync(file, pressFile.replace('"value":1000', '"value":2000'));
    await stack.up();
    const urgent = (await priorityClasses()).find(({ metadata }) => metadata?.name === "press-urgent");
    assert.equal(urgent?.value, 2000);
  });

  it("moves a tier from KEDA to an autoscaler by two words in the stack file", async () => {
    stack.configure({ "landfall:tiers": { printer: { replicas: 2, events: false, autoscale: { max: 4, cpu: 70 } } } });
    await stack.up();
    assert.deepEqual(await scaledObjects(), []);
    const { autoscalers } = await eventually(
      () => readNamespace(cluster.clients, NAMESPACE),
      ({ autoscalers }) => !autoscalers.some(({ metadata }) => metadata?.name === "keda-hpa-printer"),
    );
    assert.equal(the(autoscalers, "printer").spec?.maxReplicas, 4);
  });

  it("destroy leaves nothing behind, in no namespace either", async () => {
    await stack.destroy();
    const { items } = await cluster.clients.core.listNamespace();
    assert.ok(!items.some(({ metadata }) => metadata?.name === NAMESPACE));
    assert.deepEqual(await priorityClasses(), []);
  });
});
