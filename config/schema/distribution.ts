/** What clusters are made with, of those whose ways are known. */
export const DISTRIBUTIONS = ["k3s", "microk8s", "minikube", "kind", "kubeadm"] as const;
export type DistributionName = (typeof DISTRIBUTIONS)[number];
