import assert from "node:assert/strict";
import { HEADERS, type Loose, landMarket, marketPlan } from "../support/market.ts";
import { find, ofType, type Registration } from "../support/mocks.ts";

const GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway";
const ROUTE = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute";
const ENVOY = "kubernetes:gateway.envoyproxy.io/v1alpha1";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

const land = (edge: object, change?: (app: Loose) => void) =>
  landMarket(marketPlan({ kind: "gateway", ...edge }, change));
const spec = (landed: readonly Registration[], type: string, name: string) =>
  find(landed, type, name).inputs.spec as Loose;
const parent = (sectionName: string) => ({ kind: "Gateway", name: "market", sectionName });
const target = { group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: "market-api-api" };
const setHeaders = {
  type: "ResponseHeaderModifier",
  responseHeaderModifier: { set: Object.entries(HEADERS).map(([name, value]) => ({ name, value })) },
};
const withoutTimeouts = ({ tiers }: Loose) => {
  for (const route of tiers.api.route) delete route.timeoutSeconds;
};

describe("A Gateway", () => {
  let landed: Registration[];
  before(async () => {
    landed = await land({});
  });

  it("listens for plain HTTP, and for HTTPS at each host", () => {
    const allowedRoutes = { namespaces: { from: "Same" } };
    const https = { port: 443, protocol: "HTTPS", allowedRoutes };
    const tls = { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "market-cert" }] };
    assert.deepEqual(find(landed, GATEWAY, "market-gateway").inputs, {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: {
        name: "market",
        namespace: "market",
        labels: {
          "app.kubernetes.io/part-of": "market",
          "app.kubernetes.io/instance": "test",
          "app.kubernetes.io/managed-by": "landfall",
        },
      },
      spec: {
        gatewayClassName: "eg",
        listeners: [
          { name: "http", port: 80, protocol: "HTTP", allowedRoutes },
          { name: "https", hostname: "market.example.com", ...https, tls },
          { name: "https-api", hostname: "api.market.example.com", ...https, tls },
        ],
      },
    });
  });

  it("redirects plain HTTP for good", () => {
    assert.deepEqual(spec(landed, ROUTE, "market-redirect-httproute"), {
      parentRefs: [parent("http")],
      hostnames: ["market.example.com", "api.market.example.com"],
      rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
    });
  });

  it("leads each route to its tier, with headers and timeout", () => {
    assert.deepEqual(spec(landed, ROUTE, "market-api-api-httproute"), {
      parentRefs: [parent("https")],
      hostnames: ["market.example.com"],
      rules: [
        {
          matches: [{ path: { type: "PathPrefix", value: "/api" } }],
          filters: [setHeaders],
          backendRefs: [{ name: "api", port: 8000 }],
          timeouts: { request: "60s" },
        },
      ],
    });
    assert.deepEqual(spec(landed, ROUTE, "market-api-api-root-httproute").parentRefs, [parent("https-api")]);
  });

  it("serves over plain HTTP too where the application wants no redirect", async () => {
    const open = await land({}, (app) => {
      app.edge.redirectHttps = false;
    });
    assert.deepEqual(spec(open, ROUTE, "market-shop-root-httproute").parentRefs, [parent("http"), parent("https")]);
    assert.ok(!ofType(open, ROUTE).some(({ name }) => name.includes("redirect")));
  });

  it("lies in the namespace and goes with it", () => {
    for (const { deletedWith, dependsOn } of [...ofType(landed, GATEWAY), ...ofType(landed, ROUTE)]) {
      assert.equal(deletedWith, "market-namespace");
      assert.ok(dependsOn.includes("market-default-deny"));
    }
  });

  it("may have Ingresses beside it, for the same routes", async () => {
    const both = await land({ fallback: { class: "traefik", controllerNamespace: "kube-system" } });
    assert.equal(ofType(both, "kubernetes:networking.k8s.io/v1:Ingress").length, 4);
    const { ingress } = spec(both, POLICY, "market-shop-network");
    assert.deepEqual(
      ingress.map(({ from }: Loose) => from[0].namespaceSelector.matchLabels["kubernetes.io/metadata.name"]),
      ["envoy-gateway-system", "kube-system"],
    );
  });
});

describe("Envoy Gateway's policies", () => {
  it("limit each client by the minute and by the hour, and try again what was never seen", async () => {
    const landed = await land({}, ({ tiers }) => {
      tiers.api.route[0].rateLimit.perHour = 1000;
      tiers.api.route[0].retries = 3;
    });
    const rule = (value: string, requests: number, unit: string) => ({
      clientSelectors: [{ sourceCIDR: { type: "Distinct", value } }],
      limit: { requests, unit },
    });
    assert.deepEqual(spec(landed, `${ENVOY}:BackendTrafficPolicy`, "market-api-api-backendtrafficpolicy"), {
      targetRefs: [target],
      rateLimit: {
        type: "Local",
        local: {
          rules: [
            rule("0.0.0.0/0", 100, "Minute"),
            rule("::/0", 100, "Minute"),
            rule("0.0.0.0/0", 1000, "Hour"),
            rule("::/0", 1000, "Hour"),
          ],
        },
      },
      retry: { numRetries: 3, retryOn: { triggers: ["connect-failure", "refused-stream"] } },
    });
  });

  it("answer for CORS, and let connections stay open", async () => {
    const landed = await land({});
    assert.deepEqual(spec(landed, `${ENVOY}:SecurityPolicy`, "market-api-api-securitypolicy"), {
      targetRefs: [target],
      cors: {
        allowOrigins: ["https://app.example.com"],
        allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        allowHeaders: ["Authorization", "Content-Type"],
        allowCredentials: true,
        maxAge: "600s",
      },
    });
    assert.deepEqual(spec(landed, `${ENVOY}:ClientTrafficPolicy`, "market-websockets-clienttrafficpolicy"), {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "market" }],
      timeout: { http: { idleTimeout: "3600s", streamIdleTimeout: "3600s" } },
    });
  });
});

describe("NGINX Gateway Fabric", () => {
  let landed: Registration[];
  before(async () => {
    landed = await land({ gatewayClass: "nginx", tls: { acme: { email: "ops@example.com" } } }, withoutTimeouts);
  });

  it("limits by a policy of its own, and answers for CORS by the route's filter", () => {
    const policy = "kubernetes:gateway.nginx.org/v1alpha1:RateLimitPolicy";
    assert.deepEqual(spec(landed, policy, "market-api-api-ratelimitpolicy"), {
      targetRefs: [target],
      rateLimit: {
        local: {
          rules: [
            {
              key: "$binary_remote_addr",
              rate: "100r/m",
              burst: 100,
              noDelay: true,
              rejectCode: 429,
              zoneSize: "10m",
            },
          ],
        },
      },
    });
    const [rule] = spec(landed, ROUTE, "market-api-api-httproute").rules;
    assert.deepEqual(rule.filters, [
      {
        type: "CORS",
        cors: {
          allowOrigins: ["https://app.example.com"],
          allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
          allowHeaders: ["Authorization", "Content-Type"],
          allowCredentials: true,
          maxAge: 600,
        },
      },
      setHeaders,
    ]);
  });

  it("has pods in the namespace that requests get into and through, and nothing else", () => {
    const pods = (name: string) => ({
      podSelector: { matchLabels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "market" } },
    });
    const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));
    const gateway = { "gateway.networking.k8s.io/gateway-name": "market" };
    assert.deepEqual(spec(landed, POLICY, "market-allow-gateway"), {
      podSelector: { matchLabels: gateway },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ports: tcp(80, 443) }],
      egress: [
        { to: [pods("shop")], ports: tcp(8080) },
        { to: [pods("api")], ports: tcp(8000) },
        { to: [pods("live")], ports: tcp(8501) },
        {
          to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "nginx-gateway" } } }],
          ports: tcp(443, 8443),
        },
        {
          to: [{ podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } } }],
          ports: tcp(8089),
        },
      ],
    });
    const [rule] = spec(landed, POLICY, "market-live-network").ingress;
    assert.deepEqual(rule.from, [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "market" } },
        podSelector: { matchLabels: gateway },
      },
    ]);
  });
});

describe("A certificate", () => {
  const issuer = "kubernetes:cert-manager.io/v1:Issuer";
  const acme = (solvers: object[]) => ({
    acme: {
      email: "ops@example.com",
      server: "https://acme-v02.api.letsencrypt.org/directory",
      privateKeySecretRef: { name: "market-acme-account" },
      solvers,
    },
  });
  const by = async (tls: object, edge: object = {}) => {
    const landed = await land({ tls, ...edge });
    return ofType(landed, issuer).map(({ inputs }) => inputs.spec);
  };

  it("by ACME is asked for by an Issuer of the application's own, its challenge let through", async () => {
    const landed = await land({ tls: { acme: { email: "ops@example.com" } } });
    const http = { gatewayHTTPRoute: { parentRefs: [parent("http")] } };
    assert.deepEqual(spec(landed, issuer, "market-acme-issuer"), acme([{ http01: http }]));
    const certificate = spec(landed, "kubernetes:cert-manager.io/v1:Certificate", "market-tls-certificate");
    assert.deepEqual(certificate.issuerRef, { group: "cert-manager.io", kind: "Issuer", name: "market-acme" });
    const { podSelector, ingress } = spec(landed, POLICY, "market-allow-challenges");
    assert.deepEqual(podSelector, { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } });
    assert.deepEqual(ingress[0].ports, [{ protocol: "TCP", port: 8089 }]);
  });

  it("by ACME behind an Ingress has its challenge there", async () => {
    const solver = (ingress: object) => acme([{ http01: { ingress } }]);
    const tls = { acme: { email: "ops@example.com" } };
    assert.deepEqual(await by(tls, { kind: "ingress" }), [solver({ ingressClassName: "traefik" })]);
    const minion = { metadata: { annotations: { "nginx.org/mergeable-ingress-type": "minion" } } };
    assert.deepEqual(await by(tls, { kind: "ingress", class: "nginx" }), [
      solver({ ingressClassName: "nginx", ingressTemplate: minion }),
    ]);
  });

  const dns: [what: string, given: object, expected: object][] = [
    [
      "Cloudflare",
      { cloudflare: { apiToken: { name: "dns", key: "token" } } },
      { cloudflare: { apiTokenSecretRef: { name: "dns", key: "token" } } },
    ],
    ["Route 53", { route53: { region: "eu-west-1" } }, { route53: { region: "eu-west-1" } }],
    ["Cloud DNS", { cloudDNS: { project: "shop" } }, { cloudDNS: { project: "shop" } }],
    [
      "Azure DNS",
      { azureDNS: { subscriptionID: "s", resourceGroupName: "g", hostedZoneName: "example.com", clientID: "c" } },
      {
        azureDNS: {
          subscriptionID: "s",
          resourceGroupName: "g",
          hostedZoneName: "example.com",
          managedIdentity: { clientID: "c" },
        },
      },
    ],
  ];
  for (const [what, given, expected] of dns) {
    it(`by ACME through ${what}`, async () => {
      const tls = { acme: { email: "ops@example.com", solver: { dns01: given } } };
      assert.deepEqual(await by(tls), [acme([{ dns01: expected }])]);
    });
  }

  it("that signs itself needs nobody", async () => {
    assert.deepEqual(await by({ selfSigned: true }), [{ selfSigned: {} }]);
  });
});
