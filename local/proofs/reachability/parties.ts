/** Whom connections are judged between: pods that are there or may come, and an address of each part of the network. */
import { isDeepStrictEqual } from "node:util";
import { PRIVATE } from "../../../config/links.ts";
import type { ClusterObject, Snapshot } from "../snapshot.ts";
import { type Workload, workloadsOf } from "../workloads.ts";
import { type Block, isWithin, representatives } from "./addresses.ts";
import { type Declared, EVERY_POD, type Group, isOn, type Side } from "./declared.ts";
import type { End, Pod } from "./network-policies.ts";
import { has, type Labels, type Selector, witnesses } from "./selectors.ts";

export interface Party {
  /** Of its row and column; several parties may share it. */
  name: string;
  group: Group;
  end: End;
  /** Whether policies of the application's namespace guard it. */
  isOwn: boolean;
}

type AddressSide = Extract<Side, { kind: "addresses" }>;

/** The clouds' servers of credentials answer here. */
const METADATA = "169.254.169.254";
const LABEL_OF_NAMESPACES = "kubernetes.io/metadata.name";
/** A namespace of somebody who has nothing to do with the application. */
const STRANGERS = "somebody-elses";

/**
 * Pods carry no addresses: an address is judged as one, and so holds for whichever pod it comes to belong to.
 * Beside the pods that are there stands one for each selector in a policy, so that a policy which lets more in than it
 * should has somebody to let in.
 */
export function partiesOf(snapshot: Snapshot, namespace: string, declared: readonly Declared[]): Party[] {
  const sides = declared.flatMap(({ from, to }) => [from, to]);
  const policies = snapshot.of("NetworkPolicy", namespace);
  const namespaces = snapshot.of("Namespace");
  const workloads = workloadsOf(snapshot)
    .filter(({ object }) => !isOver(object))
    .map((workload) => ({ ...workload, pod: podOf(workload) }));
  const pods = workloads.map(({ pod }) => pod);
  const expected = sides.flatMap((side) =>
    side.kind === "pods" && !pods.some((pod) => isOn(side, { pod, addresses: [] }))
      ? [bare(side.namespace, side.labels)]
      : [],
  );
  const asked = policies.flatMap((policy) => podsAskedFor(policy, namespaces));
  const homes = [namespace, STRANGERS, ...sides.flatMap((side) => (side.kind === "pods" ? [side.namespace] : []))];
  const strangers = [...new Set(homes)].map((home) => bare(home, {}));
  const own = workloads.filter(({ pod }) => pod.namespace === namespace);
  const parties = [...pods, ...expected, ...asked, ...strangers].map((pod): Party => {
    const end = { pod, addresses: [] };
    const row = sideOf(end, sides) ?? workloadOf(pod, own) ?? strangerOf(pod, namespace);
    return { name: row.name, group: row.group, end, isOwn: pod.namespace === namespace };
  });
  return distinct([...parties, ...addressesIn(policies, sides)]);
}

function addressesIn(policies: readonly ClusterObject[], sides: readonly Side[]): Party[] {
  const blocks: Block[] = [
    ...policies.flatMap(peersIn).flatMap(({ ipBlock }) => (ipBlock ? [ipBlock] : [])),
    ...sides.flatMap((side) => (side.kind === "addresses" ? side.blocks : [])),
    ...[METADATA, ...PRIVATE].map((cidr) => ({ cidr })),
  ];
  return representatives(blocks).map((address) => {
    const end = { addresses: [address] };
    return { name: namesAt(end, sides) ?? unnamed(address), group: "addresses", end, isOwn: false };
  });
}

/** Stores that a cloud runs may share their addresses: policies cannot tell them apart, and neither can who looks. */
function namesAt(end: End, sides: readonly Side[]): string | undefined {
  const [first, ...others] = sides.filter((side): side is AddressSide => side.kind === "addresses" && isOn(side, end));
  if (first === undefined) return undefined;
  const same = others.filter(({ blocks }) => isDeepStrictEqual(blocks, first.blocks));
  return [...new Set([first, ...same].map(({ name }) => name))].join(", ");
}

function unnamed(address: string): string {
  if (address === METADATA) return "cloud metadata";
  return PRIVATE.some((cidr) => isWithin(address, { cidr })) ? "private addresses" : "internet";
}

interface PolicyPeer {
  podSelector?: Selector;
  namespaceSelector?: Selector;
  ipBlock?: Block;
}

function peersIn({ spec }: ClusterObject): PolicyPeer[] {
  const rules: { from?: PolicyPeer[]; to?: PolicyPeer[] }[] = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
  return rules.flatMap(({ from = [], to = [] }) => [...from, ...to]);
}

/** One pod for each selector of the policy, with no more labels than it asks for. */
function podsAskedFor(policy: ClusterObject, namespaces: readonly ClusterObject[]): Pod[] {
  const own = policy.metadata.namespace as string;
  const guarded = witnesses(policy.spec.podSelector ?? {}).map((labels) => bare(own, labels));
  const peers = peersIn(policy).flatMap(({ podSelector = {}, namespaceSelector, ipBlock }) => {
    if (ipBlock) return [];
    const homes = namespaceSelector ? namespacesAskedFor(namespaceSelector, namespaces) : [own];
    return witnesses(podSelector).flatMap((labels) => homes.map((home) => bare(home, labels)));
  });
  return [...guarded, ...peers];
}

/** Those that are there, and one that could be made, unless the selector asks for labels that nobody has there. */
function namespacesAskedFor(selector: Selector, namespaces: readonly ClusterObject[]): string[] {
  const there = namespaces
    .map(({ metadata }) => metadata)
    .filter(({ labels = {} }) => witnesses(selector).some((asked) => has(labels, asked)));
  const named = witnesses(selector).flatMap(({ [LABEL_OF_NAMESPACES]: name }) => (name ? [name] : []));
  return [...new Set([...there.map(({ name }) => name), ...named, ...(named.length > 0 ? [] : [STRANGERS])])];
}

function podOf({ template: { metadata, spec }, object }: Workload): Pod {
  const containers: { ports?: { name?: string; protocol?: "TCP" | "UDP" | "SCTP"; containerPort: number }[] }[] = [
    ...spec.containers,
    // Sidecars are init containers that go on.
    ...(spec.initContainers ?? []).filter(
      ({ restartPolicy }: { restartPolicy?: string }) => restartPolicy === "Always",
    ),
  ];
  return {
    namespace: object.metadata.namespace as string,
    labels: metadata?.labels ?? {},
    serviceAccount: spec.serviceAccountName ?? "default",
    hostNetwork: spec.hostNetwork ?? false,
    namedPorts: containers.flatMap(({ ports = [] }) =>
      ports.flatMap(({ name, protocol = "TCP", containerPort }) =>
        name === undefined ? [] : [{ name, protocol, number: containerPort }],
      ),
    ),
  };
}

function bare(namespace: string, labels: Labels): Pod {
  return { namespace, labels, serviceAccount: "default", hostNetwork: false, namedPorts: [] };
}

function isOver({ kind, status }: ClusterObject): boolean {
  return kind === "Pod" && ["Succeeded", "Failed"].includes(status?.phase);
}

type Row = Pick<Party, "name" | "group">;

/** The one with the most labels: a pod of kube-system may be DNS, and is metrics-server where it says so. */
function sideOf(end: End, sides: readonly Side[]): Row | undefined {
  const fitting = sides.flatMap((side) =>
    side.kind === "pods" && side.name !== EVERY_POD && isOn(side, end) ? [side] : [],
  );
  return fitting.sort((a, b) => Object.keys(b.labels).length - Object.keys(a.labels).length)[0];
}

/** What the pod is of, or would pass for. */
function workloadOf({ namespace, labels }: Pod, own: readonly (Workload & { pod: Pod })[]): Row | undefined {
  if (Object.keys(labels).length === 0) return undefined;
  const fitting = own.filter(({ pod }) => pod.namespace === namespace && has(pod.labels, labels));
  const [name, ...others] = new Set(fitting.map(({ component }) => component));
  if (name === undefined || others.length > 0) return undefined;
  return { name, group: fitting.some(({ object }) => object.kind === "CronJob") ? "jobs" : "anybody" };
}

function strangerOf({ namespace, labels }: Pod, own: string): Row {
  const shown = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const pods = shown.length > 0 ? `pods with ${shown.join(", ")}` : "any other pod";
  const where = namespace === own ? "in the namespace" : namespace === STRANGERS ? "elsewhere" : `in ${namespace}`;
  return { name: `${pods} ${where}`, group: "anybody" };
}

function distinct(parties: readonly Party[]): Party[] {
  return [...new Map(parties.map((party) => [JSON.stringify(party), party])).values()];
}
