import assert from "node:assert/strict";
import type { Ask } from "../../cloud/api-server.ts";
import { checkEdge } from "../../cloud/edge.ts";
import type { Plan } from "../../config/plan.ts";
import { type Loose, marketPlan } from "../support/market.ts";

const named = (name: string, spec?: object) => ({ metadata: { name }, spec });
const kinds = (...names: string[]) => ({ resources: names.map((kind) => ({ kind })) });
const ROUTES = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/httproutes.gateway.networking.k8s.io";

/** What a cluster with everything answers. */
const everything: Record<string, unknown> = {
  "/apis": {},
  "/apis/networking.k8s.io/v1/ingressclasses": {
    items: [named("traefik"), named("nginx", { controller: "k8s.io/ingress-nginx" })],
  },
  "/apis/traefik.io/v1alpha1": kinds("Middleware", "ServersTransport"),
  "/apis/cert-manager.io/v1": kinds("Certificate", "Issuer"),
  "/apis/gateway.networking.k8s.io/v1": kinds("Gateway", "HTTPRoute"),
  "/apis/gateway.networking.k8s.io/v1/gatewayclasses": { items: [named("eg"), named("other")] },
  "/apis/gateway.envoyproxy.io/v1alpha1": kinds("BackendTrafficPolicy", "SecurityPolicy", "ClientTrafficPolicy"),
  "/apis/networking.istio.io/v1": kinds("Gateway", "VirtualService", "DestinationRule"),
  "/apis/security.istio.io/v1": kinds("PeerAuthentication", "AuthorizationPolicy"),
};

async function check(plan: Plan, but: Record<string, unknown> = {}): Promise<string> {
  const answers = { ...everything, ...but };
  const ask = (async (path: string) => answers[path]) as Ask;
  try {
    await checkEdge(ask, plan, () => {});
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

const unlimited = ({ tiers }: Loose) => delete tiers.api.route[0].rateLimit;
const other = { kind: "gateway", gatewayClass: "other", gatewayNamespace: "gateways" };

describe("Before anything is created, a cluster", () => {
  it("is accepted that has what the way in is made of", async () => {
    assert.equal(await check(marketPlan({ kind: "ingress", tls: { selfSigned: true } })), "");
    assert.equal(await check(marketPlan({ kind: "gateway", tls: { selfSigned: true } })), "");
    assert.equal(await check(marketPlan({ kind: "istio" }, unlimited)), "");
  });

  it("is refused without the custom resources, all of them named, with who brings them", async () => {
    const lacking = { "/apis/traefik.io/v1alpha1": undefined, "/apis/cert-manager.io/v1": kinds("Certificate") };
    assert.equal(
      await check(marketPlan({ kind: "ingress", tls: { selfSigned: true } }), lacking),
      `landfall:edge: the cluster does not know Issuer (cert-manager.io/v1), Middleware (traefik.io/v1alpha1), ServersTransport (traefik.io/v1alpha1), which this way in is made of.
  fix      set landfall:addons.cert-manager: true, or install cert-manager, with its Helm chart, or use landfall:edge.tls.secretName; set landfall:addons.traefik: true, or install Traefik 3, with its Helm chart and providers.kubernetesCRD enabled; or choose another kind of edge
  Nothing was created or changed.
`,
    );
    assert.match(
      await check(marketPlan({ kind: "istio" }, unlimited), { "/apis/security.istio.io/v1": undefined }),
      /does not know PeerAuthentication \(security\.istio\.io\/v1\), AuthorizationPolicy .*[\s\S]*install Istio/,
    );
  });

  it("is refused without the gateway class, with those that there are", async () => {
    assert.match(
      await check(marketPlan({ kind: "gateway", gatewayClass: "envoy" })),
      /^landfall:edge\.gatewayClass: the cluster has no gateway class "envoy"\.\n {2}allowed {2}eg, other\n/,
    );
  });

  it("is refused without the fallback's ingress class", async () => {
    assert.match(
      await check(
        marketPlan(
          { kind: "gateway", fallback: { class: "haproxy" } },
          ({ tiers }) => delete tiers.api.route[0].retries,
        ),
      ),
      /^landfall:edge\.fallback\.class: the cluster has no ingress class "haproxy"/,
    );
  });

  it("is refused where the class is ingress-nginx, which would not understand F5's annotations", async () => {
    assert.match(
      await check(marketPlan({ kind: "ingress", class: "nginx" }), { "/apis/k8s.nginx.org/v1": kinds("Policy") }),
      /^landfall:edge\.controller: class "nginx" is ingress-nginx on this cluster/,
    );
  });

  it("is refused for CORS as a filter only where its Gateway API is too old for that", async () => {
    const plan = marketPlan(other, unlimited);
    const of = (version: string, channel: string) => ({
      [ROUTES]: {
        metadata: {
          annotations: {
            "gateway.networking.k8s.io/bundle-version": version,
            "gateway.networking.k8s.io/channel": channel,
          },
        },
      },
    });
    assert.match(
      await check(plan, of("v1.4.1", "standard")),
      /CORS, which the cluster's Gateway API v1\.4\.1 does not know/,
    );
    assert.equal(await check(plan, of("v1.4.1", "experimental")), "");
    assert.equal(await check(plan, of("v1.5.0", "standard")), "");
    assert.equal(await check(plan), "");
  });

  it("is not refused for what the credentials may not see", async () => {
    const hidden = Object.fromEntries(Object.keys(everything).map((path) => [path, undefined]));
    assert.equal(await check(marketPlan({ kind: "gateway", fallback: {} }), hidden), "");
  });
});
