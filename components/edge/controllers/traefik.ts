import type { Cors } from "../../../config/routes.ts";
import { type Context, type CustomObject, FEATURES, IN_CLUSTER, limitsOf } from "../capabilities.ts";
import type { Controller, Group } from "./controller.ts";

const API = "traefik.io/v1alpha1";

/** https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/ingress/ */
export const traefik: Controller = {
  title: "Traefik",
  classes: ["traefik"],
  comesFrom: "namespace",
  ingresses: "many",
  can: FEATURES,
  perService: ["timeoutSeconds"],
  tls: IN_CLUSTER,
  ingress(group, context) {
    const objects = middlewares(group, context);
    const chain = objects.map(({ suffix }) => `${context.namespace}-${context.application}-${suffix}@kubernetescrd`);
    const annotations: Record<string, string> = {};
    if (chain.length > 0) annotations["traefik.ingress.kubernetes.io/router.middlewares"] = chain.join(",");
    return { annotations, objects };
  },
  service({ name, features: { timeoutSeconds } }, { namespace, application }) {
    const annotations: Record<string, string> = {};
    if (timeoutSeconds === undefined) return { annotations };
    const suffix = `${name}-transport`;
    annotations["traefik.ingress.kubernetes.io/service.serverstransport"] =
      `${namespace}-${application}-${suffix}@kubernetescrd`;
    return {
      annotations,
      objects: [
        {
          apiVersion: API,
          kind: "ServersTransport",
          suffix,
          spec: { forwardingTimeouts: { responseHeaderTimeout: `${timeoutSeconds}s` } },
        },
      ],
    };
  },
};

/** In the order in which a request passes them. */
function middlewares({ id, features }: Group, { redirectHttps }: Context): CustomObject[] {
  const { cors, responseHeaders, retries } = features;
  const of = (what: string, spec: Record<string, unknown>): CustomObject => ({
    apiVersion: API,
    kind: "Middleware",
    suffix: what,
    spec,
  });
  return [
    ...(redirectHttps ? [of("redirect-https", { redirectScheme: { scheme: "https", permanent: true } })] : []),
    ...limitsOf(features).map(({ requests, unit }) =>
      of(`${id}-per-${unit}`, {
        rateLimit: { average: requests, period: unit === "minute" ? "1m" : "1h", burst: requests },
      }),
    ),
    ...(cors || responseHeaders
      ? [
          of(`${id}-headers`, {
            headers: {
              ...(cors ? corsHeaders(cors) : {}),
              ...(responseHeaders ? { customResponseHeaders: responseHeaders } : {}),
            },
          }),
        ]
      : []),
    ...(retries ? [of(`${id}-retry`, { retry: { attempts: retries, initialInterval: "100ms" } })] : []),
  ];
}

function corsHeaders({ origins, methods, headers, credentials, maxAgeSeconds }: Cors): Record<string, unknown> {
  return {
    accessControlAllowOriginList: origins,
    accessControlAllowMethods: methods,
    accessControlAllowHeaders: headers,
    accessControlAllowCredentials: credentials,
    accessControlMaxAge: maxAgeSeconds,
    addVaryHeader: true,
  };
}
