/** Istio's AuthorizationPolicies: https://istio.io/latest/docs/reference/config/security/authorization-policy */
import type { ClusterObject, Snapshot } from "../snapshot.ts";
import { isWithin } from "./addresses.ts";
import type { End, Opening, Passage, Pod } from "./network-policies.ts";
import { ALL_PORTS, allOf, difference, NO_PORTS, type Ports, tcp, union } from "./ports.ts";
import { has, type Labels } from "./selectors.ts";

/** Namespace whose policies hold for the whole mesh, unless the mesh is told another. */
const ROOT_NAMESPACE = "istio-system";

/** Sidecars see TCP only. */
const NOT_GUARDED: Ports = [...allOf("UDP"), ...allOf("SCTP")];

interface Source {
  principals?: readonly string[];
  notPrincipals?: readonly string[];
  serviceAccounts?: readonly string[];
  notServiceAccounts?: readonly string[];
  namespaces?: readonly string[];
  notNamespaces?: readonly string[];
  ipBlocks?: readonly string[];
  notIpBlocks?: readonly string[];
  [field: string]: readonly string[] | undefined;
}
interface Operation {
  ports?: readonly string[];
  notPorts?: readonly string[];
  [field: string]: readonly string[] | undefined;
}
interface Rule {
  from?: readonly { source: Source }[];
  to?: readonly { operation: Operation }[];
  when?: readonly unknown[];
}

const KNOWN_SOURCES = [
  "principals",
  "notPrincipals",
  "serviceAccounts",
  "notServiceAccounts",
  "namespaces",
  "notNamespaces",
  "ipBlocks",
  "notIpBlocks",
];

/**
 * What sidecars let in. A condition that only a request shows (a method, a path, a token) is taken to be met where it
 * allows, and not to be met where it denies: what may be let through counts.
 */
export class AuthorizationPolicies {
  readonly #policies: readonly ClusterObject[];
  readonly #isMeshed: (pod: Pod) => boolean;

  constructor(snapshot: Snapshot) {
    this.#policies = snapshot.of("AuthorizationPolicy.security.istio.io");
    const labels = new Map(snapshot.of("Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
    this.#isMeshed = (pod) => injects(labels.get(pod.namespace) ?? {}, pod.labels);
  }

  into(from: End, { pod }: End): Passage {
    if (!pod || pod.hostNetwork || !this.#isMeshed(pod)) return { ports: ALL_PORTS, openings: [] };
    const selecting = this.#policies.filter(({ metadata, spec = {} }) => {
      const isHere = metadata.namespace === pod.namespace || metadata.namespace === ROOT_NAMESPACE;
      return isHere && !spec.targetRefs && has(pod.labels, spec.selector?.matchLabels ?? {});
    });
    const acting = (action: string) => selecting.filter(({ spec }) => (spec?.action ?? "ALLOW") === action);
    const denied = union(
      ...acting("DENY").flatMap(({ spec, metadata }) =>
        rulesOf(spec).map((rule) => (isOnlyOfRequests(rule) ? NO_PORTS : portsOf(rule, from, metadata.namespace))),
      ),
    );
    const allowing = acting("ALLOW");
    const openings = allowing.map(({ spec, metadata }): Opening => {
      const ports = union(...rulesOf(spec).map((rule) => portsOf(rule, from, metadata.namespace)));
      return { policy: metadata.name, ports };
    });
    const allowed = allowing.length === 0 ? ALL_PORTS : union(...openings.map(({ ports }) => ports));
    return { ports: union(difference(allowed, denied), NOT_GUARDED), openings };
  }
}

/** https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy */
function injects(namespace: Labels, pod: Labels): boolean {
  const own = pod["sidecar.istio.io/inject"];
  if (own !== undefined) return own === "true" && namespace["istio-injection"] !== "disabled";
  return namespace["istio-injection"] === "enabled" || "istio.io/rev" in namespace;
}

function rulesOf(spec: { rules?: readonly Rule[] } | undefined): readonly Rule[] {
  return spec?.rules ?? [];
}

function portsOf({ from = [], to = [] }: Rule, end: End, namespace = ""): Ports {
  if (from.length > 0 && !from.some(({ source }) => isSource(source, end, namespace))) return NO_PORTS;
  if (to.length === 0) return ALL_PORTS;
  return union(
    ...to.map(({ operation: { ports, notPorts = [] } }) =>
      difference(ports ? tcp(...ports.map(Number)) : ALL_PORTS, tcp(...notPorts.map(Number))),
    ),
  );
}

function isSource(source: Source, { pod, addresses }: End, namespace: string): boolean {
  const identity = pod && `cluster.local/ns/${pod.namespace}/sa/${pod.serviceAccount}`;
  const isAccount = (account: string) => {
    const [name = "", home = namespace] = account.split("/").reverse();
    return pod?.namespace === home && pod.serviceAccount === name;
  };
  const checks: readonly [keyof Source, keyof Source, (wanted: string) => boolean][] = [
    ["principals", "notPrincipals", (wanted) => identity !== undefined && fits(wanted, identity)],
    ["serviceAccounts", "notServiceAccounts", isAccount],
    ["namespaces", "notNamespaces", (wanted) => pod !== undefined && fits(wanted, pod.namespace)],
    ["ipBlocks", "notIpBlocks", (cidr) => addresses.some((address) => isWithin(address, { cidr }))],
  ];
  return checks.every(([only, not, isIt]) => {
    const [wanted, unwanted] = [source[only], source[not]];
    return (wanted === undefined || wanted.some(isIt)) && !unwanted?.some(isIt);
  });
}

/** Exact, or with a star at one end. */
function fits(pattern: string, value: string): boolean {
  if (pattern === "*") return value !== "";
  if (pattern.startsWith("*")) return value.endsWith(pattern.slice(1));
  return pattern.endsWith("*") ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
}

/** Whether it asks for anything that a connection alone does not show. */
function isOnlyOfRequests({ from = [], to = [], when = [] }: Rule): boolean {
  return (
    when.length > 0 ||
    from.some(({ source }) => Object.keys(source).some((field) => !KNOWN_SOURCES.includes(field))) ||
    to.some(({ operation }) => Object.keys(operation).some((field) => field !== "ports" && field !== "notPorts"))
  );
}
