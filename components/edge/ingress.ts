import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { EdgePlan } from "../../config/edge.ts";
import type { Plan } from "../../config/plan.ts";
import { ownerLabels } from "../labels.ts";
import type { Namespace } from "../namespace.ts";

/** The application's hosts and paths, over TLS, through the cluster's ingress controller. */
export function createIngress(
  name: string,
  { plan, namespace }: { plan: Plan; namespace: Namespace },
  opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.Ingress {
  const { edge } = plan;
  const hosts = [...new Set(edge.routes.map(({ host }) => host))];
  return new k8s.networking.v1.Ingress(
    `${name}-ingress`,
    {
      metadata: {
        namespace: namespace.namespaceName,
        labels: ownerLabels(plan),
        annotations: {
          ...("issuer" in edge.tls ? { "cert-manager.io/cluster-issuer": edge.tls.issuer } : {}),
          ...edge.annotations,
        },
      },
      spec: {
        ingressClassName: edge.class,
        tls: [{ hosts, secretName: "secretName" in edge.tls ? edge.tls.secretName : `${plan.application}-tls` }],
        rules: hosts.map((host) => ({ host, http: { paths: pathsOf(edge, host) } })),
      },
    },
    opts,
  );
}

function pathsOf({ routes }: EdgePlan, host: string): k8s.types.input.networking.v1.HTTPIngressPath[] {
  return routes
    .filter((route) => route.host === host)
    .map(({ path, service, port }) => ({
      path,
      pathType: "Prefix",
      backend: { service: { name: service, port: { number: port } } },
    }));
}
