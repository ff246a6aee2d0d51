/** NetworkPolicies, as https://kubernetes.io/docs/concepts/services-networking/network-policies/ has them. */
import type { ClusterObject } from "../snapshot.ts";
import { type Block, isWithin } from "./addresses.ts";
import { ALL_PORTS, allOf, NO_PORTS, type Ports, type Protocol, union } from "./ports.ts";
import { type Labels, matches, type Selector } from "./selectors.ts";

export interface Pod {
  namespace: string;
  labels: Labels;
  serviceAccount: string;
  /** Ports of its containers that have a name. */
  namedPorts: readonly { name: string; protocol: Protocol; number: number }[];
  /** On the network of its node, where policies neither guard it nor know it by its labels. */
  hostNetwork: boolean;
}

/** One end of a connection. */
export interface End {
  /** Left out for what is no pod. */
  pod?: Pod;
  /** None where they are of no matter. */
  addresses: readonly string[];
}

/** What one policy lets through. */
export interface Opening {
  policy: string;
  ports: Ports;
}

/** What the policies let through in one direction. */
export interface Passage {
  ports: Ports;
  /** Of the policies that guard the end; none where nobody does, and everything is open. */
  openings: readonly Opening[];
}

type Direction = "Ingress" | "Egress";

interface PolicyPort {
  protocol?: Protocol;
  port?: number | string;
  endPort?: number;
}
interface PolicyPeer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: Block;
}
interface Rule {
  ports?: readonly PolicyPort[];
  from?: readonly PolicyPeer[];
  to?: readonly PolicyPeer[];
}

const OPEN: Passage = { ports: ALL_PORTS, openings: [] };

export class NetworkPolicies {
  readonly #policies: readonly ClusterObject[];
  readonly #namespaces: ReadonlyMap<string, Labels>;

  /** @param namespaces those that are there; any other has the label that Kubernetes gives to all */
  constructor(policies: readonly ClusterObject[], namespaces: readonly ClusterObject[]) {
    this.#policies = policies;
    this.#namespaces = new Map(namespaces.map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  }

  /** Ports of `to` that `from` may open connections to: both ends have to let it. */
  out(from: End, to: End): Passage {
    return this.#passage("Egress", from, to, to);
  }

  into(from: End, to: End): Passage {
    return this.#passage("Ingress", to, from, to);
  }

  /** @param dialled whose container ports the names are of */
  #passage(direction: Direction, guarded: End, peer: End, dialled: End): Passage {
    const guards = this.#guarding(direction, guarded);
    if (!guards) return OPEN;
    const openings = guards.map((policy) => {
      const rules: readonly Rule[] = policy.spec[direction.toLowerCase()] ?? [];
      const open = rules.filter((rule) => this.#isNamed(policy, direction === "Ingress" ? rule.from : rule.to, peer));
      return { policy: policy.metadata.name, ports: union(...open.map(({ ports }) => portsOf(ports, dialled))) };
    });
    return { ports: union(...openings.map(({ ports }) => ports)), openings };
  }

  /** Undefined where no policy selects it. */
  #guarding(direction: Direction, { pod }: End): ClusterObject[] | undefined {
    if (!pod || pod.hostNetwork) return undefined;
    const guards = this.#policies.filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.namespace &&
        typesOf(spec).includes(direction) &&
        matches(spec.podSelector ?? {}, pod.labels),
    );
    return guards.length > 0 ? guards : undefined;
  }

  /** No peers at all mean everybody. */
  #isNamed({ metadata }: ClusterObject, peers: readonly PolicyPeer[] = [], end: End): boolean {
    return peers.length === 0 || peers.some((peer) => this.#is(metadata.namespace as string, peer, end));
  }

  #is(namespace: string, { ipBlock, podSelector, namespaceSelector }: PolicyPeer, { pod, addresses }: End): boolean {
    if (ipBlock) return addresses.some((address) => isWithin(address, ipBlock));
    if (!pod || pod.hostNetwork || (!podSelector && !namespaceSelector)) return false;
    const isThere = namespaceSelector
      ? matches(namespaceSelector, this.labelsOf(pod.namespace))
      : pod.namespace === namespace;
    return isThere && matches(podSelector ?? {}, pod.labels);
  }

  labelsOf(namespace: string): Labels {
    return this.#namespaces.get(namespace) ?? { "kubernetes.io/metadata.name": namespace };
  }
}

/** The API server's own default: egress where there are rules for it. */
function typesOf({ policyTypes, egress = [] }: { policyTypes?: string[]; egress?: unknown[] }): readonly string[] {
  if (policyTypes && policyTypes.length > 0) return policyTypes;
  return egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

function portsOf(ports: readonly PolicyPort[] = [], { pod }: End): Ports {
  if (ports.length === 0) return ALL_PORTS;
  return union(
    ...ports.map(({ protocol = "TCP", port, endPort }): Ports => {
      if (port === undefined) return allOf(protocol);
      if (typeof port === "number") return [{ protocol, from: port, to: endPort ?? port }];
      if (!pod) return NO_PORTS;
      const named = pod.namedPorts.filter((known) => known.name === port && known.protocol === protocol);
      return named.map(({ number }) => ({ protocol, from: number, to: number }));
    }),
  );
}
