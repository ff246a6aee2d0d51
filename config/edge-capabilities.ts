import { isDeepStrictEqual } from "node:util";
import type { Capabilities, Feature } from "../components/edge/capabilities.ts";
import { controllerOf, controllers } from "../components/edge/controllers/controllers.ts";
import { implementations } from "../components/edge/gateways/implementations.ts";
import { istio } from "../components/edge/istio.ts";
import { type EdgePlan, ingressOf } from "./edge-plan.ts";
import type { Layers } from "./layers.ts";
import type { Mistake } from "./mistakes.ts";
import type { Route } from "./routes.ts";
import { TLS_FORMS, type TlsForm } from "./schema/edge.ts";

/** Everything there is to land behind. */
const all: readonly Capabilities[] = [
  ...Object.values(controllers).filter(({ retired }) => !retired),
  ...Object.values(implementations).filter(({ classes }) => classes.length > 0),
  istio,
];

const IN_WORDS: Readonly<Record<Feature, string>> = {
  "rateLimit.perMinute": "limit requests per minute",
  "rateLimit.perHour": "limit requests per hour",
  rateLimit: "have two limits on one route",
  timeoutSeconds: "have a timeout for one route",
  retries: "try again",
  websockets: "keep WebSocket connections open",
  cors: "answer for CORS",
  responseHeaders: "set response headers",
  redirectHttps: "redirect to HTTPS",
};

/** Reports what the application or the stack asks of an edge that cannot do it. */
export function checkCapabilities(layers: Layers, edge: EdgePlan): void {
  for (const capable of capabilitiesOf(edge)) {
    for (const route of edge.routes) {
      for (const [feature, got] of asked(route))
        if (!capable.can.includes(feature)) refuse(feature, got, route, capable);
    }
    for (const mistake of differing(edge.routes, capable)) layers.mistakes.push(mistake);
    if (edge.redirectHttps && !capable.can.includes("redirectHttps")) {
      refuse("redirectHttps", undefined, undefined, capable);
    }
    for (const { route, feature, got, problem, allowed, fix } of capable.refuses?.(edge.routes) ?? []) {
      layers.mistakes.push({ path: placeOf(feature, route), got, problem, allowed, fix });
    }
    checkTls(layers, edge, capable);
  }

  function refuse(feature: Feature, got: unknown, route: Route | undefined, { title, can }: Capabilities): void {
    const others = all.filter((other) => other.can.includes(feature)).map((other) => other.title);
    const known = can.length > 0;
    layers.mistakes.push({
      path: placeOf(feature, route),
      got,
      problem: `${title} cannot ${IN_WORDS[feature]}`,
      allowed: known ? can.join(", ") : "a host and a path",
      fix: known
        ? `take it out, or land behind one that can: ${others.join(", ")}`
        : `say whose class it is with landfall:edge.controller: ${Object.keys(controllers).join(", ")}`,
    });
  }

  function placeOf(feature: Feature, route?: Route): string {
    const ofAll = feature === "redirectHttps" || (feature === "responseHeaders" && layers.application.edge);
    if (!route || ofAll) return `${layers.source}: edge.${feature === "responseHeaders" ? "headers" : feature}`;
    return `${route.place}.${feature}`;
  }
}

/** Reports routes to one tier that ask for different things where the Service decides. */
function differing(routes: readonly Route[], { perService = [], title }: Capabilities): Mistake[] {
  return perService.flatMap((feature) => {
    // A connection that stays open is not cut by a timeout for answers.
    const concerned = routes.filter(({ features }) => feature !== "timeoutSeconds" || !features.websockets);
    const firstOf = (tier: string) => concerned.find(({ service }) => service === tier) as Route;
    return concerned
      .filter(({ service, features }) => !isDeepStrictEqual(features[feature], firstOf(service).features[feature]))
      .map(({ place, features, service }) => ({
        path: `${place}.${feature}`,
        got: features[feature],
        problem: `with ${title} it is a matter of the tier, and another route of "${service}" differs`,
        allowed: "the same on all routes of a tier",
        fix: "make them the same, or give one of the routes a tier of its own",
      }));
  });
}

function capabilitiesOf(edge: EdgePlan): Capabilities[] {
  const ingress = ingressOf(edge);
  return [
    ...(edge.kind === "gateway" ? [implementations[edge.implementation]] : []),
    ...(edge.kind === "istio" ? [istio] : []),
    ...(ingress ? [controllerOf(ingress.controller)] : []),
  ];
}

function asked({ features }: Route): [Feature, unknown][] {
  const { rateLimit, ...others } = features;
  const { perMinute, perHour } = rateLimit ?? {};
  return [
    ...(perMinute === undefined ? [] : [["rateLimit.perMinute", perMinute] as [Feature, unknown]]),
    ...(perHour === undefined ? [] : [["rateLimit.perHour", perHour] as [Feature, unknown]]),
    ...(perMinute && perHour ? [["rateLimit", rateLimit] as [Feature, unknown]] : []),
    ...(Object.entries(others) as [Feature, unknown][]),
  ];
}

function checkTls(layers: Layers, edge: EdgePlan, { title, tls }: Capabilities): void {
  const form = TLS_FORMS.find((known) => known in edge.tls) as TlsForm;
  if (!tls.includes(form)) {
    layers.mistakes.push({
      path: `landfall:edge.tls.${form}`,
      problem: `${title} cannot take its certificate from there`,
      allowed: tls.join(", "),
      fix: "use one of these",
    });
  } else if ("acme" in edge.tls && (edge.tls.acme.solver ?? "http01") === "http01" && !canSolveHttp01(edge)) {
    layers.mistakes.push({
      path: "landfall:edge.tls.acme.solver",
      got: "http01",
      problem: `the challenge's path would not be led to its pod by ${title}`,
      allowed: "{ dns01 }",
      fix: "use a dns01 solver",
    });
  }
}

/** Whether a route of cert-manager's own can be added beside ours, on plain HTTP. */
function canSolveHttp01(edge: EdgePlan): boolean {
  if (edge.kind === "gateway") return true;
  return edge.kind === "ingress" && controllerOf(edge.ingress.controller).ingresses !== "one";
}
