import { IN_CLUSTER } from "../capabilities.ts";
import { GATEWAY_GROUP, type GatewayImplementation } from "./implementation.ts";

/** NGINX Gateway Fabric 2.4 or newer. https://docs.nginx.com/nginx-gateway-fabric/overview/gateway-api-compatibility/ */
export const nginx: GatewayImplementation = {
  title: "NGINX Gateway Fabric",
  classes: ["nginx"],
  namespace: "nginx-gateway",
  dataPlane: "beside the Gateway",
  cors: "filter",
  can: ["rateLimit.perMinute", "websockets", "cors", "responseHeaders", "redirectHttps"],
  tls: IN_CLUSTER,
  policies({ id, features: { rateLimit } }, target) {
    if (!rateLimit) return [];
    return [
      {
        apiVersion: "gateway.nginx.org/v1alpha1",
        kind: "RateLimitPolicy",
        suffix: id,
        spec: {
          targetRefs: [{ group: GATEWAY_GROUP, kind: "HTTPRoute", name: target }],
          rateLimit: {
            local: {
              rules: [
                {
                  key: "$binary_remote_addr",
                  rate: `${rateLimit.perMinute}r/m`,
                  // Without it the limit would be one request every so many milliseconds.
                  burst: rateLimit.perMinute,
                  noDelay: true,
                  rejectCode: 429,
                  zoneSize: "10m",
                },
              ],
            },
          },
        },
      },
    ];
  },
};
