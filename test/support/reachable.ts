import type { V1NetworkPolicy, V1NetworkPolicyPeer, V1NetworkPolicyPort } from "@kubernetes/client-node";

const NAME = "app.kubernetes.io/name";

/**
 * What a set of policies lets through between named pods, and from the ingress controller's namespace: `from to port`,
 * sorted. A connection counts where the sender's egress and the receiver's ingress both allow it. It understands just
 * the selectors that one application's policies use, and fails on any other.
 */
export function reachable(policies: readonly V1NetworkPolicy[], ingressNamespace: string): string[] {
  const out = new Set<string>();
  const into = new Set<string>();
  for (const { spec } of policies) {
    const self = spec?.podSelector?.matchLabels?.[NAME];
    if (self === undefined) continue; // those of the whole namespace are looked at on their own
    for (const { to = [], ports = [] } of spec?.egress ?? []) {
      for (const peer of to) for (const port of ports) out.add(`${self} ${nameOf(peer)} ${numberOf(port)}`);
    }
    for (const { _from = [], ports = [] } of spec?.ingress ?? []) {
      for (const peer of _from) for (const port of ports) into.add(`${nameOf(peer)} ${self} ${numberOf(port)}`);
    }
  }
  const fromEdge = [...into].filter((link) => link.startsWith(`${ingressNamespace} `));
  const between = [...into].filter((link) => !link.startsWith(`${ingressNamespace} `));
  const halfOpen = [...between.filter((link) => !out.has(link)), ...[...out].filter((link) => !into.has(link))];
  if (halfOpen.length > 0) throw new Error(`allowed by one side only: ${halfOpen.join(", ")}`);
  return [...between, ...fromEdge.map((link) => link.replace(ingressNamespace, "ingress"))].sort();
}

function nameOf({ podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer): string {
  const name = podSelector?.matchLabels?.[NAME] ?? namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"];
  if (name === undefined || ipBlock)
    throw new Error(`a peer of another form: ${JSON.stringify({ podSelector, namespaceSelector, ipBlock })}`);
  return name;
}

function numberOf({ port, protocol, endPort }: V1NetworkPolicyPort): number {
  if (typeof port !== "number" || protocol !== "TCP" || endPort) throw new Error(`a port of another form: ${port}`);
  return port;
}
