import { type CustomObject, WEBSOCKET_SECONDS } from "../capabilities.ts";
import type { Controller } from "./controller.ts";

/** GKE's own. https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration */
export const gce: Controller = {
  title: "GKE Ingress",
  classes: ["gce", "gce-internal"],
  // Google's front ends, which also check health: cloud.google.com/load-balancing/docs/https#firewall-rules
  comesFrom: ["130.211.0.0/22", "35.191.0.0/16"],
  ingresses: "one",
  classByAnnotation: true,
  can: ["timeoutSeconds", "websockets", "responseHeaders", "redirectHttps"],
  perService: ["timeoutSeconds", "websockets", "responseHeaders"],
  tls: ["issuer", "secretName", "acme", "selfSigned", "certificate", "managed"],
  ingress(_group, { redirectHttps, tls, application, hosts }) {
    const redirect: CustomObject = {
      apiVersion: "networking.gke.io/v1beta1",
      kind: "FrontendConfig",
      suffix: "frontend",
      spec: { redirectToHttps: { enabled: true, responseCodeName: "MOVED_PERMANENTLY_DEFAULT" } },
    };
    const certificate: CustomObject = {
      apiVersion: "networking.gke.io/v1",
      kind: "ManagedCertificate",
      suffix: "certificate",
      spec: { domains: hosts },
    };
    return {
      annotations: {
        ...(redirectHttps ? { "networking.gke.io/v1beta1.FrontendConfig": `${application}-frontend` } : {}),
        ...("managed" in tls ? { "networking.gke.io/managed-certificates": `${application}-certificate` } : {}),
        ...("certificate" in tls ? { "ingress.gcp.kubernetes.io/pre-shared-cert": tls.certificate } : {}),
      },
      objects: [...(redirectHttps ? [redirect] : []), ...("managed" in tls ? [certificate] : [])],
    };
  },
  service({ name, features, healthPath }, { application }) {
    const { timeoutSeconds, websockets, responseHeaders } = features;
    const timeoutSec = websockets ? WEBSOCKET_SECONDS : timeoutSeconds;
    const headers = Object.entries(responseHeaders ?? {}).map(([header, value]) => `${header}: ${value}`);
    const suffix = `${name}-backend`;
    return {
      annotations: {
        "cloud.google.com/neg": '{"ingress":true}',
        "cloud.google.com/backend-config": JSON.stringify({ default: `${application}-${suffix}` }),
      },
      objects: [
        {
          apiVersion: "cloud.google.com/v1",
          kind: "BackendConfig",
          suffix,
          spec: {
            ...(timeoutSec ? { timeoutSec } : {}),
            ...(headers.length > 0 ? { customResponseHeaders: { headers } } : {}),
            ...(healthPath ? { healthCheck: { type: "HTTP", requestPath: healthPath } } : {}),
          },
        },
      ],
    };
  },
};
