import { type CustomObject, IN_CLUSTER, refuseHeaderValues, WEBSOCKET_SECONDS } from "../capabilities.ts";
import { annotationsOf, type Controller } from "./controller.ts";

/** F5's controller, which is not ingress-nginx. https://docs.nginx.com/nginx-ingress-controller/ */
export const nginx: Controller = {
  title: "NGINX Ingress Controller",
  classes: ["nginx"],
  comesFrom: "namespace",
  ingresses: "mergeable",
  can: ["rateLimit.perMinute", "timeoutSeconds", "retries", "websockets", "cors", "responseHeaders", "redirectHttps"],
  tls: IN_CLUSTER,
  refuses: (routes) => refuseHeaderValues(routes, /^[^:,$"\\]*$/, 'none of : , $ " and \\'),
  ingress({ id, features, routes }, { redirectHttps, application }) {
    const { rateLimit, timeoutSeconds, retries, websockets, cors, responseHeaders } = features;
    const wait = websockets ? WEBSOCKET_SECONDS : timeoutSeconds;
    const headers = Object.entries(responseHeaders ?? {}).map(([header, value]) => `${header}:${value}:always`);
    const settings: Record<string, string | undefined> = {
      "ingress.kubernetes.io/ssl-redirect": redirectHttps === undefined ? undefined : String(redirectHttps),
      ...(rateLimit
        ? {
            "nginx.org/limit-req-rate": `${rateLimit.perMinute}r/m`,
            "nginx.org/limit-req-key": `$\{binary_remote_addr}`,
            "nginx.org/limit-req-zone-size": "10m",
            // Without it the limit would be one request every so many milliseconds.
            "nginx.org/limit-req-burst": String(rateLimit.perMinute),
            "nginx.org/limit-req-no-delay": "true",
            "nginx.org/limit-req-reject-code": "429",
          }
        : {}),
      "nginx.org/proxy-read-timeout": wait ? `${wait}s` : undefined,
      "nginx.org/proxy-send-timeout": wait ? `${wait}s` : undefined,
      "nginx.org/proxy-next-upstream": retries ? "error timeout" : undefined,
      "nginx.org/proxy-next-upstream-tries": retries ? String(retries + 1) : undefined,
      "nginx.org/websocket-services": websockets && [...new Set(routes.map(({ service }) => service))].join(","),
      "nginx.org/add-header": headers.length > 0 ? headers.join(",") : undefined,
      "nginx.org/policies": cors && `${application}-${id}-cors`,
    };
    const policy: CustomObject[] = cors
      ? [
          {
            apiVersion: "k8s.nginx.org/v1",
            kind: "Policy",
            suffix: `${id}-cors`,
            spec: {
              cors: {
                allowOrigin: cors.origins,
                allowMethods: cors.methods,
                allowHeaders: cors.headers,
                allowCredentials: cors.credentials,
                maxAge: cors.maxAgeSeconds,
              },
            },
          },
        ]
      : [];
    return { annotations: annotationsOf(settings), objects: policy };
  },
};
