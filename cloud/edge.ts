/** Whether a cluster has what the plan's way in is made of. */
import { controllerOf } from "../components/edge/controllers/controllers.ts";
import { edgeObjects } from "../components/edge/objects.ts";
import { addonFor, inWords } from "../config/addons/catalogue.ts";
import { settingFor } from "../config/addons.ts";
import { ingressOf } from "../config/edge-plan.ts";
import type { Plan } from "../config/plan.ts";
import type { Ask, List, Named, Warn } from "./api-server.ts";
import { missingKinds } from "./kinds.ts";
import { ClusterError } from "./kubeconfig-file.ts";

/** Who brings a group's custom resources. */
const BROUGHT_BY: Readonly<Record<string, string>> = {
  "gateway.networking.k8s.io": "the Gateway API: kubectl apply the standard-install.yaml of its release, 1.4 or newer",
  "gateway.envoyproxy.io": "Envoy Gateway, with its Helm chart",
  "gateway.nginx.org": "NGINX Gateway Fabric 2.4 or newer, with its Helm chart",
  "networking.istio.io": "Istio 1.27 or newer, with istioctl or its Helm charts",
  "security.istio.io": "Istio 1.27 or newer, with istioctl or its Helm charts",
  "cert-manager.io": "cert-manager, with its Helm chart, or use landfall:edge.tls.secretName",
  "traefik.io": "Traefik 3, with its Helm chart and providers.kubernetesCRD enabled",
  "k8s.nginx.org": "F5's NGINX Ingress Controller, with its Helm chart and custom resources enabled",
  "appgw.ingress.azure.io": "the Application Gateway Ingress Controller",
  "cloud.google.com": "GKE's Ingress controller, the add-on HttpLoadBalancing",
  "networking.gke.io": "GKE's Ingress controller, the add-on HttpLoadBalancing",
};

const ROUTES = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/httproutes.gateway.networking.k8s.io";

/** @throws ClusterError that names what is missing. Whatever the credentials may not see is not refused. */
export async function checkEdge(ask: Ask, plan: Plan, warn: Warn): Promise<void> {
  await Promise.all([checkIngressClass(ask, plan, warn), checkResources(ask, plan)]);
  await Promise.all([checkGatewayClass(ask, plan), checkCors(ask, plan)]);
}

interface IngressClass extends Named {
  spec?: { controller: string };
}

async function checkIngressClass(ask: Ask, { edge, addons }: Plan, warn: Warn): Promise<void> {
  const ingress = ingressOf(edge);
  if (!ingress || controllerOf(ingress.controller).classByAnnotation) return;
  const classes = (await ask<List<IngressClass>>("/apis/networking.k8s.io/v1/ingressclasses"))?.items;
  if (!classes) return;
  const known = classes.map(({ metadata }) => metadata.name);
  if (addons.list.some(({ brings }) => brings.ingressClass === ingress.class)) return;
  const place = edge.kind === "gateway" ? "landfall:edge.fallback" : "landfall:edge";
  if (!known.includes(ingress.class)) {
    throw new ClusterError(
      `${place}.class: the cluster has no ingress class "${ingress.class}".\n  allowed  ${known.join(", ") || "none"}`,
      `use one of these, or ${inWords(settingFor("controller", ingress.controller), "install an ingress controller")}`,
    );
  }
  const { spec } = classes.find(({ metadata }) => metadata.name === ingress.class) as IngressClass;
  if (spec?.controller === "k8s.io/ingress-nginx" && ingress.controller !== "ingress-nginx") {
    await checkIsRetired(
      `${place}.controller`,
      ingress.class,
      edge.routes.some(({ features }) => hasAny(features)),
      warn,
    );
  }
}

/** F5's controller and ingress-nginx go by the same class, and do not understand each other's annotations. */
async function checkIsRetired(path: string, ingressClass: string, matters: boolean, warn: Warn): Promise<void> {
  if (matters) {
    throw new ClusterError(
      `${path}: class "${ingressClass}" is ingress-nginx on this cluster, which would not understand the routes' settings.`,
      "set it to ingress-nginx, or name the class of another controller",
    );
  }
  await warn(`landfall:edge: ${controllerOf("ingress-nginx").retired}.`);
}

function hasAny(features: object): boolean {
  return Object.keys(features).length > 0;
}

/** Each kind of custom resource that the plan would make. */
async function checkResources(ask: Ask, plan: Plan): Promise<void> {
  const wanted = new Map(
    edgeObjects(plan).objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  const all = await missingKinds(ask, plan.addons, [...wanted.values()]);
  if (all.length === 0) return;
  const kinds = all.map(({ apiVersion, kind }) => `${kind} (${apiVersion})`);
  const groups = [...new Set(all.map(({ apiVersion }) => apiVersion.split("/")[0] as string))];
  throw new ClusterError(
    `landfall:edge: the cluster does not know ${kinds.join(", ")}, which this way in is made of.`,
    `${groups.map((group) => inWords(addonFor(group), `install ${BROUGHT_BY[group] ?? group}`)).join("; ")}; or choose another kind of edge`,
  );
}

async function checkGatewayClass(ask: Ask, { edge, addons }: Plan): Promise<void> {
  if (edge.kind !== "gateway") return;
  if (addons.list.some(({ brings }) => brings.gatewayClass === edge.gatewayClass)) return;
  const classes = (await ask<List<Named>>("/apis/gateway.networking.k8s.io/v1/gatewayclasses"))?.items;
  const known = classes?.map(({ metadata }) => metadata.name);
  if (!known || known.includes(edge.gatewayClass)) return;
  throw new ClusterError(
    `landfall:edge.gatewayClass: the cluster has no gateway class "${edge.gatewayClass}".\n  allowed  ${known.join(", ") || "none"}`,
    `use one of these, or ${inWords(settingFor("implementation", edge.implementation), "make one for your implementation of the Gateway API")}`,
  );
}

/** The filter came to the standard channel with Gateway API 1.5. */
async function checkCors(ask: Ask, plan: Plan): Promise<void> {
  if (!JSON.stringify(edgeObjects(plan).objects).includes('"type":"CORS"')) return;
  const annotations = (await ask<Named>(ROUTES))?.metadata.annotations;
  const version = annotations?.["gateway.networking.k8s.io/bundle-version"];
  if (!version || annotations?.["gateway.networking.k8s.io/channel"] === "experimental") return;
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  if (major > 1 || minor >= 5) return;
  throw new ClusterError(
    `landfall:edge: routes ask for CORS, which the cluster's Gateway API ${version} does not know.\n  allowed  1.5 or newer, or the experimental channel`,
    "upgrade the Gateway API's custom resources, or take cors out of the routes",
  );
}
