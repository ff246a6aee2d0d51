/** Routes from outside: Ingress, Gateway API, Istio. */
import type { ResourceCheck } from "../check.ts";
import { at, listAt, type Props, type Subject, textsAt } from "../subject.ts";

const INGRESS = /^kubernetes:networking\.k8s\.io\/v1:Ingress$/;
const GATEWAY = /^kubernetes:gateway\.networking\.k8s\.io\/[^:]+:Gateway$/;
const HTTP_ROUTE = /^kubernetes:gateway\.networking\.k8s\.io\/[^:]+:HTTPRoute$/;
const ISTIO_GATEWAY = /^kubernetes:networking\.istio\.io\/[^:]+:Gateway$/;

const KINDS: readonly (readonly [RegExp, (props: Props) => string[]])[] = [
  [INGRESS, ofIngress],
  [GATEWAY, ofGateway],
  [HTTP_ROUTE, ofHttpRoute],
  [ISTIO_GATEWAY, ofIstio],
];

export const tlsOnRoutes: ResourceCheck = {
  types: new RegExp(KINDS.map(([type]) => type.source).join("|")),
  problems: ({ type, props }: Subject) => KINDS.flatMap(([kind, find]) => (kind.test(type) ? find(props) : [])),
};

function ofIngress(props: Props): string[] {
  const secured = listAt(props, "spec", "tls").flatMap((entry) => textsAt(entry, "hosts"));
  // Google's load balancers and AWS's have their certificates by annotation.
  const isElsewhere = Object.keys((at(props, "metadata", "annotations") ?? {}) as Props).some((key) =>
    /^(networking\.gke\.io\/managed-certificates|ingress\.gcp\.kubernetes\.io\/pre-shared-cert|alb\.ingress\.kubernetes\.io\/(certificate-arn|listen-ports))$/.test(
      key,
    ),
  );
  const hosts = listAt(props, "spec", "rules").map((rule) => String(at(rule, "host") ?? "every host"));
  if (isElsewhere) return [];
  return hosts.filter((host) => !secured.includes(host)).map((host) => `serves ${host} without TLS`);
}

/** A listener without TLS is for redirects, which is the routes' to say. */
function ofGateway(props: Props): string[] {
  const isSecure = (listener: unknown) => ["HTTPS", "TLS"].includes(String(at(listener, "protocol")));
  return listAt(props, "spec", "listeners").some(isSecure) ? [] : ["has no listener with TLS"];
}

function ofHttpRoute(props: Props): string[] {
  const parents = listAt(props, "spec", "parentRefs").map((parent) => String(at(parent, "sectionName") ?? ""));
  const isRedirect = (rule: unknown) =>
    listAt(rule, "filters").some((filter) => at(filter, "requestRedirect", "scheme") === "https");
  const answers = listAt(props, "spec", "rules").some((rule) => !isRedirect(rule));
  return answers && parents.includes("http") ? ["answers without TLS"] : [];
}

function ofIstio(props: Props): string[] {
  return listAt(props, "spec", "servers")
    .filter((server) => at(server, "port", "protocol") === "HTTP" && at(server, "tls", "httpsRedirect") !== true)
    .map((server) => `answers at port ${at(server, "port", "number")} without TLS`);
}
