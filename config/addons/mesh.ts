import type { Addon } from "./addon.ts";

const ISTIO = {
  repository: "https://istio-release.storage.googleapis.com/charts",
  version: "1.31.1",
  source: "Go module istio.io/api v1.31.1, which is released with the charts of the same version",
  namespace: "istio-system",
};

/** Istio, in the four charts that it comes in. */
export const meshAddons = {
  "istio-base": {
    ...ISTIO,
    title: "Istio: custom resources",
    chart: "base",
    podSecurity: "restricted",
    groups: ["networking.istio.io", "security.istio.io"],
    keepsData: true,
    values: () => ({}),
  },
  istiod: {
    ...ISTIO,
    title: "Istio: control plane",
    chart: "istiod",
    podSecurity: "restricted",
    groups: [],
    requires: ["istio-base"],
    values: ({ replicas, has }) => ({
      // What Pod Security restricted needs of a sidecar.
      global: { proxy: { seccompProfile: { type: "RuntimeDefault" } } },
      pilot: { cni: { enabled: has("istio-cni") }, autoscaleMin: replicas, seccompProfile: { type: "RuntimeDefault" } },
    }),
  },
  "istio-cni": {
    ...ISTIO,
    title: "Istio: CNI plugin, without which sidecars do not pass Pod Security restricted",
    chart: "cni",
    podSecurity: "privileged", // writes into the node's CNI folders
    groups: [],
    requires: ["istiod"],
    values: () => ({}),
  },
  "istio-ingressgateway": {
    ...ISTIO,
    title: "Istio: the gateway that an edge of kind istio selects",
    chart: "gateway",
    podSecurity: "restricted",
    groups: [],
    requires: ["istiod"],
    values: ({ replicas }) => ({
      labels: { istio: "ingressgateway" },
      autoscaling: { minReplicas: replicas },
      podDisruptionBudget: replicas > 1 ? { maxUnavailable: 1 } : {},
    }),
  },
} as const satisfies Record<string, Addon>;
