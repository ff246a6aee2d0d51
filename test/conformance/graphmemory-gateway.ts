/** What GraphMemory's document says of the Gateway API. */
import type { CustomObject } from "../support/read.ts";
import type { WayIn } from "../support/way-in.ts";
import type { Row } from "./row.ts";

const named = (objects: readonly CustomObject[], name: string) =>
  objects.find(({ metadata }) => metadata?.name === name)?.spec;
const headersOf = (wayIn: WayIn, route: string): Record<string, string> =>
  Object.fromEntries(
    named(wayIn.httpRoutes, route)
      .rules[0].filters.flatMap(
        (filter: { responseHeaderModifier?: { set: { name: string; value: string }[] } }) =>
          filter.responseHeaderModifier?.set ?? [],
      )
      .map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
const limitOf = (wayIn: WayIn, route: string) => named(wayIn.backendPolicies, route).rateLimit.local.rules[0].limit;

export default [
  {
    line: 106,
    says: "Multi-listener: HTTP (80), HTTPS for the dashboard (443), HTTPS for the API",
    see: ({ wayIn }) =>
      wayIn.gateways[0]?.spec.listeners.map(
        ({ name, port, protocol }: { name: string; port: number; protocol: string }) => `${name} ${port} ${protocol}`,
      ),
    is: ["http 80 HTTP", "https 443 HTTPS", "https-api 443 HTTPS"],
  },
  {
    line: 110,
    says: "TLS termination; 121: by Kubernetes Secrets",
    see: ({ wayIn }) => wayIn.gateways[0]?.spec.listeners[1].tls,
    is: { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: "tls" }] },
  },
  {
    line: 113,
    says: "Dashboard route with security headers; 120: HSTS, X-Frame-Options, CSP",
    see: ({ wayIn }) => {
      const headers = headersOf(wayIn, "graphmemory-dashboard-root");
      return ["Content-Security-Policy", "Strict-Transport-Security", "X-Frame-Options"].map((name) => name in headers);
    },
    is: [true, true, true],
  },
  {
    line: 114,
    says: "API route with CORS and caching headers",
    see: ({ wayIn }) => [
      named(wayIn.securityPolicies, "graphmemory-backend-api").cors.allowOrigins,
      headersOf(wayIn, "graphmemory-backend-api")["Cache-Control"],
    ],
    is: [["https://graphmemory.example.com"], "no-store"],
  },
  {
    line: 115,
    says: "HTTP-to-HTTPS redirect with 301 status",
    see: ({ wayIn }) => named(wayIn.httpRoutes, "graphmemory-redirect").rules[0].filters[0].requestRedirect,
    is: { scheme: "https", statusCode: 301 },
  },
  {
    line: 116,
    says: "WebSocket support for Streamlit",
    see: ({ wayIn }) => wayIn.clientPolicies[0]?.spec.timeout.http.streamIdleTimeout,
    is: "3600s",
  },
  {
    line: 119,
    says: "Rate limiting: 100 req/min dashboard, 300 req/min API",
    see: ({ wayIn }) => ["dashboard-root", "backend-api"].map((route) => limitOf(wayIn, `graphmemory-${route}`)),
    is: [
      { requests: 100, unit: "Minute" },
      { requests: 300, unit: "Minute" },
    ],
  },
  {
    line: 122,
    says: "Network policies for ingress traffic: Envoy's namespace comes to the dashboard's port",
    see: ({ networkPolicies }) =>
      networkPolicies
        .find(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === "dashboard")
        ?.spec?.ingress?.map(({ _from, ports }) => [
          _from?.[0]?.namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"],
          ports?.[0]?.port,
        ]),
    is: [
      ["envoy-gateway-system", 8501],
      ["traefik", 8501],
    ],
  },
  { line: 125, says: "Traditional Ingress beside it", see: ({ ingresses }) => ingresses.length > 0, is: true },
] satisfies Row[];
