/** Who may open a connection to whom, as the plan has it: what a cluster's policies are held against. */
import { selectorOf } from "../../../components/labels.ts";
import { GATEWAY_LABEL } from "../../../config/edge-plan.ts";
import { solvesHttp01 } from "../../../config/edge-pods.ts";
import type { Peer, Plan } from "../../../config/plan.ts";
import { type Block, isWithin } from "./addresses.ts";
import type { End } from "./network-policies.ts";
import { NO_PORTS, type Ports, tcp, union } from "./ports.ts";
import { has, type Labels } from "./selectors.ts";

/** What reports show in one row or column. */
export type Group = "tiers" | "datastores" | "jobs" | "edge" | "monitoring" | "operators" | "addresses" | "anybody";

/** Some ends of connections, under one name. */
export type Side =
  | { kind: "pods"; name: string; group: Group; namespace: string; labels: Labels }
  | { kind: "addresses"; name: string; group: Group; blocks: readonly Block[] }
  | { kind: "anybody" };

export interface Declared {
  from: Side;
  to: Side;
  ports: Ports;
}

/** Where pods reach the API server. */
export interface ApiServerAddresses {
  cidrs: readonly string[];
  ports: readonly number[];
}

/** What holds for all pods of the namespace names none of them. */
export const EVERY_POD = "every pod";

/** NodeLocal DNSCache: https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns */
const NODE_LOCAL_DNS = "169.254.20.10/32";
/** Where istiod serves sidecars: https://istio.io/latest/docs/ops/deployment/application-requirements */
const ISTIOD_PORT = 15_012;
/** What cert-manager's pods listen on that answer challenges, and how they are known. */
const SOLVER = { port: 8089, labels: { "acme.cert-manager.io/http01-solver": "true" } };
const DNS: Ports = [
  { protocol: "TCP", from: 53, to: 53 },
  { protocol: "UDP", from: 53, to: 53 },
];

export function declaredBy(plan: Plan, apiServer: ApiServerAddresses): Declared[] {
  const all: Side = { kind: "pods", name: EVERY_POD, group: "tiers", namespace: plan.namespace, labels: {} };
  const dns: Side = { kind: "pods", name: "DNS", group: "addresses", namespace: "kube-system", labels: {} };
  const blocks = apiServer.cidrs.map((cidr) => ({ cidr }));
  return [
    ...plan.links.map(({ from, to, ports }) => ({
      from: sideOf(plan, from),
      to: sideOf(plan, to),
      ports: tcp(...ports),
    })),
    { from: all, to: dns, ports: DNS },
    {
      from: all,
      to: { kind: "addresses", name: "node-local DNS", group: "addresses", blocks: [{ cidr: NODE_LOCAL_DNS }] },
      ports: DNS,
    },
    {
      from: all,
      to: { kind: "addresses", name: "API server", group: "addresses", blocks },
      ports: tcp(...apiServer.ports),
    },
    ...ofMesh(plan, all),
    ...ofGateway(plan),
    ...ofChallenges(plan),
  ];
}

/** Ports of `to` that `from` may reach. */
export function declaredPorts(declared: readonly Declared[], from: End, to: End): Ports {
  const fitting = declared.filter((one) => isOn(one.from, from) && isOn(one.to, to));
  return fitting.length === 0 ? NO_PORTS : union(...fitting.map(({ ports }) => ports));
}

export function isOn(side: Side, { pod, addresses }: End): boolean {
  switch (side.kind) {
    case "anybody":
      return true;
    case "pods":
      return pod?.namespace === side.namespace && has(pod.labels, side.labels);
    case "addresses":
      return !pod && addresses.some((address) => side.blocks.some((block) => isWithin(address, block)));
  }
}

function sideOf(plan: Plan, peer: Peer): Side {
  switch (peer.kind) {
    case "pods":
      return podsOf(plan, peer.component);
    case "edge": {
      const { namespace, pods = {} } = peer;
      return { kind: "pods", name: `edge (${namespace})`, group: "edge", namespace, labels: pods };
    }
    case "monitoring":
      return { kind: "pods", name: "monitoring", group: "monitoring", namespace: peer.namespace, labels: {} };
    case "keda":
    case "operator": {
      const name = peer.kind === "keda" ? "KEDA" : `operator (${peer.namespace})`;
      return { kind: "pods", name, group: "operators", namespace: peer.namespace, labels: {} };
    }
    case "addresses": {
      const { name, cidrs, except } = peer;
      return { kind: "addresses", name, group: "addresses", blocks: cidrs.map((cidr) => ({ cidr, except })) };
    }
  }
}

function podsOf(plan: Plan, component: string): Side {
  const isTier = plan.tiers.some(({ name, kind }) => name === component && kind !== "job");
  const isStore = [...plan.datastores, ...plan.moves.flatMap(({ from, to }) => [from, to])].some(
    ({ name }) => name === component,
  );
  const group = isTier ? "tiers" : isStore ? "datastores" : "jobs";
  return { kind: "pods", name: component, group, namespace: plan.namespace, labels: selectorOf(plan, component) };
}

/** Sidecars get their configuration and certificates from istiod. */
function ofMesh({ edge }: Plan, all: Side): Declared[] {
  if (edge.kind !== "istio") return [];
  const istiod: Side = {
    kind: "pods",
    name: "istiod",
    group: "operators",
    namespace: edge.controlPlaneNamespace,
    labels: { app: "istiod" },
  };
  return [{ from: all, to: istiod, ports: tcp(ISTIOD_PORT) }];
}

/** The gateway's own pods, where they stand in the application's namespace. */
function ofGateway(plan: Plan): Declared[] {
  const { edge, namespace, application } = plan;
  const isBeside = ({ from }: Plan["links"][number]) =>
    from.kind === "edge" && from.pods?.[GATEWAY_LABEL] !== undefined;
  if (
    edge.kind !== "gateway" ||
    !plan.links.some((link) => isBeside(link) && (link.from as { namespace: string }).namespace === namespace)
  )
    return [];
  const labels = { [GATEWAY_LABEL]: application };
  const gateway: Side = { kind: "pods", name: `edge (${namespace})`, group: "edge", namespace, labels };
  const controlPlane: Side = {
    kind: "pods",
    name: "gateway's control plane",
    group: "operators",
    namespace: edge.gatewayNamespace,
    labels: {},
  };
  return [
    { from: { kind: "anybody" }, to: gateway, ports: tcp(80, 443) },
    { from: gateway, to: controlPlane, ports: tcp(443, 8443) },
  ];
}

/** cert-manager's pods for HTTP-01. How a ClusterIssuer proves the host is its own business, and may be by HTTP. */
function ofChallenges(plan: Plan): Declared[] {
  const { edge, namespace } = plan;
  if (!(solvesHttp01(edge) || "issuer" in edge.tls) || edge.routes.length === 0) return [];
  const solver: Side = { kind: "pods", name: "ACME solver", group: "jobs", namespace, labels: SOLVER.labels };
  return edge.peers.map((peer) => ({ from: sideOf(plan, peer), to: solver, ports: tcp(SOLVER.port) }));
}
