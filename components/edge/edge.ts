import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { ingressOf } from "../../config/edge-plan.ts";
import type { Plan } from "../../config/plan.ts";
import type { Route } from "../../config/routes.ts";
import { ownerLabels } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import type { CustomObject } from "./capabilities.ts";
import { secretNameOf } from "./certificates.ts";
import { controllerOf } from "./controllers/controllers.ts";
import type { IngressObject } from "./ingresses.ts";
import { allowGateway, allowSolver } from "./network.ts";
import { edgeObjects } from "./objects.ts";

/** Of itself, the provider waits another ten seconds for each change of an endpoint; tiers wait for their own pods. */
const HAS_ADDRESS = "jsonpath={.status.loadBalancer.ingress[0]}";

export interface EdgeArgs {
  plan: Plan;
  namespace: Namespace;
}

/** The way in: Ingresses, a Gateway or Istio's, with certificates and everything that routes ask for. */
export function createEdge(name: string, args: EdgeArgs, opts: pulumi.CustomResourceOptions): void {
  const { plan } = args;
  const { ingresses, objects } = edgeObjects(plan);
  warnOfRetired(plan, ingresses);
  allowSolver(name, args, opts);
  allowGateway(name, args, opts);
  for (const object of objects) createObject(name, args, object, opts);
  for (const ingress of ingresses) createIngress(name, args, ingress, opts);
}

function warnOfRetired({ edge }: Plan, ingresses: readonly IngressObject[]): void {
  const { retired } = controllerOf(ingressOf(edge)?.controller);
  if (retired && ingresses.length > 0)
    pulumi.log.warn(`landfall:edge: ${retired}. Choose another controller, or kind: gateway.`);
}

function createObject(
  name: string,
  { plan, namespace }: EdgeArgs,
  { apiVersion, kind, suffix, spec, ...object }: CustomObject,
  { deletedWith, ...opts }: pulumi.CustomResourceOptions,
): void {
  const isElsewhere = object.namespace !== undefined && object.namespace !== plan.namespace;
  new k8s.apiextensions.CustomResource(
    named(name, suffix, kind.toLowerCase()),
    {
      apiVersion,
      kind,
      metadata: {
        name: object.name ?? named(plan.application, suffix),
        namespace: isElsewhere ? object.namespace : namespace.namespaceName,
        labels: ownerLabels(plan),
      },
      spec,
    },
    isElsewhere ? opts : { ...opts, deletedWith },
  );
}

function createIngress(
  name: string,
  { plan, namespace }: EdgeArgs,
  { suffix, annotations, className, hosts, tlsHosts }: IngressObject,
  opts: pulumi.CustomResourceOptions,
): void {
  new k8s.networking.v1.Ingress(
    named(name, "ingress", suffix),
    {
      metadata: {
        namespace: namespace.namespaceName,
        labels: ownerLabels(plan),
        annotations: { "pulumi.com/waitFor": HAS_ADDRESS, ...annotations },
      },
      spec: {
        ...(className ? { ingressClassName: className } : {}),
        ...(tlsHosts.length > 0 ? { tls: [{ hosts: tlsHosts, secretName: secretNameOf(plan) }] } : {}),
        rules: hosts.map(({ host, routes }) => ({
          host,
          ...(routes.length > 0 ? { http: { paths: routes.map(pathOf) } } : {}),
        })),
      },
    },
    opts,
  );
}

function pathOf({ path, service, port }: Route): k8s.types.input.networking.v1.HTTPIngressPath {
  return { path, pathType: "Prefix", backend: { service: { name: service, port: { number: port } } } };
}

function named(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join("-");
}
