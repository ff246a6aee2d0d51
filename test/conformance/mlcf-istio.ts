/** What MLCF's document says of Istio. */
import type { Row } from "./row.ts";

export default [
  {
    line: 13,
    says: "Istio sidecar injection enabled",
    see: ({ wayIn }) => wayIn.labels["istio-injection"],
    is: "enabled",
  },
  {
    line: 78,
    says: "Gateway: HTTPS/HTTP with redirect",
    see: ({ wayIn }) =>
      // biome-ignore lint/suspicious/noExplicitAny: Istio's own form
      wayIn.istioGateways[0]?.spec.servers.map(({ port, tls }: any) => [port.number, port.protocol, tls]),
    is: [
      [80, "HTTP", { httpsRedirect: true }],
      [443, "HTTPS", { mode: "SIMPLE", credentialName: "tls", minProtocolVersion: "TLSV1_2" }],
    ],
  },
  {
    line: 79,
    says: "VirtualService: routing rules, timeouts, retries; 88: retry policies",
    see: ({ wayIn }) =>
      wayIn.virtualServices.map(({ spec }) => {
        const [{ match, route, timeout, retries }] = spec.http;
        return [match, route[0].destination.port.number, timeout, retries.attempts];
      }),
    is: [[[{ uri: { prefix: "/" } }], 80, "30s", 3]],
  },
  {
    line: 80,
    says: "DestinationRule: load balancing (86: least request), circuit breaking, outlier detection",
    see: ({ wayIn }) => wayIn.destinationRules[0]?.spec.trafficPolicy,
    is: {
      loadBalancer: { simple: "LEAST_REQUEST" },
      connectionPool: {
        tcp: { maxConnections: 1000, connectTimeout: "5s" },
        http: { http1MaxPendingRequests: 1000, http2MaxRequests: 1000 },
      },
      outlierDetection: { consecutive5xxErrors: 5, interval: "10s", baseEjectionTime: "30s", maxEjectionPercent: 50 },
    },
  },
  {
    line: 81,
    says: "PeerAuthentication: strict mTLS; 85: mutual TLS between services",
    see: ({ wayIn }) => wayIn.peerAuthentications.map(({ spec }) => spec),
    is: [{ mtls: { mode: "STRICT" } }],
  },
  {
    line: 82,
    says: "AuthorizationPolicy: access control rules; Qdrant lets in the API, its peers and its backup",
    see: ({ wayIn }) => [
      wayIn.authorizationPolicies.map(({ metadata }) => metadata?.name).sort(),
      // biome-ignore lint/suspicious/noExplicitAny: Istio's own form
      named(wayIn.authorizationPolicies, "mlcf-qdrant")?.spec.rules.map(({ from, to }: any) => [
        from[0].source.serviceAccounts[0].split("/")[1],
        to[0].operation.ports.join(),
      ]),
    ],
    is: [
      ["mlcf-allow-nothing", "mlcf-api", "mlcf-neo4j", "mlcf-qdrant"],
      [
        ["api", "6333,6334"],
        ["default", "6333,6334,6335"],
        ["default", "6333"],
      ],
    ],
  },
  {
    line: 73,
    says: "CORS configuration, in Istio's words",
    see: ({ wayIn }) => wayIn.virtualServices[0]?.spec.http[0].corsPolicy.allowOrigins,
    is: [{ exact: "https://mlcf.example.com" }],
  },
  {
    line: 84,
    says: "the mesh needs its control plane: sidecars are let through to istiod and to nothing else of Istio's",
    see: ({ networkPolicies }) =>
      networkPolicies.filter(({ spec }) => spec?.egress?.[0]?.ports?.[0]?.port === 15_012).length,
    is: 1,
  },
] satisfies Row[];

function named<T extends { metadata?: { name?: string } }>(objects: readonly T[], name: string): T | undefined {
  return objects.find(({ metadata }) => metadata?.name === name);
}
