import assert from "node:assert/strict";
import { ConfigurationError, type Mistake } from "../../config/mistakes.ts";
import { type Loose, marketPlan } from "../support/market.ts";
import { errorOf, refuses } from "../support/shop.ts";

/** What is found wrong with the market behind `edge`. */
function mistakesOf(edge: object, change?: (app: Loose) => void): Mistake[] {
  try {
    marketPlan(edge, change);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes as Mistake[];
    throw error;
  }
  return [];
}
const paths = (edge: object, change?: (app: Loose) => void) => mistakesOf(edge, change).map(({ path }) => path);

describe("A route is refused that", () => {
  refuses([
    [
      "has no path",
      ({ app }) => (app.tiers.web.route = { host: "api" }),
      { path: "apps/shop.ts: tiers.web.route.path", problem: "is missing", allowed: "a string", fix: "set it" },
    ],
    [
      "has a misspelt key, in a list too",
      ({ app }) => (app.tiers.web.route = ["/a", { path: "/b", rateLimt: { perMinute: 5 } }]),
      {
        path: "apps/shop.ts: tiers.web.route[1].rateLimt",
        problem: "unknown key",
        allowed: "path, host, rateLimit, timeoutSeconds, retries, websockets, cors, responseHeaders",
        fix: 'did you mean "rateLimit"?',
      },
    ],
    [
      "is another one's already",
      ({ app }) => (app.tiers.web.route = ["/", { path: "/" }]),
      {
        path: "apps/shop.ts: tiers.web.route[1]",
        got: "/",
        problem: '"web" has the same route on shop.example.com',
        allowed: "a path of its own for each",
        fix: "change one of the two",
      },
    ],
    [
      "waits for the end of a connection that stays open",
      ({ app }) => (app.tiers.web.route = { path: "/", websockets: true, timeoutSeconds: 30 }),
      {
        path: "apps/shop.ts: tiers.web.route.timeoutSeconds",
        got: 30,
        problem: "a connection that stays open has no answer to wait for",
        allowed: "websockets or timeoutSeconds",
        fix: "remove one of the two, or give websockets a path of their own",
      },
    ],
    [
      "lets any origin come with credentials",
      ({ app }) => (app.tiers.web.route = { path: "/", cors: { origins: ["*"], credentials: true } }),
      {
        path: "apps/shop.ts: tiers.web.route.cors.origins",
        got: ["*"],
        problem: "browsers refuse credentials from any origin",
        allowed: "origins by name",
        fix: "name the origins, or take credentials out",
      },
    ],
    [
      "has a second limit where the controller has one",
      ({ app, stack }) => {
        app.tiers.web.route = { path: "/", rateLimit: { perMinute: 100, perHour: 1000 } };
        stack.edge.class = "haproxy";
      },
      {
        path: "apps/shop.ts: tiers.web.route.rateLimit",
        got: { perMinute: 100, perHour: 1000 },
        problem: "HAProxy cannot have two limits on one route",
        allowed:
          "rateLimit.perMinute, rateLimit.perHour, timeoutSeconds, websockets, cors, responseHeaders, redirectHttps",
        fix: "take it out, or land behind one that can: Traefik, Envoy Gateway",
      },
    ],
    [
      "has settings that nobody would understand",
      ({ app, stack }) => {
        app.tiers.web.route = { path: "/", retries: 2 };
        stack.edge.class = "public";
      },
      {
        path: "apps/shop.ts: tiers.web.route.retries",
        got: 2,
        problem: "an ingress controller that the class's name does not tell cannot try again",
        allowed: "a host and a path",
        fix: "say whose class it is with landfall:edge.controller: traefik, haproxy, nginx, ingress-nginx, alb, gce, azure",
      },
    ],
  ]);

  it("asks for what this way in cannot do, all at once", () => {
    assert.deepEqual(paths({ kind: "istio" }), ["apps/market.ts: tiers.api.route[0].rateLimit.perMinute"]);
    assert.deepEqual(paths({ kind: "gateway", gatewayClass: "nginx" }), [
      "apps/market.ts: tiers.api.route[0].timeoutSeconds",
      "apps/market.ts: tiers.api.route[1].timeoutSeconds",
    ]);
    assert.deepEqual(paths({ kind: "ingress", class: "azure", controller: "azure", cidrs: ["10.0.0.0/16"] }), [
      "apps/market.ts: tiers.api.route[0].rateLimit.perMinute",
      "apps/market.ts: tiers.api.route[0].cors",
    ]);
    assert.deepEqual(paths({ kind: "ingress", controller: "ingress-nginx" }), ["apps/market.ts: edge.headers"]);
  });

  it("cannot come by the fallback", () => {
    const [mistake] = mistakesOf({ kind: "gateway", fallback: { class: "haproxy" } }, ({ tiers }) => {
      tiers.shop.route = { path: "/", retries: 1 };
    });
    assert.equal(mistake?.problem, "HAProxy cannot try again");
  });

  it("differs from another of the tier where the Service decides", () => {
    const differ = ({ tiers }: Loose) => (tiers.api.route[1].timeoutSeconds = 5);
    assert.deepEqual(paths({ kind: "ingress" }, differ), ["apps/market.ts: tiers.api.route[1].timeoutSeconds"]);
    assert.deepEqual(paths({ kind: "gateway" }, differ), []);
    const staysOpen = ({ tiers }: Loose) => tiers.api.route.push({ path: "/events", websockets: true });
    assert.deepEqual(paths({ kind: "ingress" }, staysOpen), []);
  });

  it("has a header that the controller's notation cannot hold", () => {
    const [mistake] = mistakesOf({ kind: "ingress", class: "nginx" }, (app) => {
      app.edge.headers.contentSecurityPolicy = "img-src 'self' data:";
    });
    assert.equal(mistake?.path, "apps/market.ts: edge.headers");
    assert.equal(mistake?.problem, "the controller's notation cannot hold this value of Content-Security-Policy");
  });

  it("has a header that an Application Load Balancer cannot set", () => {
    const alb = { kind: "ingress", class: "alb", cidrs: ["10.0.0.0/16"], tls: { managed: true } };
    const found = mistakesOf(alb, (app) => {
      app.tiers = { shop: { ...app.tiers.shop, uses: [] } };
    });
    assert.deepEqual(
      found.map(({ problem }) => problem),
      ["the load balancer cannot set Referrer-Policy"],
    );
  });
});

describe("An edge is refused", () => {
  refuses([
    [
      "of an unknown kind",
      ({ stack }) => (stack.edge.kind = "gatewy"),
      {
        path: "landfall:edge.kind",
        got: "gatewy",
        problem: "not one of the allowed values",
        allowed: "ingress, gateway, istio",
        fix: 'did you mean "gateway"?',
      },
    ],
    [
      "with a key of another kind",
      ({ stack }) => (stack.edge.gatewayClass = "eg"),
      {
        path: "landfall:edge.gatewayClass",
        problem: "unknown key",
        allowed: "kind, host, tls, class, controller, controllerNamespace, cidrs, annotations",
        fix: "remove it",
      },
    ],
    [
      "outside the cluster at unknown addresses",
      ({ stack }) => (stack.edge = { ...stack.edge, class: "alb", tls: { managed: true } }),
      {
        path: "landfall:edge.cidrs",
        problem:
          "is missing: AWS Application Load Balancer is outside the cluster, and the NetworkPolicies need its addresses",
        allowed: "address ranges such as 10.0.0.0/16",
        fix: "set the ranges of the subnets that the load balancer stands in",
      },
    ],
    [
      "with a gateway class that does not tell where its pods are",
      ({ stack }) => (stack.edge = { ...stack.edge, kind: "gateway", gatewayClass: "cilium" }),
      {
        path: "landfall:edge.gatewayNamespace",
        problem: 'is missing, and gateway class "cilium" does not tell',
        allowed: "the namespace that the gateway's pods run in",
        fix: "set it, or cidrs if it is a load balancer, or implementation if it is envoy or nginx by another name",
      },
    ],
    [
      "with a certificate in a Secret that the load balancer does not read",
      ({ stack }) => (stack.edge = { ...stack.edge, class: "alb", cidrs: ["10.0.0.0/16"] }),
      {
        path: "landfall:edge.tls.secretName",
        problem: "AWS Application Load Balancer cannot take its certificate from there",
        allowed: "certificate, managed",
        fix: "use one of these",
      },
    ],
    [
      "with a challenge that could not be answered",
      ({ stack }) => (stack.edge = { ...stack.edge, kind: "istio", tls: { acme: { email: "ops@example.com" } } }),
      {
        path: "landfall:edge.tls.acme.solver",
        got: "http01",
        problem: "the challenge's path would not be led to its pod by Istio",
        allowed: "{ dns01 }",
        fix: "use a dns01 solver",
      },
    ],
  ]);

  it("with every mistake of its certificate at once", () => {
    const { mistakes } = errorOf(
      ({ stack }) => (stack.edge.tls = { acme: { email: "nobody", solver: { dns02: {} } } }),
    );
    assert.deepEqual(
      mistakes.map(({ path }) => path),
      ["email", "solver.dns01", "solver.dns02"].map((key) => `landfall:edge.tls.acme.${key}`),
    );
  });
});
