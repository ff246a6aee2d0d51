import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { HEADERS, type Loose, landMarket, marketPlan } from "../support/market.ts";
import { find, ofType, type Registration } from "../support/mocks.ts";

const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
const SERVICE = "kubernetes:core/v1:Service";

const metadataOf = ({ inputs }: Registration) =>
  inputs.metadata as { name?: string; namespace: string; annotations: Record<string, string> };
/** What an Ingress asks of its controller. */
const askedBy = (ingress: Registration) => {
  const { "pulumi.com/waitFor": _, ...annotations } = metadataOf(ingress).annotations;
  return annotations;
};
const annotations = (landed: readonly Registration[], name: string) => askedBy(find(landed, INGRESS, name));
const land = (edge: object, change?: (app: Loose) => void) =>
  landMarket(marketPlan({ kind: "ingress", ...edge }, change));
/** Without what the controller of the test cannot do. */
const without =
  (...features: string[]) =>
  ({ tiers }: Loose) => {
    for (const route of tiers.api.route) for (const feature of features) delete route[feature];
  };

describe("Ingresses of routes that differ", () => {
  it("are one for each kind of route, and one where there is no difference", async () => {
    const landed = await land({ class: "traefik" });
    assert.deepEqual(
      ofType(landed, INGRESS).map(({ name }) => name),
      ["market-ingress", "market-ingress-api-api", "market-ingress-api-api-root", "market-ingress-live-live"],
    );
    assert.deepEqual(find(landed, INGRESS, "market-ingress-api-api").inputs.spec, {
      ingressClassName: "traefik",
      tls: [{ hosts: ["market.example.com"], secretName: "market-cert" }],
      rules: [
        {
          host: "market.example.com",
          http: {
            paths: [
              { path: "/api", pathType: "Prefix", backend: { service: { name: "api", port: { number: 8000 } } } },
            ],
          },
        },
      ],
    });
    const alike = await land({}, (app) => {
      app.tiers.api.route = ["/api"];
      app.tiers.live.route = "/live";
    });
    assert.equal(ofType(alike, INGRESS).length, 1);
  });

  it("are waited for until they have an address, and no longer", async () => {
    for (const ingress of ofType(await land({}), INGRESS)) {
      const { annotations } = metadataOf(ingress);
      assert.equal(annotations["pulumi.com/waitFor"], "jsonpath={.status.loadBalancer.ingress[0]}");
    }
  });

  it("share one certificate, which none of them asks for by itself", async () => {
    const landed = await land({ tls: { issuer: "letsencrypt" } });
    for (const ingress of ofType(landed, INGRESS)) {
      assert.equal(metadataOf(ingress).annotations["cert-manager.io/cluster-issuer"], undefined);
    }
    const { inputs } = find(landed, "kubernetes:cert-manager.io/v1:Certificate", "market-tls-certificate");
    assert.deepEqual(inputs.spec, {
      secretName: "market-tls",
      dnsNames: ["market.example.com", "api.market.example.com"],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "letsencrypt" },
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
    });
  });
});

describe("Traefik", () => {
  const both = ({ tiers }: Loose) => {
    tiers.api.route[0].rateLimit = { perMinute: 100, perHour: 1000 };
    tiers.api.route[0].retries = 2;
  };
  const middleware = (landed: readonly Registration[], name: string) =>
    find(landed, "kubernetes:traefik.io/v1alpha1:Middleware", `market-${name}-middleware`).inputs.spec;

  it("is told by middlewares, in the order in which a request passes them", async () => {
    const landed = await land({}, both);
    assert.deepEqual(annotations(landed, "market-ingress-api-api"), {
      "traefik.ingress.kubernetes.io/router.middlewares": [
        "redirect-https",
        "api-api-per-minute",
        "api-api-per-hour",
        "api-api-headers",
        "api-api-retry",
      ]
        .map((name) => `market-market-${name}@kubernetescrd`)
        .join(","),
    });
    assert.deepEqual(middleware(landed, "redirect-https"), { redirectScheme: { scheme: "https", permanent: true } });
    assert.deepEqual(middleware(landed, "api-api-per-minute"), {
      rateLimit: { average: 100, period: "1m", burst: 100 },
    });
    assert.deepEqual(middleware(landed, "api-api-per-hour"), {
      rateLimit: { average: 1000, period: "1h", burst: 1000 },
    });
    assert.deepEqual(middleware(landed, "api-api-retry"), { retry: { attempts: 2, initialInterval: "100ms" } });
    assert.deepEqual(middleware(landed, "shop-root-headers"), { headers: { customResponseHeaders: HEADERS } });
    assert.deepEqual(middleware(landed, "api-api-headers"), {
      headers: {
        accessControlAllowOriginList: ["https://app.example.com"],
        accessControlAllowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        accessControlAllowHeaders: ["Authorization", "Content-Type"],
        accessControlAllowCredentials: true,
        accessControlMaxAge: 600,
        addVaryHeader: true,
        customResponseHeaders: HEADERS,
      },
    });
  });

  it("waits as long as the tier's Service says", async () => {
    const landed = await land({});
    assert.equal(
      metadataOf(find(landed, SERVICE, "market-api-service")).annotations[
        "traefik.ingress.kubernetes.io/service.serverstransport"
      ],
      "market-market-api-transport@kubernetescrd",
    );
    const { inputs } = find(
      landed,
      "kubernetes:traefik.io/v1alpha1:ServersTransport",
      "market-api-transport-serverstransport",
    );
    assert.deepEqual(inputs.spec, { forwardingTimeouts: { responseHeaderTimeout: "60s" } });
  });
});

describe("Annotations for a route with everything that the controller can do", () => {
  const cases: [edge: { class: string; cidrs?: string[] }, change: (app: Loose) => void, expected: object][] = [
    [
      { class: "haproxy" },
      () => {},
      {
        "haproxy.org/ssl-redirect": "true",
        "haproxy.org/ssl-redirect-code": "301",
        "haproxy.org/rate-limit-requests": "100",
        "haproxy.org/rate-limit-period": "1m",
        "haproxy.org/rate-limit-status-code": "429",
        "haproxy.org/timeout-server": "60s",
        "haproxy.org/response-set-header": [
          'Strict-Transport-Security "max-age=31536000; includeSubDomains"',
          'X-Frame-Options "SAMEORIGIN"',
          'X-Content-Type-Options "nosniff"',
          'Referrer-Policy "strict-origin-when-cross-origin"',
        ].join("\n"),
        "haproxy.org/cors-enable": "true",
        "haproxy.org/cors-allow-origin": "^(https://app\\.example\\.com)$",
        "haproxy.org/cors-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
        "haproxy.org/cors-allow-headers": "Authorization, Content-Type",
        "haproxy.org/cors-allow-credentials": "true",
        "haproxy.org/cors-max-age": "600",
        "haproxy.org/cors-respond-to-options": "true",
      },
    ],
    [
      { class: "nginx" },
      () => {},
      {
        "nginx.org/mergeable-ingress-type": "minion",
        "nginx.org/limit-req-rate": "100r/m",
        "nginx.org/limit-req-key": `$\{binary_remote_addr}`,
        "nginx.org/limit-req-zone-size": "10m",
        "nginx.org/limit-req-burst": "100",
        "nginx.org/limit-req-no-delay": "true",
        "nginx.org/limit-req-reject-code": "429",
        "nginx.org/proxy-read-timeout": "60s",
        "nginx.org/proxy-send-timeout": "60s",
        "nginx.org/add-header":
          "Strict-Transport-Security:max-age=31536000; includeSubDomains:always,X-Frame-Options:SAMEORIGIN:always," +
          "X-Content-Type-Options:nosniff:always,Referrer-Policy:strict-origin-when-cross-origin:always",
        "nginx.org/policies": "market-api-api-cors",
      },
    ],
    [
      { class: "azure-application-gateway", cidrs: ["10.0.0.0/16"] },
      without("rateLimit", "cors"),
      {
        "appgw.ingress.kubernetes.io/ssl-redirect": "true",
        "appgw.ingress.kubernetes.io/request-timeout": "60",
        "appgw.ingress.kubernetes.io/rewrite-rule-set-custom-resource": "market-api-api-headers",
      },
    ],
  ];
  for (const [edge, change, expected] of cases) {
    it(edge.class, async () => {
      assert.deepEqual(annotations(await land(edge, change), "market-ingress-api-api"), expected);
    });
  }
});

describe("F5's NGINX", () => {
  it("has the certificate and the redirect at a master for each host, and paths at minions", async () => {
    const landed = await land({ class: "nginx" });
    const master = find(landed, INGRESS, "market-ingress-master-market-example-com");
    assert.deepEqual(askedBy(master), {
      "nginx.org/mergeable-ingress-type": "master",
      "ingress.kubernetes.io/ssl-redirect": "true",
    });
    assert.deepEqual(master.inputs.spec, {
      ingressClassName: "nginx",
      tls: [{ hosts: ["market.example.com"], secretName: "market-cert" }],
      rules: [{ host: "market.example.com" }],
    });
    assert.equal((find(landed, INGRESS, "market-ingress-live-live").inputs.spec as Loose).tls, undefined);
    assert.equal(annotations(landed, "market-ingress-live-live")["nginx.org/websocket-services"], "live");
  });
});

describe("A cloud's load balancer", () => {
  const plain = (app: Loose) => {
    without("rateLimit", "cors", "timeoutSeconds", "responseHeaders")(app);
    app.edge.headers.referrerPolicy = false;
  };

  it("of AWS has one Ingress, its own certificate and the tier's health check", async () => {
    const landed = await land({ class: "alb", cidrs: ["10.0.0.0/16"], tls: { certificate: "arn:aws:acm:1" } }, plain);
    assert.deepEqual(annotations(landed, "market-ingress"), {
      "alb.ingress.kubernetes.io/scheme": "internet-facing",
      "alb.ingress.kubernetes.io/target-type": "ip",
      "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
      "alb.ingress.kubernetes.io/ssl-redirect": "443",
      "alb.ingress.kubernetes.io/certificate-arn": "arn:aws:acm:1",
      "alb.ingress.kubernetes.io/listener-attributes.HTTPS-443":
        "routing.http.response.strict_transport_security.header_value=max-age=31536000; includeSubDomains," +
        "routing.http.response.x_frame_options.header_value=SAMEORIGIN," +
        "routing.http.response.x_content_type_options.header_value=nosniff",
      "alb.ingress.kubernetes.io/load-balancer-attributes": "idle_timeout.timeout_seconds=3600",
    });
    assert.equal((find(landed, INGRESS, "market-ingress").inputs.spec as Loose).tls, undefined);
    assert.equal(
      metadataOf(find(landed, SERVICE, "market-api-service")).annotations["alb.ingress.kubernetes.io/healthcheck-path"],
      "/health",
    );
  });

  it("of Google has FrontendConfig, ManagedCertificate and a BackendConfig for each tier", async () => {
    const landed = await land({ class: "gce", tls: { managed: true } }, (app) => {
      without("rateLimit", "cors", "responseHeaders")(app);
    });
    assert.deepEqual(annotations(landed, "market-ingress"), {
      "networking.gke.io/v1beta1.FrontendConfig": "market-frontend",
      "networking.gke.io/managed-certificates": "market-certificate",
      "kubernetes.io/ingress.class": "gce",
    });
    assert.equal((find(landed, INGRESS, "market-ingress").inputs.spec as Loose).ingressClassName, undefined);
    const backend = find(landed, "kubernetes:cloud.google.com/v1:BackendConfig", "market-api-backend-backendconfig");
    assert.deepEqual(backend.inputs.spec, {
      timeoutSec: 60,
      customResponseHeaders: { headers: Object.entries(HEADERS).map(([name, value]) => `${name}: ${value}`) },
      healthCheck: { type: "HTTP", requestPath: "/health" },
    });
    assert.equal(
      metadataOf(find(landed, SERVICE, "market-api-service")).annotations["cloud.google.com/backend-config"],
      '{"default":"market-api-backend"}',
    );
    const certificate = find(
      landed,
      "kubernetes:networking.gke.io/v1:ManagedCertificate",
      "market-certificate-managedcertificate",
    );
    assert.deepEqual(certificate.inputs.spec, { domains: ["market.example.com", "api.market.example.com"] });
  });
});

describe("ingress-nginx", () => {
  const { warn } = pulumi.log;
  let warnings: string[];
  beforeEach(() => {
    warnings = [];
    (pulumi.log as Loose).warn = async (message: string) => warnings.push(message);
  });
  afterEach(() => {
    (pulumi.log as Loose).warn = warn;
  });

  it("is served still, with a warning that it is retired", async () => {
    const landed = await land({ class: "nginx", controller: "ingress-nginx" }, (app) => {
      app.edge = undefined;
      without("responseHeaders")(app);
    });
    assert.equal(annotations(landed, "market-ingress-api-api")["nginx.ingress.kubernetes.io/limit-rpm"], "100");
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /ingress-nginx is retired: since March 2026/);
  });

  it("is the only one that is warned of", async () => {
    await land({ class: "haproxy" });
    assert.deepEqual(warnings, []);
  });
});
