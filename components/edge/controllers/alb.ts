import { isDeepStrictEqual } from "node:util";
import type { Route } from "../../../config/routes.ts";
import { type Refusal, WEBSOCKET_SECONDS } from "../capabilities.ts";
import type { Controller } from "./controller.ts";

/** Response headers that a listener of an Application Load Balancer can set, by the attribute's middle part. */
const HEADERS: Readonly<Record<string, string>> = {
  "Strict-Transport-Security": "strict_transport_security",
  "X-Frame-Options": "x_frame_options",
  "X-Content-Type-Options": "x_content_type_options",
  "Content-Security-Policy": "content_security_policy",
};

/** AWS Load Balancer Controller. https://kubernetes-sigs.github.io/aws-load-balancer-controller/ */
export const alb: Controller = {
  title: "AWS Application Load Balancer",
  classes: ["alb"],
  comesFrom: "addresses",
  ingresses: "one",
  can: ["websockets", "responseHeaders", "redirectHttps"],
  // The load balancer has its own certificates: `managed` finds the one for the host in Certificate Manager.
  tls: ["certificate", "managed"],
  refuses: (routes) => [...headersBySomeOther(routes), ...headersOfOneRoute(routes)],
  ingress({ routes }, { redirectHttps, tls }) {
    const headers = Object.entries(
      routes.find(({ features }) => features.responseHeaders)?.features.responseHeaders ?? {},
    );
    const attributes = headers.map(
      ([header, value]) => `routing.http.response.${HEADERS[header]}.header_value=${value}`,
    );
    const staysOpen = routes.some((route) => route.features.websockets);
    return {
      annotations: {
        "alb.ingress.kubernetes.io/scheme": "internet-facing",
        "alb.ingress.kubernetes.io/target-type": "ip",
        "alb.ingress.kubernetes.io/listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
        ...(redirectHttps ? { "alb.ingress.kubernetes.io/ssl-redirect": "443" } : {}),
        ...("certificate" in tls ? { "alb.ingress.kubernetes.io/certificate-arn": tls.certificate } : {}),
        ...(attributes.length > 0
          ? { "alb.ingress.kubernetes.io/listener-attributes.HTTPS-443": attributes.join(",") }
          : {}),
        ...(staysOpen
          ? {
              "alb.ingress.kubernetes.io/load-balancer-attributes": `idle_timeout.timeout_seconds=${WEBSOCKET_SECONDS}`,
            }
          : {}),
      },
    };
  },
  service: ({ healthPath }) => ({
    annotations: healthPath
      ? { "alb.ingress.kubernetes.io/healthcheck-path": healthPath }
      : ({} as Record<string, string>),
  }),
};

function headersBySomeOther(routes: readonly Route[]): Refusal[] {
  return routes.flatMap((route) =>
    Object.entries(route.features.responseHeaders ?? {})
      .filter(([header, value]) => !(header in HEADERS) || value.includes(","))
      .map(([header, got]): Refusal => {
        const isKnown = header in HEADERS;
        return {
          route,
          feature: "responseHeaders",
          got,
          problem: isKnown ? `the load balancer takes no comma in ${header}` : `the load balancer cannot set ${header}`,
          allowed: isKnown ? "no commas" : Object.keys(HEADERS).join(", "),
          fix: "take it out (false for a security header), or answer with it in the application",
        };
      }),
  );
}

/** They belong to the listener, and so to every route. */
function headersOfOneRoute(routes: readonly Route[]): Refusal[] {
  const [first, ...others] = routes.filter(({ features }) => features.responseHeaders);
  return others
    .filter(({ features }) => !isDeepStrictEqual(features.responseHeaders, first?.features.responseHeaders))
    .map((route) => ({
      route,
      feature: "responseHeaders",
      got: route.features.responseHeaders,
      problem: "the load balancer sets the same headers for all routes",
      allowed: `those of ${first?.service}`,
      fix: "declare them once, in the application's edge.headers",
    }));
}
