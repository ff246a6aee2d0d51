/** Whether a cluster is what the stack says that it was made with, and what there is to know of such clusters. */
import { ingressOf } from "../config/edge-plan.ts";
import type { Plan } from "../config/plan.ts";
import { DISTRIBUTIONS, type DistributionName } from "../config/schema/distribution.ts";
import type { Ask, List, Warn } from "./api-server.ts";
import { distributions, type Signs } from "./distributions.ts";
import { ClusterError } from "./kubeconfig-file.ts";

interface Node {
  metadata: { labels?: Record<string, string> };
  spec?: { providerID?: string };
}

interface DaemonSet {
  metadata: { name: string; labels?: Record<string, string> };
  spec: { template: { spec: { containers: { image: string }[] } } };
}

/** @throws ClusterError where the stack takes it for another one, or wants what does not go with it */
export async function checkDistribution(ask: Ask, plan: Plan, warn: Warn): Promise<void> {
  const { shown, daemonSets } = await factsOf(ask);
  checkIsWhatTheStackSays(plan, shown);
  if (!daemonSets) return;
  checkLoadBalancers(plan, daemonSets);
  await Promise.all([warnOfWayIn(plan, shown, warn), warnOfPolicies(shown, daemonSets, warn)]);
}

interface Facts {
  shown?: DistributionName;
  /** Left out where they are hidden from these credentials. */
  daemonSets?: readonly DaemonSet[];
}

async function factsOf(ask: Ask): Promise<Facts> {
  const [version, nodes, daemonSets] = await Promise.all([
    ask<{ gitVersion?: string }>("/version"),
    ask<List<Node>>("/api/v1/nodes?limit=100"),
    ask<List<DaemonSet>>("/apis/apps/v1/daemonsets?limit=500"),
  ]);
  const shown = shownBy({
    version: version?.gitVersion ?? "",
    nodes: (nodes?.items ?? []).map(({ metadata, spec }) => ({
      labels: metadata.labels ?? {},
      providerId: spec?.providerID ?? "",
    })),
  });
  return { shown, daemonSets: daemonSets?.items };
}

/** What is known of the cluster's network. */
export interface Network {
  /** As people call it. */
  name?: string;
  /** Left out where nobody can tell. */
  enforcesPolicies?: boolean;
  /** Whether k3s' own load balancer gives Services their addresses. */
  hasServiceLb: boolean;
}

/** Undefined where these credentials may not see. */
export async function networkOf(ask: Ask): Promise<Network | undefined> {
  const { shown, daemonSets } = await factsOf(ask);
  return daemonSets && { ...enforcementBy(shown, imagesOf(daemonSets)), hasServiceLb: hasServiceLb(daemonSets) };
}

function shownBy(signs: Signs): DistributionName | undefined {
  return DISTRIBUTIONS.find((name) => distributions[name].shows(signs));
}

function saidIn({ cluster }: Plan): DistributionName | undefined {
  return "distribution" in cluster ? cluster.distribution : undefined;
}

function checkIsWhatTheStackSays(plan: Plan, shown: DistributionName | undefined): void {
  const said = saidIn(plan);
  if (said === undefined || shown === undefined || said === shown) return;
  throw new ClusterError(
    `landfall:cluster.distribution: the cluster was made with ${distributions[shown].title}, not with ${distributions[said].title}.`,
    `set it to ${shown}, or see that landfall:cluster names the right cluster`,
  );
}

/** k3s' own load balancer and MetalLB would both answer for a Service: https://metallb.io/configuration/k3s/ */
const SERVICELB_LABEL = "svccontroller.k3s.cattle.io/svcname";

function checkLoadBalancers({ addons }: Plan, daemonSets: readonly DaemonSet[]): void {
  if (!addons.list.some(({ name }) => name === "metallb")) return;
  if (!hasServiceLb(daemonSets)) return;
  throw new ClusterError(
    "landfall:addons.metallb: k3s gives Services their addresses itself here, with ServiceLB, and the two would fight.",
    "start k3s on every server with --disable servicelb, or do without the add-on",
  );
}

function hasServiceLb(daemonSets: readonly DaemonSet[]): boolean {
  return daemonSets.some(({ metadata }) => SERVICELB_LABEL in (metadata.labels ?? {}));
}

/** Policies that let in a namespace where no controller is keep everybody out. */
async function warnOfWayIn({ edge, links }: Plan, shown: DistributionName | undefined, warn: Warn): Promise<void> {
  const own = shown && distributions[shown].ingress;
  if (!own || ingressOf(edge)?.class !== own.class) return;
  const namespaces = links.flatMap(({ from }) => (from.kind === "edge" ? [from.namespace] : []));
  const [namespace] = namespaces;
  if (namespace === undefined || namespaces.includes(own.namespace)) return;
  await warn(
    `landfall:edge: ${distributions[shown].title}'s own ingress controller of class "${own.class}" runs in namespace "${own.namespace}", ` +
      `and the NetworkPolicies let in "${namespace}". If it is that one, set landfall:cluster.distribution: ${shown}.`,
  );
}

/** Plugins of the network that judge policies, or what does so beside one, by their images. */
const ENFORCERS = /calico|canal|cilium|antrea|kube-router|weave|kube-ovn|network-polic/;
/** Of kind 0.23, the last that enforced nothing: https://github.com/kubernetes-sigs/kind/releases/tag/v0.24.0 */
const KINDNET_WITHOUT = 20_240_513;

async function warnOfPolicies(
  shown: DistributionName | undefined,
  daemonSets: readonly DaemonSet[],
  warn: Warn,
): Promise<void> {
  const { name, enforcesPolicies } = enforcementBy(shown, imagesOf(daemonSets));
  if (enforcesPolicies !== false) return;
  await warn(
    `The cluster's network, ${name}, does not enforce NetworkPolicies: they are made, and keep nobody out. ` +
      "docs/bare-metal.md has networks that do.",
  );
}

function imagesOf(daemonSets: readonly DaemonSet[]): string[] {
  return daemonSets.flatMap(({ spec }) => spec.template.spec.containers.map(({ image }) => image));
}

function enforcementBy(
  shown: DistributionName | undefined,
  images: readonly string[],
): Pick<Network, "name" | "enforcesPolicies"> {
  const enforcer = images.flatMap((image) => ENFORCERS.exec(image)?.[0] ?? [])[0];
  if (enforcer !== undefined) return { name: enforcer, enforcesPolicies: true };
  const kindnet = images.flatMap((image) => /kindnetd:v(\d{8})-/.exec(image)?.[1] ?? [])[0];
  if (kindnet !== undefined && Number(kindnet) <= KINDNET_WITHOUT) {
    return { name: "kindnet of kind 0.23 or older", enforcesPolicies: false };
  }
  if (kindnet !== undefined) return { name: "kindnet", enforcesPolicies: true };
  if (images.some((image) => /\/flannel:/.test(image))) return { name: "Flannel by itself", enforcesPolicies: false };
  // https://minikube.sigs.k8s.io/docs/handbook/network_policy/
  return shown === "minikube" ? { name: "minikube's bridge", enforcesPolicies: false } : {};
}
