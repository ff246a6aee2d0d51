import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { installAddons } from "../../components/addons/addons.ts";
import { Application } from "../../components/application.ts";
import { catalogue } from "../../config/addons/catalogue.ts";
import type { Plan } from "../../config/plan.ts";
import { planWith } from "../support/addons.ts";
import { find, ofType, type Registration, record, secret } from "../support/mocks.ts";
import { cloudWith } from "../support/pybase.ts";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const owner = {
  "app.kubernetes.io/part-of": "shop",
  "app.kubernetes.io/instance": "test",
  "app.kubernetes.io/managed-by": "landfall",
};

/** As index.ts has it. */
function land(plan: Plan): Promise<Registration[]> {
  const secrets = Object.fromEntries(plan.secrets.map(({ name }) => [name, pulumi.secret(`secret of ${name}`)]));
  return record(() => {
    const provider = new k8s.Provider("cluster", { clusterIdentifier: "the-cluster" });
    const providers = [provider];
    const cloud = cloudWith(provider);
    const dependsOn = installAddons("shop-addons", { plan, secrets, cloud }, { providers });
    new Application("shop", { plan, secrets, cloud }, { providers, dependsOn });
  });
}

describe("Add-ons", () => {
  let landed: Registration[];
  before(async () => {
    const addons = {
      "cert-manager": true,
      "kube-prometheus-stack": { secretValues: { "grafana.adminPassword": "grafana" } },
      metallb: {
        pools: { lan: { addresses: ["192.0.2.0/28"], mode: "l2" } },
        peers: [{ name: "router", myASN: 1, peerASN: 2, peerAddress: "192.0.2.1", password: { secret: "bgp" } }],
      },
      "envoy-gateway": true,
    };
    landed = await land(
      planWith(addons, ({ stack, secrets }) => {
        stack.profile = "production";
        secrets.names.push("grafana", "bgp");
      }),
    );
  });

  it("leave no trace in a stack that has none", async () => {
    const bare = await land(planWith({}));
    assert.deepEqual(
      bare.filter(({ type }) => type === RELEASE || type.includes("addons")),
      [],
    );
  });

  it("get a namespace each, with the Pod Security that they need, protected where it holds data", () => {
    const of = (name: string) => find(landed, NAMESPACE, `shop-addons-${name}-namespace`);
    assert.deepEqual(of("cert-manager").inputs, {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: "cert-manager",
        labels: {
          ...owner,
          "pod-security.kubernetes.io/enforce": "restricted",
          "pod-security.kubernetes.io/audit": "restricted",
          "pod-security.kubernetes.io/warn": "restricted",
        },
      },
    });
    assert.equal(of("cert-manager").protect, true);
    assert.equal(of("metallb-system").protect, false);
  });

  it("are releases that wait, and are taken back where they fail", () => {
    const { inputs, parent, dependsOn } = find(landed, RELEASE, "shop-addons-cert-manager");
    const { values, ...rest } = inputs;
    assert.deepEqual(rest, {
      name: "cert-manager",
      namespace: "cert-manager",
      chart: "oci://quay.io/jetstack/charts/cert-manager",
      version: catalogue["cert-manager"].version,
      atomic: true,
      timeout: 600,
      maxHistory: 5,
      compat: "true",
    });
    assert.deepEqual(values, {
      crds: { enabled: true, keep: true },
      replicaCount: 2,
      webhook: { replicaCount: 2 },
      cainjector: { replicaCount: 2 },
      podDisruptionBudget: { enabled: true },
      prometheus: { servicemonitor: { enabled: true } },
    });
    assert.equal(parent, "shop-addons");
    assert.deepEqual(dependsOn, ["shop-addons-cert-manager-namespace", "shop-addons-kube-prometheus-stack"]);
    assert.deepEqual(find(landed, RELEASE, "shop-addons-metallb").inputs.repositoryOpts, {
      repo: "https://metallb.github.io/metallb",
    });
  });

  it("hide the values that are secrets", () => {
    const { values } = find(landed, RELEASE, "shop-addons-kube-prometheus-stack").inputs;
    const text = JSON.stringify(values);
    assert.ok(text.includes(JSON.stringify(secret("secret of grafana"))) || "[secret]" in (values as object), text);
  });

  it("have their custom resources after the release that brings the kinds", () => {
    const pool = find(landed, "kubernetes:metallb.io/v1beta1:IPAddressPool", "shop-addons-metallb-lan-ipaddresspool");
    assert.deepEqual(pool.inputs.metadata, { name: "lan", namespace: "metallb-system", labels: owner });
    assert.ok(pool.dependsOn.includes("shop-addons-metallb"));
    const password = find(landed, "kubernetes:core/v1:Secret", "shop-addons-metallb-router-password");
    assert.deepEqual(password.inputs.stringData, secret({ password: "secret of bgp" }));
    const { inputs } = find(
      landed,
      "kubernetes:gateway.networking.k8s.io/v1:GatewayClass",
      "shop-addons-envoy-gateway-eg-gatewayclass",
    );
    assert.deepEqual(inputs.metadata, { name: "eg", labels: owner });
  });

  it("come before the application, all of them", () => {
    const application = find(landed, "landfall:application:Application", "shop");
    for (const { name } of ofType(landed, RELEASE)) assert.ok(application.dependsOn.includes(name), name);
    assert.ok(application.dependsOn.includes("shop-addons-metallb-lan-ipaddresspool"));
  });
});
