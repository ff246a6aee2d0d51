import assert from "node:assert/strict";
import { HEADERS, type Loose, landMarket, marketPlan } from "../support/market.ts";
import { find, ofType, type Registration } from "../support/mocks.ts";

const NETWORKING = "kubernetes:networking.istio.io/v1";
const SECURITY = "kubernetes:security.istio.io/v1";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

const spec = (landed: readonly Registration[], type: string, name: string) =>
  find(landed, type, name).inputs.spec as Loose;

describe("Istio", () => {
  let landed: Registration[];
  before(async () => {
    const edge = {
      kind: "istio",
      gatewayNamespace: "istio-ingress",
      selector: { app: "gateway" },
      tls: { issuer: "ca" },
    };
    landed = await landMarket(
      marketPlan(edge, ({ tiers }) => {
        tiers.api.route[0] = { path: "/api/", timeoutSeconds: 60, retries: 2, cors: { origins: ["*"] } };
        tiers.api.migrate = ["migrate"];
      }),
    );
  });

  it("has a Gateway with a redirect and with TLS", () => {
    const hosts = ["market.example.com", "api.market.example.com"];
    assert.deepEqual(spec(landed, `${NETWORKING}:Gateway`, "market-gateway"), {
      selector: { app: "gateway" },
      servers: [
        { port: { number: 80, name: "http", protocol: "HTTP" }, hosts, tls: { httpsRedirect: true } },
        {
          port: { number: 443, name: "https", protocol: "HTTPS" },
          hosts,
          tls: { mode: "SIMPLE", credentialName: "market-tls", minProtocolVersion: "TLSV1_2" },
        },
      ],
    });
  });

  it("gets its certificate where the gateway's pods are, and it does not go with the application's namespace", () => {
    const certificate = find(landed, "kubernetes:cert-manager.io/v1:Certificate", "market-tls-certificate");
    const { name, namespace } = certificate.inputs.metadata as Loose;
    assert.deepEqual([name, namespace, certificate.deletedWith], ["market-tls", "istio-ingress", undefined]);
  });

  it("leads each host's paths, the longest first, with timeout, retries, CORS and headers", () => {
    const { hosts, gateways, http } = spec(landed, `${NETWORKING}:VirtualService`, "market-host-virtualservice");
    assert.deepEqual([hosts, gateways], [["market.example.com"], ["market"]]);
    assert.deepEqual(
      http.map(({ name }: Loose) => name),
      ["api-api", "live-live", "shop-root"],
    );
    assert.deepEqual(http[0], {
      name: "api-api",
      match: [{ uri: { exact: "/api" } }, { uri: { prefix: "/api/" } }],
      route: [{ destination: { host: "api.market.svc.cluster.local", port: { number: 8000 } } }],
      timeout: "60s",
      retries: { attempts: 2, retryOn: "connect-failure,refused-stream" },
      corsPolicy: {
        allowOrigins: [{ regex: ".*" }],
        allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        allowHeaders: ["Authorization", "Content-Type"],
        allowCredentials: false,
        maxAge: "600s",
      },
      headers: { response: { set: HEADERS } },
    });
    assert.deepEqual(http[2].retries, { attempts: 0 });
    assert.deepEqual(http[2].match, [{ uri: { prefix: "/" } }]);
  });

  it("calls the pod with the fewest requests, and leaves failing ones alone", () => {
    assert.deepEqual(spec(landed, `${NETWORKING}:DestinationRule`, "market-api-destinationrule"), {
      host: "api.market.svc.cluster.local",
      trafficPolicy: {
        loadBalancer: { simple: "LEAST_REQUEST" },
        connectionPool: {
          tcp: { maxConnections: 1000, connectTimeout: "5s" },
          http: { http1MaxPendingRequests: 1000, http2MaxRequests: 1000 },
        },
        outlierDetection: { consecutive5xxErrors: 5, interval: "10s", baseEjectionTime: "30s", maxEjectionPercent: 50 },
      },
    });
  });

  it("takes mutual TLS only, and allows nothing but what the links say", () => {
    assert.deepEqual(spec(landed, `${SECURITY}:PeerAuthentication`, "market-strict-peerauthentication"), {
      mtls: { mode: "STRICT" },
    });
    const policies = ofType(landed, `${SECURITY}:AuthorizationPolicy`);
    assert.deepEqual(
      policies.map(({ name }) => name),
      ["allow-nothing", "api", "live", "queue", "shop"].map((of) => `market-${of}-authorizationpolicy`),
    );
    const rules = (of: string) => spec(landed, `${SECURITY}:AuthorizationPolicy`, `market-${of}-authorizationpolicy`);
    assert.deepEqual(rules("allow-nothing"), {});
    const rule = (source: object, port: string) => ({ from: [{ source }], to: [{ operation: { ports: [port] } }] });
    assert.deepEqual(rules("api"), {
      selector: { matchLabels: { "app.kubernetes.io/name": "api", "app.kubernetes.io/part-of": "market" } },
      action: "ALLOW",
      rules: [rule({ serviceAccounts: ["market/shop"] }, "8000"), rule({ namespaces: ["istio-ingress"] }, "8000")],
    });
    // The API and its migration are one account.
    assert.deepEqual(rules("queue").rules, [rule({ serviceAccounts: ["market/api"] }, "6379")]);
  });

  it("says the same as the NetworkPolicies of who may come in", () => {
    const byPolicy = (type: string, count: (rule: Loose) => number) =>
      ofType(landed, type).map(({ name, inputs }) => [name, count(inputs.spec)] as const);
    const callers = new Map(
      byPolicy(`${SECURITY}:AuthorizationPolicy`, ({ rules = [] }) => rules.length).map(([name, count]) => [
        name.split("-")[1],
        count,
      ]),
    );
    for (const component of ["shop", "live", "api"]) {
      const { ingress } = spec(landed, POLICY, `market-${component}-network`);
      assert.equal(callers.get(component), ingress.length, component);
    }
  });

  it("puts a sidecar into every pod, which may reach istiod", () => {
    const { metadata } = find(landed, "kubernetes:core/v1:Namespace", "market-namespace").inputs as Loose;
    assert.equal(metadata.labels["istio-injection"], "enabled");
    assert.deepEqual(spec(landed, POLICY, "market-allow-istiod"), {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "istio-system" } },
              podSelector: { matchLabels: { app: "istiod" } },
            },
          ],
          ports: [{ protocol: "TCP", port: 15012 }],
        },
      ],
    });
  });
});
