/** Every kind of way in through the real engine, against the real definitions of its custom resources. */
import assert from "node:assert/strict";
import { CustomObjectsApi, KubeConfig } from "@kubernetes/client-node";
import { sharedCluster, type TestCluster } from "../support/cluster.ts";
import { type Loose, market } from "../support/market.ts";
import { eventually } from "../support/read.ts";
import type { TestStack } from "../support/stack.ts";
import { stackOf } from "../support/stack-of.ts";

interface Custom {
  metadata: { name: string };
  spec: Record<string, unknown>;
  status?: { conditions?: { type: string; status: string }[] };
}

describe("The way in on a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let objects: CustomObjectsApi;
  let stack: TestStack | undefined;

  before(async () => {
    cluster = await sharedCluster();
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig);
    objects = config.makeApiClient(CustomObjectsApi);
  });
  afterEach(async () => {
    await stack?.destroy();
    stack?.remove();
    stack = undefined;
  });

  /** Lands the market behind `edge` in a namespace of its own; it says how it went. */
  async function land(namespace: string, edge: object, change: (app: Loose) => void = () => {}) {
    const application = structuredClone(market);
    change(application);
    stack = stackOf(cluster, application, {
      "landfall:namespace": namespace,
      "landfall:edge": { host: "market.localhost", ...edge },
    });
    await stack.create();
    return stack.run("up", "--yes", "--skip-preview", "--stack", "dev");
  }

  async function succeeds(...args: Parameters<typeof land>): Promise<void> {
    const { code, output } = await land(...args);
    assert.equal(code, 0, output);
  }

  async function list(group: string, version: string, plural: string, namespace: string): Promise<Custom[]> {
    const found = (await objects.listNamespacedCustomObject({ group, version, plural, namespace })) as {
      items: Custom[];
    };
    return found.items.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }
  const names = (items: Custom[]) => items.map(({ metadata }) => metadata.name);
  const becomes = (look: () => Promise<Custom[]>, condition: string) =>
    eventually(look, (items) =>
      items.every(({ status }) => status?.conditions?.some((it) => it.type === condition && it.status === "True")),
    );

  it("is Traefik's Ingresses and Middlewares, with a certificate that signs itself", async () => {
    await succeeds("edge-ingress", { kind: "ingress", tls: { selfSigned: true } });
    const { items } = await cluster.clients.networking.listNamespacedIngress({ namespace: "edge-ingress" });
    assert.equal(items.length, 4);
    assert.deepEqual(names(await list("traefik.io", "v1alpha1", "middlewares", "edge-ingress")), [
      "market-api-api-headers",
      "market-api-api-per-minute",
      "market-api-api-root-headers",
      "market-live-live-headers",
      "market-redirect-https",
      "market-shop-root-headers",
    ]);
    assert.deepEqual(names(await list("traefik.io", "v1alpha1", "serverstransports", "edge-ingress")), [
      "market-api-transport",
    ]);
    const certificates = await becomes(() => list("cert-manager.io", "v1", "certificates", "edge-ingress"), "Ready");
    assert.deepEqual(certificates[0]?.spec.dnsNames, ["market.localhost", "api.market.localhost"]);
    assert.deepEqual((await list("cert-manager.io", "v1", "issuers", "edge-ingress"))[0]?.spec, { selfSigned: {} });
  });

  it("is a Gateway with HTTPRoutes and Envoy Gateway's policies, with a certificate by ACME", async () => {
    const edge = { kind: "gateway", tls: { acme: { email: "ops@example.com" } }, fallback: { class: "traefik" } };
    await succeeds("edge-gateway", edge);
    const of = (plural: string) => list("gateway.networking.k8s.io", "v1", plural, "edge-gateway");
    const [gateway] = await becomes(() => of("gateways"), "Programmed");
    const { listeners } = (gateway as Custom).spec as { listeners: { name: string; port: number }[] };
    assert.deepEqual(
      listeners.map(({ name, port }) => `${name} ${port}`),
      ["http 80", "https 443", "https-api 443"],
    );
    assert.deepEqual(names(await of("httproutes")), [
      "market-api-api",
      "market-api-api-root",
      "market-live-live",
      "market-redirect",
      "market-shop-root",
    ]);
    const policies = (plural: string) => list("gateway.envoyproxy.io", "v1alpha1", plural, "edge-gateway");
    assert.deepEqual(names(await policies("backendtrafficpolicies")), ["market-api-api"]);
    assert.deepEqual(names(await policies("securitypolicies")), ["market-api-api"]);
    assert.deepEqual(names(await policies("clienttrafficpolicies")), ["market-websockets"]);
    const { items } = await cluster.clients.networking.listNamespacedIngress({ namespace: "edge-gateway" });
    assert.equal(items.length, 4);
    const { items: allowed } = await cluster.clients.networking.listNamespacedNetworkPolicy({
      namespace: "edge-gateway",
    });
    const challenges = allowed.find(({ spec }) => spec?.ingress?.[0]?.ports?.[0]?.port === 8089);
    assert.deepEqual(
      challenges?.spec?.ingress?.[0]?._from?.map(
        ({ namespaceSelector }) => namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"],
      ),
      ["envoy-gateway-system", "traefik"],
    );
  });

  it("is a Gateway of any implementation, CORS as the route's own filter", async () => {
    const edge = { kind: "gateway", implementation: "other", gatewayNamespace: "traefik", tls: { issuer: "local" } };
    await succeeds("edge-standard", edge, ({ tiers }) => {
      delete tiers.api.route[0].rateLimit;
    });
    const routes = await list("gateway.networking.k8s.io", "v1", "httproutes", "edge-standard");
    const { rules } = (routes[0] as Custom).spec as { rules: { filters: { type: string }[] }[] };
    assert.deepEqual(
      rules[0]?.filters.map(({ type }) => type),
      ["CORS", "ResponseHeaderModifier"],
    );

    // The same application by another road, in one update.
    const ingress = { kind: "ingress", host: "market.localhost", tls: { issuer: "local" } };
    stack?.configure({ "landfall:edge": ingress });
    await stack?.up();
    assert.deepEqual(await list("gateway.networking.k8s.io", "v1", "gateways", "edge-standard"), []);
    const { items } = await cluster.clients.networking.listNamespacedIngress({ namespace: "edge-standard" });
    assert.equal(items.length, 4);
    assert.deepEqual(Object.keys((await stack?.up()) ?? {}), ["unchanged"]);
  });

  it("is Istio's Gateway, and a mesh that lets through what the links say", async () => {
    await succeeds("edge-istio", { kind: "istio", tls: { selfSigned: true } }, ({ tiers }) => {
      delete tiers.api.route[0].rateLimit;
      tiers.api.route[0].retries = 2;
    });
    const networking = (plural: string) => list("networking.istio.io", "v1", plural, "edge-istio");
    const security = (plural: string) => list("security.istio.io", "v1", plural, "edge-istio");
    assert.deepEqual(names(await networking("gateways")), ["market"]);
    assert.deepEqual(names(await networking("virtualservices")), ["market-host", "market-host-api"]);
    assert.deepEqual(names(await networking("destinationrules")), ["market-api", "market-live", "market-shop"]);
    assert.deepEqual((await security("peerauthentications"))[0]?.spec, { mtls: { mode: "STRICT" } });
    assert.deepEqual(names(await security("authorizationpolicies")), [
      "market-allow-nothing",
      "market-api",
      "market-live",
      "market-queue",
      "market-shop",
    ]);
    assert.deepEqual(names(await list("cert-manager.io", "v1", "certificates", "istio-system")), ["edge-istio-tls"]);
    const { metadata } = await cluster.clients.core.readNamespace({ name: "edge-istio" });
    assert.equal(metadata?.labels?.["istio-injection"], "enabled");
    await stack?.destroy();
    assert.deepEqual(await list("cert-manager.io", "v1", "certificates", "istio-system"), []);
  });

  it("is refused where the cluster lacks what it is made of, and nothing is made", async () => {
    const lacking = await land(
      "edge-refused",
      { kind: "gateway", gatewayClass: "nginx", tls: { selfSigned: true } },
      ({ tiers }) => {
        for (const route of tiers.api.route) delete route.timeoutSeconds;
      },
    );
    assert.notEqual(lacking.code, 0);
    assert.match(
      lacking.output,
      /does not know RateLimitPolicy \(gateway\.nginx\.org\/v1alpha1\)[\s\S]*install NGINX Gateway Fabric/,
    );
    stack?.configure({
      "landfall:edge": {
        kind: "gateway",
        host: "market.localhost",
        gatewayClass: "envoy",
        tls: { selfSigned: true },
      },
    });
    const classless = await stack?.run("up", "--yes", "--skip-preview", "--stack", "dev");
    assert.match(classless?.output ?? "", /no gateway class "envoy"[\s\S]*allowed\s+eg/);
    const { items } = await cluster.clients.core.listNamespace();
    assert.ok(!items.some(({ metadata }) => metadata?.name === "edge-refused"));
  });
});
