import assert from "node:assert/strict";
import type { Features } from "../../config/routes.ts";
import { HEADERS, marketPlan } from "../support/market.ts";
import { planOf } from "../support/shop.ts";

const envoy = { kind: "gateway" };

describe("Routes", () => {
  it("lead to a tier from a path, from a host of its own, or from several", () => {
    assert.deepEqual(
      marketPlan(envoy).edge.routes.map(
        ({ id, host, path, service, port }) => `${id}: ${host}${path} > ${service}:${port}`,
      ),
      [
        "shop-root: market.example.com/ > shop:8080",
        "api-api: market.example.com/api > api:8000",
        "api-api-root: api.market.example.com/ > api:8000",
        "live-live: market.example.com/live > live:8501",
      ],
    );
  });

  it("carry what they declare, with defaults for what they leave open", () => {
    const [, api] = marketPlan(envoy).edge.routes;
    assert.deepEqual(api?.features, {
      rateLimit: { perMinute: 100 },
      timeoutSeconds: 60,
      cors: {
        origins: ["https://app.example.com"],
        methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        headers: ["Authorization", "Content-Type"],
        credentials: true,
        maxAgeSeconds: 600,
      },
      responseHeaders: HEADERS,
    } satisfies Features);
  });

  it("lay their own headers over the application's", () => {
    const { routes } = marketPlan(envoy, ({ tiers }) => {
      tiers.api.route[1].responseHeaders = { "X-Frame-Options": "DENY" };
    }).edge;
    assert.deepEqual(routes[2]?.features.responseHeaders, { ...HEADERS, "X-Frame-Options": "DENY" });
  });

  it("have security headers, and a policy for content, where the application declares an edge at all", () => {
    const [route] = marketPlan(envoy, (app) => (app.edge = {})).edge.routes;
    assert.deepEqual(route?.features.responseHeaders, {
      ...HEADERS,
      "Content-Security-Policy": "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; object-src 'none'",
    });
    assert.deepEqual(planOf().edge.routes[0]?.features, {});
  });

  it("redirect to HTTPS unless the application says otherwise; an Ingress of one that says nothing is left alone", () => {
    const redirects = (edge: object, declared?: object) =>
      marketPlan(edge, (app) => {
        app.edge = declared;
        if (!declared) app.tiers = { shop: { ...app.tiers.shop, uses: [] } };
      }).edge.redirectHttps;
    assert.equal(redirects({ kind: "ingress" }), undefined);
    assert.equal(redirects({ kind: "ingress" }, {}), true);
    assert.equal(redirects({ kind: "ingress" }, { redirectHttps: false }), false);
    assert.equal(redirects({ kind: "gateway" }), true);
    assert.equal(redirects({ kind: "istio" }), true);
  });
});

describe("Who comes in from outside", () => {
  const plain = ({ tiers, ...app }: { tiers: Record<string, { route?: unknown }>; edge?: unknown }) => {
    delete app.edge;
    for (const tier of Object.values(tiers)) tier.route = undefined;
    (tiers.shop as { route?: unknown }).route = "/";
  };
  const peers = (edge: object) =>
    marketPlan(edge, (app) => {
      plain(app);
      app.edge = undefined;
    })
      .links.filter(({ to }) => to.kind === "pods" && to.component === "shop")
      .map(({ from }) => from);

  const from: [what: string, edge: object, peers: object[]][] = [
    ["the controller's namespace", { kind: "ingress" }, [{ kind: "edge", namespace: "traefik" }]],
    [
      "a namespace by another name",
      { kind: "ingress", controllerNamespace: "kube-system" },
      [{ kind: "edge", namespace: "kube-system" }],
    ],
    [
      "the front ends of a load balancer whose addresses are known",
      { kind: "ingress", class: "gce" },
      [{ kind: "addresses", name: "edge", cidrs: ["130.211.0.0/22", "35.191.0.0/16"] }],
    ],
    [
      "the subnets of one whose addresses are not",
      { kind: "ingress", class: "alb", tls: { managed: true }, cidrs: ["10.0.0.0/16"] },
      [{ kind: "addresses", name: "edge", cidrs: ["10.0.0.0/16"] }],
    ],
    ["Envoy Gateway's own namespace", { kind: "gateway" }, [{ kind: "edge", namespace: "envoy-gateway-system" }]],
    [
      "pods beside the Gateway, where NGINX Gateway Fabric starts them",
      { kind: "gateway", gatewayClass: "nginx" },
      [{ kind: "edge", namespace: "market", pods: { "gateway.networking.k8s.io/gateway-name": "market" } }],
    ],
    [
      "both ways, where an Ingress stands beside the Gateway",
      { kind: "gateway", fallback: {} },
      [
        { kind: "edge", namespace: "envoy-gateway-system" },
        { kind: "edge", namespace: "traefik" },
      ],
    ],
    [
      "a load balancer's subnets, where that is the Gateway",
      { kind: "gateway", gatewayClass: "gke-l7-global-external-managed", cidrs: ["130.211.0.0/22", "35.191.0.0/16"] },
      [{ kind: "addresses", name: "edge", cidrs: ["130.211.0.0/22", "35.191.0.0/16"] }],
    ],
    [
      "Istio's gateway",
      { kind: "istio", gatewayNamespace: "istio-ingress" },
      [{ kind: "edge", namespace: "istio-ingress" }],
    ],
  ];
  for (const [what, edge, expected] of from) it(`is ${what}`, () => assert.deepEqual(peers(edge), expected));
});

describe("The quota counts what the way in adds to the namespace", () => {
  const quota = (edge: object) =>
    marketPlan(edge, (app) => {
      app.edge = undefined;
      app.tiers = { shop: { ...app.tiers.shop, uses: [], replicas: 2 } };
    }).quota;
  // Two replicas, one while updating, and the datastore.
  const { pods } = quota({ kind: "gateway" });

  it("a pod for each host's challenge", () => {
    assert.equal(quota({ kind: "gateway", tls: { acme: { email: "ops@example.com" } } }).pods, pods + 1);
  });

  it("the Gateway's own pods, where they are started beside it", () => {
    assert.equal(quota({ kind: "gateway", gatewayClass: "nginx" }).pods, pods + 2);
  });

  it("a sidecar in every pod, which is no pod itself", () => {
    const [plain, meshed] = [quota({ kind: "gateway" }), quota({ kind: "istio" })];
    assert.equal(meshed.pods, plain.pods);
    assert.equal(cpu(meshed.limits.cpu) - cpu(plain.limits.cpu), pods * 2000);
  });
});

/** In thousandths. */
function cpu(quantity: string): number {
  return quantity.endsWith("m") ? Number.parseInt(quantity, 10) : Number(quantity) * 1000;
}
