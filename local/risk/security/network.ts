/** Who may talk to whom. */
import { isMapping } from "../../../config/mistakes.ts";
import type { Change, Changes } from "../changes.ts";
import { isWorkload } from "../pods.ts";
import type { Inputs } from "../preview.ts";
import type { Rule } from "../rule.ts";
import { added, at, listAt, same, textAt, textsAt } from "../values.ts";

const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const ISTIO = /^kubernetes:security\.istio\.io\/[^:]+:(AuthorizationPolicy|PeerAuthentication)$/;

export const network: readonly Rule[] = [
  {
    id: "default-deny-removed",
    theme: "security",
    applies: (change) =>
      change.type === POLICY && change.operation !== "create" && deniesAll(change.before) && !deniesAll(change.after),
    level: "data at risk",
    sentence: () =>
      "The NetworkPolicy that denies what no other allows is gone: every pod may be called by, and may call, anybody.",
    instead: "keep the default deny, and allow what is needed by `uses`",
  },
  {
    id: "network-policy-removed",
    theme: "security",
    applies: ({ type, operation, before }) => type === POLICY && operation === "delete" && !deniesAll(before),
    level: (change, changes) => (isNeeded(change, changes) ? "downtime" : "brief interruption"),
    sentence: ({ subject }) =>
      `The NetworkPolicy of ${subject} goes: what only it allows is refused, or open to all where no other policy selects its pods.`,
    instead: "keep it as long as the pods are there",
  },
  {
    id: "network-opened",
    theme: "security",
    applies: (change) => change.type === POLICY && peers(change).some(isWorld),
    level: "data at risk",
    sentence: (change) =>
      `${change.subject} may exchange traffic with the whole internet (${peers(change).filter(isWorld).map(describePeer).join(", ")}): whoever gets into it has a way out for the data.`,
    instead: "name the ranges that are meant",
  },
  {
    id: "network-widened",
    theme: "security",
    applies: (change) =>
      change.type === POLICY &&
      change.operation === "update" &&
      peers(change).length > 0 &&
      !peers(change).some(isWorld),
    level: "safe",
    sentence: (change) =>
      `${change.subject} may talk to others than before: ${peers(change).map(describePeer).join(", ")}.`,
  },
  {
    id: "mesh-policy-removed",
    theme: "security",
    applies: ({ type, operation }) => ISTIO.test(type) && operation === "delete",
    level: "data at risk",
    sentence: ({ name }) => `Istio no longer asks who calls (${name}).`,
    instead: "keep strict mutual TLS and the policies",
  },
];

/** Whether pods stay that it let through: all of the namespace's, or those of its own tier or store. */
function isNeeded({ before, subject }: Change, changes: Changes): boolean {
  if (same(at(before, "spec.podSelector"), {})) return true;
  return changes.of(subject).some((change) => isWorkload(change) && change.operation !== "delete");
}

function deniesAll(inputs: Inputs): boolean {
  return (
    isMapping(at(inputs, "spec.podSelector")) &&
    same(at(inputs, "spec.podSelector"), {}) &&
    textsAt(inputs, "spec.policyTypes").includes("Ingress") &&
    listAt(inputs, "spec.ingress").length + listAt(inputs, "spec.egress").length === 0
  );
}

/** Whom it may talk to that it might not before. */
function peers({ before, after }: Change): unknown[] {
  const all = (inputs: Inputs) => [
    ...listAt(inputs, "spec.ingress").flatMap((rule) => each(rule, "from")),
    ...listAt(inputs, "spec.egress").flatMap((rule) => each(rule, "to")),
  ];
  return added(all(before), all(after));
}

/** A rule that names nobody means everybody. */
function each(rule: unknown, side: "from" | "to"): unknown[] {
  const named = listAt(rule, side);
  const ports = listAt(rule, "ports").map((port) => at(port, "port"));
  return (named.length > 0 ? named : [{ ipBlock: { cidr: "0.0.0.0/0" } }]).map((peer) => ({ peer, ports }));
}

function isWorld(peer: unknown): boolean {
  return isEverybody(at(peer, "peer.ipBlock.cidr"));
}

export function isEverybody(range: unknown): boolean {
  return range === "0.0.0.0/0" || range === "::/0" || range === "*" || range === "Internet";
}

function describePeer(peer: unknown): string {
  const labels = at(peer, "peer.podSelector.matchLabels") ?? at(peer, "peer.namespaceSelector.matchLabels");
  const who = textAt(peer, "peer.ipBlock.cidr") ?? (isMapping(labels) ? Object.values(labels)[0] : undefined);
  const ports = listAt(peer, "ports").join(", ");
  return `${who ?? "addresses that the update will know"}${ports ? ` on ${ports}` : ""}`;
}
