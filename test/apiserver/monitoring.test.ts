/** An application that is watched, through the real engine on an API server with the Prometheus operator's kinds. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import type { AlertmanagerConfigSpec } from "../../components/monitoring/custom-resources.ts";
import { ruleGroups } from "../../components/monitoring/rules.ts";
import type { MonitoringPlan } from "../../config/monitoring.ts";
import { resolve } from "../../config/resolve.ts";
import { alertmanagerFile } from "../support/alertmanager.ts";
import { clusterConfig, sharedCluster, type TestCluster } from "../support/cluster.ts";
import { judge } from "../support/judges.ts";
import { type NamespaceContents, readNamespace, the } from "../support/read.ts";
import { TestStack } from "../support/stack.ts";
import { harborInputs, MONITORING } from "../support/watched.ts";

const NAMESPACE = "harbor";
const SECRETS = {
  pagerduty: "0123456789abcdef0123456789abcdef",
  slack: "https://hooks.example.com/canary-slack",
  webhook: "https://hooks.example.com/canary-webhook",
  smtp: "canary-of-smtp",
};

interface Custom<Spec> {
  metadata: { name: string; labels: Record<string, string> };
  spec: Spec;
}

describe("An application that is watched, on a real API server", function () {
  this.timeout(900_000);
  let cluster: TestCluster;
  let stack: TestStack;
  let seen: NamespaceContents;
  const monitoring = resolve(harborInputs()).monitoring as MonitoringPlan;
  const { targets } = monitoring;

  before(async () => {
    cluster = await sharedCluster();
    stack = await new TestStack(
      "test",
      {
        "landfall:app": "harbor",
        "landfall:profile": "staging",
        "landfall:cluster": clusterConfig(cluster),
        "landfall:edge": { kind: "ingress", host: "harbor.localhost", tls: { secretName: "harbor-tls" } },
        "landfall:monitoring": MONITORING,
      },
      {},
      { "apps/harbor.ts": readFileSync(new URL("../support/harbor.ts", import.meta.url), "utf8") },
    ).create({
      "landfall:secret": "a-stack-secret-for-tests-that-is-long-enough",
      ...Object.fromEntries(Object.entries(SECRETS).map(([name, value]) => [`landfall:secrets.${name}`, value])),
    });
    await stack.up();
    seen = await readNamespace(cluster.clients, NAMESPACE);
  });

  after(async () => {
    await stack?.destroy();
    stack?.remove();
  });

  async function list<Spec>(plural: string, version = "v1"): Promise<Custom<Spec>[]> {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    const { items } = await config
      .makeApiClient(CustomObjectsApi)
      .listNamespacedCustomObject({ group: "monitoring.coreos.com", version, namespace: NAMESPACE, plural });
    return (items as Custom<Spec>[]).sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  it("has monitors that find the Services, pods and ports that there are", async () => {
    interface Monitor {
      selector: { matchLabels: Record<string, string> };
      endpoints?: { targetPort: number }[];
      podMetricsEndpoints?: { portNumber: number }[];
    }
    const services = await list<Monitor>("servicemonitors");
    const pods = await list<Monitor>("podmonitors");
    assert.equal(services.length, targets.filter(({ hasService }) => hasService).length);
    assert.equal(pods.length, 1);
    for (const { spec, metadata } of [...services, ...pods]) {
      assert.equal(metadata.labels.release, "kube-prometheus-stack");
      const fits = (labels: Record<string, string> = {}) =>
        Object.entries(spec.selector.matchLabels).every(([key, value]) => labels[key] === value);
      const port = spec.endpoints?.[0]?.targetPort ?? spec.podMetricsEndpoints?.[0]?.portNumber;
      const found = seen.pods.filter((pod) => fits(pod.metadata?.labels));
      assert.ok(found.length > 0);
      for (const pod of found) {
        const ports = pod.spec?.containers.flatMap(({ ports = [] }) => ports.map((it) => it.containerPort));
        assert.ok(ports?.includes(port as number), `${pod.metadata?.name} has ${ports}, not ${port}`);
      }
      if (spec.endpoints) assert.equal(seen.services.filter((it) => fits(it.metadata?.labels)).length, 1);
    }
  });

  it("has a PrometheusRule with every rule of the plan, which promtool understands as it was read back", async () => {
    const [found, ...others] = await list<{ groups: { rules: object[] }[] }>("prometheusrules");
    assert.deepEqual(others, []);
    assert.deepEqual(found?.spec, ruleGroups(NAMESPACE, monitoring));
    await judge("promtool", ["check", "rules", "rules.yaml"], { "rules.yaml": found?.spec });
  });

  it("has dashboards that Grafana's sidecar finds", () => {
    const boards = seen.configMaps.filter(({ metadata }) => metadata?.labels?.grafana_dashboard === "1");
    const files = boards.flatMap(({ data = {} }) => Object.entries(data));
    assert.deepEqual(files.map(([file]) => file).sort(), ["harbor-databases.json", "harbor-overview.json"]);
    for (const [, text] of files) assert.ok(JSON.parse(text).panels.length > 0);
  });

  it("has a configuration of Alertmanager that amtool understands, with keys that its Secret has", async () => {
    const [found, ...others] = await list<AlertmanagerConfigSpec>("alertmanagerconfigs", "v1alpha1");
    assert.deepEqual(others, []);
    const secrets = Object.fromEntries(
      seen.secrets.map(({ metadata, data = {} }) => [
        metadata?.name,
        Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()])),
      ]),
    );
    const file = alertmanagerFile(found?.spec as AlertmanagerConfigSpec, NAMESPACE, secrets);
    for (const value of Object.values(SECRETS)) assert.ok(JSON.stringify(file).includes(value));
    await judge("amtool", ["check-config", "alertmanager.yaml"], { "alertmanager.yaml": file });
  });

  it("lets Prometheus in to each metrics port, and nowhere else", () => {
    const opened = seen.networkPolicies.flatMap(({ spec }) =>
      (spec?.ingress ?? [])
        .filter(({ _from = [] }) =>
          _from.some((it) => it.namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"] === "monitoring"),
        )
        .flatMap(({ ports = [] }) =>
          ports.map(({ port }) => `${spec?.podSelector?.matchLabels?.["app.kubernetes.io/name"]}:${port}`),
        ),
    );
    assert.deepEqual(opened.sort(), targets.map(({ component, port }) => `${component}:${port}`).sort());
    assert.equal(the(seen.services, "site").spec?.ports?.length, 1);
  });

  it("shows no receiver's secret in the state, the configuration or any object but the Secret", async () => {
    const { secrets, ...objects } = seen;
    const rest = JSON.stringify([
      objects,
      await list("alertmanagerconfigs", "v1alpha1"),
      await list("prometheusrules"),
      await stack.state(),
    ]);
    for (const value of Object.values(SECRETS)) {
      for (const form of [value, Buffer.from(value).toString("base64")]) assert.ok(!rest.includes(form), value);
    }
    assert.equal(secrets.filter(({ data = {} }) => "pagerduty" in data).length, 1);
  });

  it("is unchanged by a second update, and unwatched once the stack names no Prometheus", async () => {
    const { unchanged, ...changes } = await stack.up();
    assert.ok((unchanged ?? 0) > 30);
    assert.deepEqual(changes, {});

    stack.configure({ "landfall:monitoring": undefined });
    for (const name of Object.keys(SECRETS)) await stack.succeed("config", "rm", "--path", `landfall:secrets.${name}`);
    await stack.succeed("config", "rm", "landfall:secrets");
    await stack.up();
    for (const plural of ["servicemonitors", "podmonitors", "prometheusrules"])
      assert.deepEqual(await list(plural), []);
    assert.deepEqual(await list("alertmanagerconfigs", "v1alpha1"), []);
  });
});
