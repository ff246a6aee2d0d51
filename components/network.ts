import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Link, Peer, Plan } from "../config/plan.ts";
import { labelsOf, selectorOf } from "./labels.ts";

type PolicyPeer = k8s.types.input.networking.v1.NetworkPolicyPeer;

/** Opens what the plan's links open for the pods of one tier or datastore, on top of the namespace's default deny. */
export function allowLinks(
  name: string,
  args: { plan: Plan; component: string; namespace: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy {
  const { plan, component, namespace } = args;
  const isComponent = (peer: Peer) => peer.kind === "pods" && peer.component === component;
  const incoming = plan.links.filter((link) => isComponent(link.to));
  const outgoing = plan.links.filter((link) => isComponent(link.from));
  return new k8s.networking.v1.NetworkPolicy(
    `${name}-network`,
    {
      metadata: { namespace, labels: labelsOf(plan, component) },
      spec: {
        podSelector: { matchLabels: selectorOf(plan, component) },
        policyTypes: ["Ingress", "Egress"],
        ingress: incoming.map((link) => ({ from: peersOf(plan, link.from), ports: portsOf(link) })),
        egress: outgoing.map((link) => ({ to: peersOf(plan, link.to), ports: portsOf(link) })),
      },
    },
    opts,
  );
}

export function peersOf(plan: Plan, peer: Peer): PolicyPeer[] {
  switch (peer.kind) {
    case "pods":
      return [{ podSelector: { matchLabels: selectorOf(plan, peer.component) } }];
    case "edge":
      return [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } },
          ...(peer.pods ? { podSelector: { matchLabels: peer.pods } } : {}),
        },
      ];
    case "keda":
    case "monitoring":
    case "operator":
      return [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } } }];
    case "addresses":
      return peer.cidrs.map((cidr) => ({ ipBlock: { cidr, except: peer.except } }));
  }
}

function portsOf({ ports }: Link): k8s.types.input.networking.v1.NetworkPolicyPort[] {
  return ports.map((port) => ({ protocol: "TCP", port }));
}
