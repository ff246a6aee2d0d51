import { IN_CLUSTER, limitsOf, refuseHeaderValues, WEBSOCKET_SECONDS } from "../capabilities.ts";
import { annotationsOf, type Controller } from "./controller.ts";

/** HAProxy Technologies' controller. https://www.haproxy.com/documentation/kubernetes-ingress/ */
export const haproxy: Controller = {
  title: "HAProxy",
  classes: ["haproxy"],
  comesFrom: "namespace",
  ingresses: "many",
  can: [
    "rateLimit.perMinute",
    "rateLimit.perHour",
    "timeoutSeconds",
    "websockets",
    "cors",
    "responseHeaders",
    "redirectHttps",
  ],
  tls: IN_CLUSTER,
  refuses: (routes) => refuseHeaderValues(routes, /^[^"\\]*$/, "no quotation marks and no backslashes"),
  ingress({ features }, { redirectHttps }) {
    const { cors, responseHeaders = {}, timeoutSeconds, websockets } = features;
    const [limit] = limitsOf(features);
    const headers = Object.entries(responseHeaders).map(([header, value]) => `${header} "${value}"`);
    const settings: Record<string, string | undefined> = {
      "ssl-redirect": redirectHttps === undefined ? undefined : String(redirectHttps),
      "ssl-redirect-code": redirectHttps ? "301" : undefined,
      "rate-limit-requests": limit && String(limit.requests),
      "rate-limit-period": limit && (limit.unit === "minute" ? "1m" : "1h"),
      "rate-limit-status-code": limit && "429",
      "timeout-server": timeoutSeconds ? `${timeoutSeconds}s` : undefined,
      "timeout-tunnel": websockets && `${WEBSOCKET_SECONDS}s`,
      "response-set-header": headers.length > 0 ? headers.join("\n") : undefined,
      ...(cors
        ? {
            "cors-enable": "true",
            "cors-allow-origin": cors.origins.includes("*") ? "*" : anyOf(cors.origins),
            "cors-allow-methods": cors.methods.join(", "),
            "cors-allow-headers": cors.headers.join(", "),
            "cors-allow-credentials": String(cors.credentials),
            "cors-max-age": String(cors.maxAgeSeconds),
            "cors-respond-to-options": "true",
          }
        : {}),
    };
    return { annotations: annotationsOf(settings, "haproxy.org/") };
  },
};

/** The controller takes one regular expression. */
function anyOf(origins: readonly string[]): string {
  return `^(${origins.map((origin) => origin.replaceAll(".", "\\.")).join("|")})$`;
}
