/** Hosts, paths, certificates and Services: whether whoever comes still gets through. */
import { type Change, differs, differsIn, stays } from "../changes.ts";
import type { Inputs } from "../preview.ts";
import type { Rule } from "../rule.ts";
import { added, at, isKnown, listAt, textAt, textsAt } from "../values.ts";

const SERVICE = "kubernetes:core/v1:Service";
const CERTIFICATE = /^kubernetes:cert-manager\.io\/[^:]+:Certificate$/;
const GATEWAY = /^kubernetes:gateway\.networking\.k8s\.io\/[^:]+:Gateway$/;
const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
const ROUTES =
  /^kubernetes:(networking\.k8s\.io\/v1:Ingress|gateway\.networking\.k8s\.io\/[^:]+:HTTPRoute|networking\.istio\.io\/[^:]+:VirtualService)$/;

export const wayIn: readonly Rule[] = [
  {
    id: "host-changed",
    theme: "availability",
    applies: (change) => change.operation === "update" && lost(change, hostsOf).length > 0,
    level: "downtime",
    sentence: (change) => `${lost(change, hostsOf).join(", ")} answers no more: ${change.subject} has another host.`,
    instead: "point DNS at the new host and wait for its certificate first; keep the old one for a while",
  },
  {
    id: "path-removed",
    theme: "availability",
    applies: (change) =>
      stays(change) &&
      ROUTES.test(change.type) &&
      lost(change, hostsOf).length === 0 &&
      lost(change, pathsOf).length > 0,
    level: "downtime",
    sentence: (change) => `${lost(change, pathsOf).join(", ")} leads nowhere any more (${change.subject}).`,
    instead: "keep the path until nobody asks for it",
  },
  {
    id: "class-changed",
    theme: "availability",
    applies: (change) =>
      stays(change) && (change.type === INGRESS || GATEWAY.test(change.type)) && differsIn(change, classOf),
    level: "downtime",
    sentence: (change) =>
      `The way in goes from "${classOf(change.before)}" to "${classOf(change.after)}", at another address: the old one answers no more, and DNS has to follow.`,
    instead: "bring the new way in up beside the old one, move DNS, then take the old one away",
  },
  {
    id: "certificate-changed",
    theme: "availability",
    applies: (change) =>
      stays(change) && ((CERTIFICATE.test(change.type) && differs(change, "spec")) || differs(change, "spec.tls")),
    level: "brief interruption",
    sentence: ({ subject }) =>
      `The certificate of ${subject} is another: until it is there, browsers are shown one that they do not trust.`,
    instead: "see that DNS leads here, for a certificate is given to whoever answers there",
  },
  {
    id: "service-changed",
    theme: "availability",
    applies: (change) =>
      change.type === SERVICE &&
      (change.operation === "replace" || (change.operation === "update" && changed(change) !== "")),
    level: "downtime",
    sentence: (change) =>
      change.operation === "replace"
        ? `The Service ${change.subject} is deleted and made again, with another address: clients that hold the old one fail.`
        : `The Service ${change.subject} changes ${changed(change)}: clients that dial it as it was fail until they are restarted.`,
    instead: "roll the clients in the same update, when few are there",
  },
  {
    id: "load-balancer-gone",
    theme: "availability",
    applies: ({ type, operation, before, after }) =>
      type === SERVICE &&
      at(before, "spec.type") === "LoadBalancer" &&
      (operation === "delete" || (operation !== "create" && at(after, "spec.type") !== "LoadBalancer")),
    level: "downtime",
    sentence: ({ subject }) =>
      `The load balancer of ${subject} goes, and its address with it; DNS that names it leads nowhere, and what was made by hand for it stays and costs.`,
    instead: "move DNS first",
  },
];

/** What it had and has no more. */
function lost({ before, after }: Change, read: (inputs: Inputs) => readonly string[]): string[] {
  return added(read(after), read(before)).filter(isKnown);
}

function hostsOf(inputs: Inputs): readonly string[] {
  const rules = listAt(inputs, "spec.rules").map((rule) => textAt(rule, "host"));
  const listeners = listAt(inputs, "spec.listeners").map((listener) => textAt(listener, "hostname"));
  const hosts = [...rules, ...listeners, ...textsAt(inputs, "spec.hostnames"), ...textsAt(inputs, "spec.hosts")];
  return [...new Set(hosts.filter((host) => host !== undefined))];
}

function pathsOf(inputs: Inputs): readonly string[] {
  const ingress = listAt(inputs, "spec.rules").flatMap((rule) =>
    listAt(rule, "http.paths").map((path) => textAt(path, "path")),
  );
  const gateway = listAt(inputs, "spec.rules").flatMap((rule) =>
    listAt(rule, "matches").map((match) => textAt(match, "path.value")),
  );
  const istio = listAt(inputs, "spec.http").flatMap((rule) =>
    listAt(rule, "match").map((match) => textAt(match, "uri.prefix") ?? textAt(match, "uri.exact")),
  );
  return [...new Set([...ingress, ...gateway, ...istio].filter((path) => path !== undefined))];
}

function classOf(inputs: Inputs): string | undefined {
  return textAt(inputs, "spec.ingressClassName") ?? textAt(inputs, "spec.gatewayClassName");
}

/** What of a Service its clients rely on, and is another. */
function changed(change: Change): string {
  const parts = ["ports", "type", "clusterIP", "selector"];
  return parts.filter((part) => differs(change, `spec.${part}`)).join(", ");
}
