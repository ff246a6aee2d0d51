import { engines } from "../components/datastores/engines.ts";
import type { Layers } from "./layers.ts";
import { storeCalled } from "./moves.ts";
import type { DatastorePlan } from "./plan.ts";
import { type ApplicationEdge, METHODS, type RateLimit, type RouteInput } from "./schema/route.ts";

/** A host and path that lead to a port of a Service, and what is done on the way. */
export interface Route {
  /** Its name among the application's routes. */
  id: string;
  host: string;
  path: string;
  service: string;
  port: number;
  features: Features;
  /** Where it is declared, for messages. */
  place: string;
}

export interface Features {
  rateLimit?: RateLimit;
  timeoutSeconds?: number;
  retries?: number;
  websockets?: true;
  cors?: Cors;
  responseHeaders?: Record<string, string>;
}

export interface Cors {
  origins: string[];
  methods: string[];
  headers: string[];
  credentials: boolean;
  maxAgeSeconds: number;
}

/** Those of OWASP's secure headers project that hold for any application; a page that needs more says so. */
const SECURITY_HEADERS = {
  strictTransportSecurity: ["Strict-Transport-Security", "max-age=31536000; includeSubDomains"],
  frameOptions: ["X-Frame-Options", "SAMEORIGIN"],
  contentTypeOptions: ["X-Content-Type-Options", "nosniff"],
  referrerPolicy: ["Referrer-Policy", "strict-origin-when-cross-origin"],
  contentSecurityPolicy: [
    "Content-Security-Policy",
    "default-src 'self'; base-uri 'self'; frame-ancestors 'self'; object-src 'none'",
  ],
} as const satisfies Record<keyof NonNullable<ApplicationEdge["headers"]>, readonly [string, string]>;

/** Every way from outside to a tier, then those to the ports that datastores expose. */
export function resolveRoutes(layers: Layers, datastores: readonly DatastorePlan[]): Route[] {
  const { host } = layers.stack.edge;
  const headers = securityHeaders(layers.application.edge);
  const toTiers = Object.entries(layers.application.tiers).flatMap(([service, tier]): Route[] => {
    if (tier.kind !== "web" || tier.route === undefined) return [];
    const { route } = tier;
    const port = tier.servicePort ?? tier.port;
    return (Array.isArray(route) ? route : [route]).map((declared, index) => {
      const given = typeof declared === "string" ? { path: declared } : declared;
      return {
        id: idOf(service, given.path, given.host),
        host: given.host ? `${given.host}.${host}` : host,
        path: given.path,
        service,
        port,
        features: featuresOf(given, headers),
        place: `${layers.source}: tiers.${service}.route${Array.isArray(route) ? `[${index}]` : ""}`,
      };
    });
  });
  const toStores = Object.entries(layers.application.datastores ?? {}).flatMap(([service, { expose = {} }]) => {
    const store = storeCalled(datastores, service);
    if (store?.mode !== "bundled") return [];
    return Object.entries(expose).map(([port, prefix]) => ({
      id: idOf(service, "/", prefix),
      host: `${prefix}.${host}`,
      path: "/",
      service: store.name,
      port: engines[store.engine].ports[port] as number,
      features: {}, // a store answers for its own headers
      place: `${layers.source}: datastores.${service}.expose`,
    }));
  });
  const routes = [...toTiers, ...toStores];
  for (const route of routes) checkRoute(layers, route);
  checkDistinct(layers, routes);
  return routes;
}

function featuresOf(given: RouteInput, headers: Record<string, string>): Features {
  const { rateLimit, timeoutSeconds, retries, websockets, cors } = given;
  const responseHeaders = { ...headers, ...given.responseHeaders };
  return {
    ...(rateLimit ? { rateLimit } : {}),
    ...(timeoutSeconds ? { timeoutSeconds } : {}),
    ...(retries ? { retries } : {}),
    ...(websockets ? { websockets } : {}),
    ...(cors
      ? {
          cors: {
            methods: [...METHODS],
            headers: ["Authorization", "Content-Type"],
            credentials: false,
            maxAgeSeconds: 600,
            ...cors,
          },
        }
      : {}),
    ...(Object.keys(responseHeaders).length > 0 ? { responseHeaders } : {}),
  };
}

function securityHeaders(edge: ApplicationEdge | undefined): Record<string, string> {
  if (!edge) return {};
  const said = Object.entries(SECURITY_HEADERS).map(([key, [header, standard]]) => [
    header,
    edge.headers?.[key as keyof typeof SECURITY_HEADERS] ?? standard,
  ]);
  return Object.fromEntries(said.filter(([, value]) => value !== false));
}

/** `api-root` for "/", `api-v1-docs` for "/v1/docs", a host's prefix before it. */
function idOf(service: string, path: string, prefix?: string): string {
  const slug = path.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return [service, prefix, slug.replaceAll(/^-|-$/g, "") || "root"].filter(Boolean).join("-");
}

function checkRoute({ mistakes }: Layers, { place, features }: Route): void {
  const { cors, timeoutSeconds, websockets } = features;
  if (cors?.origins.includes("*") && (cors.credentials || cors.origins.length > 1)) {
    mistakes.push({
      path: `${place}.cors.origins`,
      got: cors.origins,
      problem: cors.credentials ? "browsers refuse credentials from any origin" : "* is every origin already",
      allowed: cors.credentials ? "origins by name" : '["*"], or origins by name',
      fix: cors.credentials ? "name the origins, or take credentials out" : "remove one or the other",
    });
  }
  if (websockets && timeoutSeconds) {
    mistakes.push({
      path: `${place}.timeoutSeconds`,
      got: timeoutSeconds,
      problem: "a connection that stays open has no answer to wait for",
      allowed: "websockets or timeoutSeconds",
      fix: "remove one of the two, or give websockets a path of their own",
    });
  }
}

function checkDistinct(layers: Layers, routes: readonly Route[]): void {
  const taken = new Map<string, string>();
  for (const { host, path, service, place, id } of routes) {
    const isTier = service in layers.application.tiers;
    const key = host + path;
    const first = taken.get(key) ?? taken.get(id);
    taken.set(key, service).set(id, service);
    if (first === undefined) continue;
    layers.mistakes.push({
      path: place,
      got: isTier ? path : host,
      problem: isTier ? `"${first}" has the same route on ${host}` : `"${first}" is reached by the same host`,
      allowed: `a ${isTier ? "path" : "host prefix"} of its own for each`,
      fix: "change one of the two",
    });
  }
}
