import assert from "node:assert/strict";
import { checkAddons } from "../../cloud/addons.ts";
import type { Ask } from "../../cloud/api-server.ts";
import { checkAutoscalers } from "../../cloud/autoscalers.ts";
import { checkEdge } from "../../cloud/edge.ts";
import { checkOperators } from "../../cloud/operators.ts";
import { checkSecretStore } from "../../cloud/secrets.ts";
import type { Plan } from "../../config/plan.ts";
import { planWith } from "../support/addons.ts";
import { type Loose, marketPlan } from "../support/market.ts";

const apis = (...groups: string[]) => ({
  "/apis": { groups: groups.map((name) => ({ name, versions: [{ groupVersion: `${name}/v1` }] })) },
});
const classes = (...names: string[]) => ({
  "/apis/networking.k8s.io/v1/ingressclasses": { items: names.map((name) => ({ metadata: { name } })) },
});
const ours = {
  "app.kubernetes.io/managed-by": "landfall",
  "app.kubernetes.io/part-of": "shop",
  "app.kubernetes.io/instance": "test",
};
const namespace = (name: string, labels: object) => ({ [`/api/v1/namespaces/${name}`]: { metadata: { labels } } });

async function refusal(check: (ask: Ask) => Promise<void>, answers: Record<string, unknown>): Promise<string> {
  try {
    await check((async (path: string) => answers[path]) as Ask);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const addons = (plan: Plan, answers: Record<string, unknown>) => refusal((ask) => checkAddons(ask, plan), answers);

describe("An add-on on a cluster", () => {
  it("is installed where the cluster lacks it", async () => {
    assert.equal(await addons(planWith({ keda: true, traefik: true }), { ...apis("apps"), ...classes("nginx") }), "");
  });

  it("is refused where somebody else's is there, by what tells it", async () => {
    assert.equal(
      await addons(planWith({ keda: true }), apis("apps", "keda.sh")),
      `landfall:addons.keda: the cluster has keda.sh already, which another installation of KEDA brought.
  fix      do without the add-on; or, if only that was left behind, set landfall:addons.keda.adopt: true
  Nothing was created or changed.
`,
    );
    assert.match(
      await addons(planWith({ traefik: true }), { ...apis("apps"), ...classes("traefik") }),
      /landfall:addons\.traefik: the cluster has the ingress class "traefik" already/,
    );
  });

  it("is ours where its namespace is this stack's, and another's where it is another stack's", async () => {
    const plan = planWith({ keda: true });
    assert.equal(await addons(plan, { ...apis("keda.sh"), ...namespace("keda", ours) }), "");
    const theirs = namespace("keda", { ...ours, "app.kubernetes.io/instance": "other" });
    assert.match(await addons(plan, { ...apis("keda.sh"), ...theirs }), /another installation of KEDA/);
  });

  it("takes over what was left behind where the stack says so", async () => {
    assert.equal(await addons(planWith({ keda: { adopt: true } }), apis("keda.sh")), "");
  });

  it("is refused without what it is built upon, unless another add-on brings that", async () => {
    assert.equal(
      await addons(planWith({ "nginx-gateway-fabric": true }), apis("apps")),
      `landfall:addons.nginx-gateway-fabric: the cluster does not serve gateway.networking.k8s.io, which it is built upon.
  fix      install that first, or set landfall:addons.envoy-gateway: true
  Nothing was created or changed.
`,
    );
    const both = planWith({ "nginx-gateway-fabric": true, "envoy-gateway": true });
    assert.equal(await addons(both, apis("apps")), "");
    assert.equal(await addons(planWith({ "nginx-gateway-fabric": true }), apis("gateway.networking.k8s.io")), "");
  });

  it("is not refused for what the credentials may not see", async () => {
    assert.equal(await addons(planWith({ keda: true, traefik: true }), {}), "");
  });
});

describe("What an add-on of the same update brings", () => {
  const withAddons = (edge: object, names: object, change?: (app: Loose) => void) => ({
    ...marketPlan(edge, change),
    addons: planWith(names).addons,
  });

  it("is not missed in the way in", async () => {
    const bare = { ...apis("apps"), ...classes() };
    const ingress = { kind: "ingress", tls: { selfSigned: true } };
    const check = (plan: Plan) => refusal((ask) => checkEdge(ask, plan, () => {}), bare);
    assert.equal(await check(withAddons(ingress, { traefik: true, "cert-manager": true })), "");
    assert.match(
      await check(withAddons(ingress, { traefik: true })),
      /does not know Issuer .*set landfall:addons\.cert-manager: true/s,
    );
    const gateway = { "/apis/gateway.networking.k8s.io/v1/gatewayclasses": { items: [] } };
    const plan = withAddons({ kind: "gateway" }, { "envoy-gateway": true });
    assert.equal(await refusal((ask) => checkEdge(ask, plan, () => {}), { ...bare, ...gateway }), "");
  });

  it("is not missed by what the datastores and the secrets are run by", async () => {
    const plan = planWith({ "cloudnative-pg": true, "sealed-secrets": true }, ({ app }) => {
      app.datastores.db.servers = 3;
    });
    assert.equal(await refusal((ask) => checkOperators(ask, plan), apis("apps")), "");
    const sealed = { ...plan, secretStore: { kind: "sealed-secrets" as const, values: {} } };
    assert.equal(await refusal((ask) => checkSecretStore(ask, sealed), apis("apps")), "");
  });

  it("is not missed by what scales", async () => {
    const scaled = planWith({ "metrics-server": true, "vertical-pod-autoscaler": true, keda: true }, ({ app }) => {
      delete app.tiers.web.autoscale;
      app.tiers.web.events = { max: 4, triggers: [{ cpu: 70 }] };
      app.tiers.jobs.verticalAutoscale = { mode: "off", max: { cpu: "1", memory: "1Gi" } };
    });
    const warnings: string[] = [];
    const check: Parameters<typeof refusal>[0] = (ask) =>
      checkAutoscalers(ask, scaled, (text) => void warnings.push(text));
    assert.equal(await refusal(check, apis("apps")), "");
    assert.deepEqual(warnings, []);
  });
});
