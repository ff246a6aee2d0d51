/** What clusters bring along, by what they were made with. */
import type { ClusterSettings } from "../config/schema/cluster.ts";
import type { DistributionName } from "../config/schema/distribution.ts";
import type { ControllerName } from "../config/schema/edge.ts";

/** An ingress controller that comes with a cluster. */
export interface OwnIngress {
  class: string;
  /** Left out where it differs by version. */
  controller?: ControllerName;
  namespace: string;
}

/** What a cluster shows of itself. */
export interface Signs {
  /** Such as v1.36.1+k3s1. */
  version: string;
  nodes: { labels: Readonly<Record<string, string>>; providerId: string }[];
}

export interface Distribution {
  title: string;
  /** Left out where it comes without, or where nobody can tell. */
  ingress?: OwnIngress;
  /** Whether a cluster shows that it was made with it. */
  shows(signs: Signs): boolean;
}

const hasLabel =
  (label: string) =>
  ({ nodes }: Signs): boolean =>
    nodes.some(({ labels }) => label in labels);

export const distributions: Readonly<Record<DistributionName, Distribution>> = {
  /** https://docs.k3s.io/networking/networking-services */
  k3s: {
    title: "k3s",
    ingress: { class: "traefik", controller: "traefik", namespace: "kube-system" },
    shows: ({ version }) => version.includes("+k3s"),
  },
  /** Traefik from 1.35 on, ingress-nginx before: https://canonical.com/microk8s/docs/addon-ingress */
  microk8s: {
    title: "MicroK8s",
    ingress: { class: "public", namespace: "ingress" },
    shows: hasLabel("microk8s.io/cluster"),
  },
  /** https://minikube.sigs.k8s.io/docs/handbook/addons/ingress-nginx/ */
  minikube: {
    title: "minikube",
    ingress: { class: "nginx", controller: "ingress-nginx", namespace: "ingress-nginx" },
    shows: hasLabel("minikube.k8s.io/name"),
  },
  kind: { title: "kind", shows: ({ nodes }) => nodes.some(({ providerId }) => providerId.startsWith("kind://")) },
  /** Others are made with it too, so that a cluster cannot show it. */
  kubeadm: { title: "kubeadm", shows: () => false },
};

/** The ingress controller that the cluster brings, as far as the stack says what it was made with. */
export function ownIngressOf(cluster: ClusterSettings): OwnIngress | undefined {
  return "distribution" in cluster && cluster.distribution ? distributions[cluster.distribution].ingress : undefined;
}
