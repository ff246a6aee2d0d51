import type { Cors, Features } from "../../../config/routes.ts";
import { FEATURES, IN_CLUSTER, limitsOf, WEBSOCKET_SECONDS } from "../capabilities.ts";
import { GATEWAY_GROUP, type GatewayImplementation } from "./implementation.ts";

const API = "gateway.envoyproxy.io/v1alpha1";

/** Each client address has a counter of its own; one rule for each family of addresses. */
const EVERYBODY = ["0.0.0.0/0", "::/0"];

/** Envoy Gateway. https://gateway.envoyproxy.io/docs/ */
export const envoy: GatewayImplementation = {
  title: "Envoy Gateway",
  classes: ["eg", "envoy", "envoy-gateway"],
  namespace: "envoy-gateway-system",
  dataPlane: "in its own namespace",
  cors: "policy",
  can: FEATURES,
  tls: IN_CLUSTER,
  policies({ id, features }, target) {
    const targetRefs = [{ group: GATEWAY_GROUP, kind: "HTTPRoute", name: target }];
    const { cors, rateLimit, retries } = features;
    return [
      ...(rateLimit || retries
        ? [
            {
              apiVersion: API,
              kind: "BackendTrafficPolicy",
              suffix: id,
              spec: {
                targetRefs,
                ...(rateLimit ? { rateLimit: { type: "Local", local: { rules: rulesOf(features) } } } : {}),
                ...(retries
                  ? { retry: { numRetries: retries, retryOn: { triggers: ["connect-failure", "refused-stream"] } } }
                  : {}),
              },
            },
          ]
        : []),
      ...(cors
        ? [{ apiVersion: API, kind: "SecurityPolicy", suffix: id, spec: { targetRefs, cors: corsOf(cors) } }]
        : []),
    ];
  },
  gatewayPolicies(routes, { application }) {
    if (!routes.some(({ features }) => features.websockets)) return [];
    const idle = `${WEBSOCKET_SECONDS}s`;
    return [
      {
        apiVersion: API,
        kind: "ClientTrafficPolicy",
        suffix: "websockets",
        spec: {
          targetRefs: [{ group: GATEWAY_GROUP, kind: "Gateway", name: application }],
          timeout: { http: { idleTimeout: idle, streamIdleTimeout: idle } },
        },
      },
    ];
  },
};

function rulesOf(features: Features) {
  return limitsOf(features).flatMap(({ requests, unit }) =>
    EVERYBODY.map((value) => ({
      clientSelectors: [{ sourceCIDR: { type: "Distinct", value } }],
      limit: { requests, unit: unit === "minute" ? "Minute" : "Hour" },
    })),
  );
}

function corsOf({ origins, methods, headers, credentials, maxAgeSeconds }: Cors) {
  return {
    allowOrigins: origins,
    allowMethods: methods,
    allowHeaders: headers,
    allowCredentials: credentials,
    maxAge: `${maxAgeSeconds}s`,
  };
}
