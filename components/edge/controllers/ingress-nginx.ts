import { IN_CLUSTER, WEBSOCKET_SECONDS } from "../capabilities.ts";
import { annotationsOf, type Controller } from "./controller.ts";

/** The Kubernetes project's old controller. Headers would need snippets, which it comes with switched off. */
export const ingressNginx: Controller = {
  title: "ingress-nginx",
  classes: ["ingress-nginx"],
  comesFrom: "namespace",
  ingresses: "many",
  retired: "ingress-nginx is retired: since March 2026 it gets no releases and no security fixes",
  can: ["rateLimit.perMinute", "timeoutSeconds", "retries", "websockets", "cors", "redirectHttps"],
  tls: IN_CLUSTER,
  ingress({ features }, { redirectHttps }) {
    const { rateLimit, timeoutSeconds, retries, websockets, cors } = features;
    const wait = websockets ? WEBSOCKET_SECONDS : timeoutSeconds;
    const settings: Record<string, string | undefined> = {
      "ssl-redirect": redirectHttps === undefined ? undefined : String(redirectHttps),
      "limit-rpm": rateLimit?.perMinute?.toString(),
      "proxy-read-timeout": wait?.toString(),
      "proxy-send-timeout": wait?.toString(),
      "proxy-next-upstream": retries ? "error timeout" : undefined,
      "proxy-next-upstream-tries": retries ? String(retries + 1) : undefined,
      ...(cors
        ? {
            "enable-cors": "true",
            "cors-allow-origin": cors.origins.join(", "),
            "cors-allow-methods": cors.methods.join(", "),
            "cors-allow-headers": cors.headers.join(", "),
            "cors-allow-credentials": String(cors.credentials),
            "cors-max-age": String(cors.maxAgeSeconds),
          }
        : {}),
    };
    return { annotations: annotationsOf(settings, "nginx.ingress.kubernetes.io/") };
  },
};
