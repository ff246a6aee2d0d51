/** Who reaches whom, by the policies in the cluster, and whether that is what is declared. */
import type { Plan } from "../../../config/plan.ts";
import { type Finding, type Proof, proved } from "../proof.ts";
import type { Snapshot } from "../snapshot.ts";
import { workloadsOf } from "../workloads.ts";
import { type ApiServerAddresses, declaredBy, declaredPorts, type Group } from "./declared.ts";
import { AuthorizationPolicies } from "./istio.ts";
import { NetworkPolicies, type Opening, type Passage } from "./network-policies.ts";
import { type Party, partiesOf } from "./parties.ts";
import { describePorts, difference, intersection, NO_PORTS, type Ports, union } from "./ports.ts";

export interface Reachability {
  /** Rows and columns of the matrix. */
  parties: { name: string; group: Group }[];
  /** Who may open connections to whom: everything that is let through or declared. */
  connections: Connection[];
  /** Pods on the network of their node, which no policy guards. */
  hostNetwork: string[];
}

export interface Connection {
  from: string;
  to: string;
  /** Let through, such as `TCP 5432`. */
  ports: string;
  /** Let through, though nothing declares them; empty where there are none. */
  more: string;
  /** Declared, and not let through. */
  missing: string;
}

const SHOWN = 4;

export async function proveReachability(
  plan: Plan,
  snapshot: Snapshot,
  apiServer: ApiServerAddresses = apiServerIn(snapshot),
): Promise<Proof<Reachability>> {
  const declared = declaredBy(plan, apiServer);
  const parties = partiesOf(snapshot, plan.namespace, declared);
  const judge = new Judge(snapshot);
  const judged = parties.flatMap((from) =>
    parties
      .filter((to) => from.isOwn || to.isOwn)
      .map((to) => judge.between(from, to, declaredPorts(declared, from.end, to.end))),
  );
  const hostNetwork = workloadsOf(snapshot, plan.namespace)
    .filter(({ template }) => template.spec.hostNetwork)
    .map(({ title }) => title);
  const detail = {
    parties: [...new Map(parties.map(({ name, group }) => [name, { name, group }])).values()],
    connections: connectionsOf(judged),
    hostNetwork,
  };
  const findings = [...hostNetwork.map(onItsNode), ...differences(judged)];
  const count = (isIt: (connection: Connection) => boolean) => detail.connections.filter(isIt).length;
  const declaredOnes = count(({ more, missing }) => !more && !missing);
  const [more, missing] = [count(({ more }) => more !== ""), count(({ missing }) => missing !== "")];
  const summary = `${declaredOnes} connections as declared, ${more} with more, ${missing} with less`;
  const title = "Who reaches whom is what is declared, no more and no less";
  return proved({ name: "reachability", title, summary }, findings, detail);
}

/** The Service's address, and those behind it: policies are judged after it was translated. */
export function apiServerIn(snapshot: Snapshot): ApiServerAddresses {
  const [service] = snapshot.of("Service", "default").filter(({ metadata }) => metadata.name === "kubernetes");
  const slices = snapshot
    .of("EndpointSlice", "default")
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "kubernetes");
  const behind = slices.flatMap(({ endpoints }) =>
    (endpoints ?? []).flatMap(({ addresses }: { addresses: string[] }) => addresses),
  );
  const ports = slices.flatMap((slice) => (slice.ports ?? []).map(({ port }: { port: number }) => port));
  return { cidrs: [...(service?.spec.clusterIPs ?? []), ...behind], ports: [443, ...ports] };
}

interface Judged {
  from: string;
  to: string;
  ports: Ports;
  more: Ports;
  missing: Ports;
  /** What lets more through, or keeps what is missing. */
  because: string;
}

class Judge {
  readonly #network: NetworkPolicies;
  readonly #mesh: AuthorizationPolicies;

  constructor(snapshot: Snapshot) {
    this.#network = new NetworkPolicies(snapshot.of("NetworkPolicy"), snapshot.of("Namespace"));
    this.#mesh = new AuthorizationPolicies(snapshot);
  }

  between(from: Party, to: Party, declared: Ports): Judged {
    const out = this.#network.out(from.end, to.end);
    const into = this.#network.into(from.end, to.end);
    const mesh = this.#mesh.into(from.end, to.end);
    const ports = intersection(intersection(out.ports, into.ports), mesh.ports);
    const [more, missing] = [difference(ports, declared), difference(declared, ports)];
    const because =
      more.length > 0
        ? [from.isOwn && letsThrough("out", out, more), to.isOwn && letsThrough("in", into, more)]
        : [
            keeps(`${from.name} is let out by`, out, missing),
            keeps(`${to.name} lets in by`, into, missing),
            keeps(`Istio lets into ${to.name} by`, mesh, missing),
          ];
    return { from: from.name, to: to.name, ports, more, missing, because: because.filter(Boolean).join(", ") };
  }
}

function letsThrough(direction: "in" | "out", { openings }: Passage, ports: Ports): string {
  if (openings.length === 0) return `no policy guards what goes ${direction}`;
  const open = openings.filter((opening) => intersection(opening.ports, ports).length > 0);
  return `${namesOf(open)} lets it ${direction}`;
}

function keeps(who: string, { ports, openings }: Passage, missing: Ports): string | undefined {
  if (difference(missing, ports).length === 0) return undefined;
  return `${who} ${namesOf(openings)} only`;
}

function namesOf(openings: readonly Opening[]): string {
  return openings.map(({ policy }) => policy).join(" and ");
}

/** One finding for each cause. */
function differences(judged: readonly Judged[]): Finding[] {
  const more = judged.filter((one) => one.more.length > 0);
  const missing = judged.filter((one) => one.missing.length > 0);
  const causes = (all: readonly Judged[]) => [...Map.groupBy(all, ({ because }) => because)];
  return [
    ...causes(more).map(([because, some]): Finding => {
      const lines = distinct(some.map(({ from, to, more }) => `${from} → ${to} (${describePorts(more)})`));
      return {
        severity: "failure",
        subject: subjectOf(some),
        sentence: `More is let through than is declared: ${shortened(lines)}. ${sentence(because)}.`,
        fix: "narrow or remove the policy, or declare the connection (uses, route, expose)",
      };
    }),
    ...causes(missing).map(([because, some]): Finding => {
      const lines = distinct(some.map(({ from, to, missing }) => `${from} → ${to} (${describePorts(missing)})`));
      return {
        severity: "failure",
        subject: subjectOf(some),
        sentence: `What is declared is not let through: ${shortened(lines)}. ${sentence(because)}.`,
        fix: "bring the policy back with pulumi up --refresh, or remove what takes its place",
      };
    }),
  ];
}

function subjectOf(some: readonly Judged[]): string {
  const [{ from, to }] = some as [Judged];
  return `${from} → ${to}`;
}

function shortened(lines: readonly string[]): string {
  const rest = lines.length - SHOWN;
  return [...lines.slice(0, SHOWN), ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function distinct(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}

/** Parties of one name are one row: what is more or missing for one of them is for the row. */
function connectionsOf(judged: readonly Judged[]): Connection[] {
  const rows = Map.groupBy(judged, ({ from, to }) => `${from}\n${to}`);
  return [...rows.values()].flatMap((some) => {
    const { from, to } = some[0] as Judged;
    const all = (key: "ports" | "more" | "missing") => union(NO_PORTS, ...some.map((one) => one[key]));
    const [ports, more, missing] = [all("ports"), all("more"), all("missing")];
    if (ports.length === 0 && missing.length === 0) return [];
    const [told, extra, lacking] = [ports, more, missing].map(describePorts) as [string, string, string];
    return [{ from, to, ports: told, more: extra, missing: lacking }];
  });
}

function onItsNode(title: string): Finding {
  return {
    severity: "failure",
    subject: title,
    sentence: "Its pods are on the network of their node, where no NetworkPolicy guards them.",
    fix: "remove hostNetwork",
  };
}
