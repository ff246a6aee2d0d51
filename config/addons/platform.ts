import { type Addon, RESTRICTED } from "./addon.ts";
import { metallb } from "./metallb.ts";
import { velero } from "./velero.ts";

const KEEP = { "helm.sh/resource-policy": "keep" };

/** Figures, scaling, secrets, databases, backups, addresses. */
export const platformAddons = {
  "metrics-server": {
    title: "metrics-server",
    chart: "metrics-server",
    repository: "https://kubernetes-sigs.github.io/metrics-server",
    version: "3.13.1",
    source: "Go module sigs.k8s.io/metrics-server v0.9.0, charts/metrics-server",
    namespace: "metrics-server",
    podSecurity: "restricted",
    groups: ["metrics.k8s.io"],
    values: ({ replicas }) => ({
      replicas,
      podDisruptionBudget: replicas > 1 ? { enabled: true, maxUnavailable: 1 } : { enabled: false },
    }),
    monitored: { "metrics.enabled": true, "serviceMonitor.enabled": true },
    images: { repositories: { "image.repository": "registry.k8s.io/metrics-server/metrics-server" } },
  },
  "kube-prometheus-stack": {
    title: "Prometheus, its operator, Alertmanager and Grafana",
    chart: "kube-prometheus-stack",
    repository: "oci://ghcr.io/prometheus-community/charts",
    version: "88.5.3",
    source: "github.com/prometheus-community/helm-charts, charts/kube-prometheus-stack/Chart.yaml of 2026-08-22",
    namespace: "monitoring",
    podSecurity: "privileged", // its node exporter looks at the node's own network, processes and file systems
    groups: ["monitoring.coreos.com"],
    keepsData: true,
    values: () => ({
      prometheus: {
        prometheusSpec: Object.fromEntries(
          // Monitors and rules of every namespace, whatever labels they bear.
          ["rule", "serviceMonitor", "podMonitor", "probe", "scrapeConfig"].map((kind) => [
            `${kind}SelectorNilUsesHelmValues`,
            false,
          ]),
        ),
      },
      grafana: {
        sidecar: { dashboards: { enabled: true, searchNamespace: "ALL", folderAnnotation: "grafana_folder" } },
      },
    }),
    images: { registries: { "global.imageRegistry": undefined } },
  },
  keda: {
    title: "KEDA",
    chart: "keda",
    repository: "https://kedacore.github.io/charts",
    version: "2.20.2",
    source: "github.com/kedacore/charts, keda/Chart.yaml of 2026-08-13",
    namespace: "keda",
    podSecurity: "restricted",
    groups: ["keda.sh"],
    values: ({ replicas }) => ({
      crds: { install: true, additionalAnnotations: KEEP },
      operator: { replicaCount: replicas },
    }),
    images: { registries: { "global.image.registry": "ghcr.io" } },
  },
  "vertical-pod-autoscaler": {
    title: "Vertical Pod Autoscaler",
    chart: "vertical-pod-autoscaler",
    repository: "https://kubernetes.github.io/autoscaler",
    version: "0.13.0",
    source: "Go module k8s.io/autoscaler/vertical-pod-autoscaler v1.8.1, charts/vertical-pod-autoscaler",
    namespace: "vertical-pod-autoscaler",
    podSecurity: "restricted",
    groups: ["autoscaling.k8s.io"],
    values: ({ replicas }) => ({
      crds: { keep: true },
      podSecurityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
      containerSecurityContext: RESTRICTED,
      ...Object.fromEntries(["admissionController", "recommender", "updater"].map((part) => [part, { replicas }])),
    }),
    images: {
      repositories: {
        "admissionController.image.repository": "registry.k8s.io/autoscaling/vpa-admission-controller",
        "admissionController.certGen.image.repository": "registry.k8s.io/ingress-nginx/kube-webhook-certgen",
        "recommender.image.repository": "registry.k8s.io/autoscaling/vpa-recommender",
        "updater.image.repository": "registry.k8s.io/autoscaling/vpa-updater",
      },
    },
  },
  "external-secrets": {
    title: "External Secrets Operator",
    chart: "external-secrets",
    repository: "https://charts.external-secrets.io",
    version: "2.9.0",
    source: "github.com/external-secrets/external-secrets, deploy/charts/external-secrets/Chart.yaml of 2026-08-08",
    namespace: "external-secrets",
    podSecurity: "restricted",
    groups: ["external-secrets.io", "generators.external-secrets.io"],
    values: ({ replicas }) => ({
      crds: { annotations: KEEP },
      replicaCount: replicas,
      leaderElect: replicas > 1,
      webhook: { replicaCount: replicas },
    }),
    monitored: { "serviceMonitor.enabled": true },
    images: {
      repositories: Object.fromEntries(
        ["image", "webhook.image", "certController.image"].map((image) => [
          `${image}.repository`,
          "ghcr.io/external-secrets/external-secrets",
        ]),
      ),
    },
  },
  "sealed-secrets": {
    title: "Sealed Secrets",
    chart: "sealed-secrets",
    repository: "https://bitnami-labs.github.io/sealed-secrets",
    version: "2.19.3",
    source: "Go module github.com/bitnami-labs/sealed-secrets v0.40.0, helm/sealed-secrets",
    namespace: "sealed-secrets",
    podSecurity: "restricted",
    groups: ["bitnami.com"],
    keepsData: true, // the only keys to whatever was sealed
    values: () => ({}),
    images: { registries: { "image.registry": "docker.io" } },
  },
  "cloudnative-pg": {
    title: "CloudNativePG",
    chart: "cloudnative-pg",
    repository: "https://cloudnative-pg.github.io/charts",
    version: "0.29.0",
    source: "github.com/cloudnative-pg/charts, charts/cloudnative-pg/Chart.yaml of 2026-07-20",
    namespace: "cnpg-system",
    podSecurity: "restricted",
    groups: ["postgresql.cnpg.io"],
    values: ({ replicas }) => ({ crds: { create: true }, replicaCount: replicas }), // the chart keeps its definitions
    monitored: { "monitoring.podMonitorEnabled": true },
    images: { repositories: { "image.repository": "ghcr.io/cloudnative-pg/cloudnative-pg" } },
  },
  "plugin-barman-cloud": {
    title: "Barman Cloud plugin of CloudNativePG",
    chart: "plugin-barman-cloud",
    repository: "https://cloudnative-pg.github.io/charts",
    version: "0.7.0",
    source: "github.com/cloudnative-pg/charts, charts/plugin-barman-cloud/Chart.yaml of 2026-06-10",
    namespace: "cnpg-system", // where its operator looks for it
    podSecurity: "restricted",
    groups: ["barmancloud.cnpg.io"],
    requires: ["cloudnative-pg"], // whose namespace is this stack's then, and goes with both
    follows: ["cert-manager"],
    needs: ["cert-manager.io"], // for certificates between the operator and it
    values: () => ({ crds: { create: true } }), // one pod: its chart replaces it, and cannot roll it
    images: {
      registries: { "image.registry": "ghcr.io", "sidecarImage.registry": "ghcr.io" },
    },
  },
  karpenter: {
    title: "Karpenter for AWS",
    chart: "karpenter",
    repository: "oci://public.ecr.aws/karpenter",
    version: "1.15.1",
    source: "Go module github.com/aws/karpenter-provider-aws v1.15.1",
    namespace: "karpenter",
    podSecurity: "restricted",
    groups: ["karpenter.sh", "karpenter.k8s.aws"],
    requiredValues: ["settings.clusterName"],
    values: ({ replicas }) => ({ replicas }),
    images: { repositories: { "controller.image.repository": "public.ecr.aws/karpenter/controller" } },
  },
  "cluster-autoscaler": {
    title: "Cluster Autoscaler, for EKS",
    chart: "cluster-autoscaler",
    repository: "https://kubernetes.github.io/autoscaler",
    version: "9.59.0",
    source: "github.com/kubernetes/autoscaler, cluster-autoscaler/charts/cluster-autoscaler/Chart.yaml of 2026-08-22",
    namespace: "cluster-autoscaler",
    podSecurity: "restricted",
    groups: [],
    requiredValues: ["autoDiscovery.clusterName", "awsRegion"],
    identity: ({ place }) =>
      place && {
        permits: "autoscaling",
        serviceAccount: "cluster-autoscaler",
        paths: { serviceAccount: "rbac.serviceAccount", podLabels: "podLabels" },
      },
    values: ({ replicas, place }) => ({
      ...(place?.cloud === "aws" ? { awsRegion: place.region } : {}),
      ...(place ? { autoDiscovery: { clusterName: place.clusterName } } : {}),
      replicaCount: replicas,
      extraArgs: { "balance-similar-node-groups": true, "skip-nodes-with-system-pods": false },
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65534,
        fsGroup: 65534, // reads the token of its identity
        seccompProfile: { type: "RuntimeDefault" },
      },
      containerSecurityContext: RESTRICTED,
    }),
    monitored: { "serviceMonitor.enabled": true, "serviceMonitor.namespace": "" },
    images: { repositories: { "image.repository": "registry.k8s.io/autoscaling/cluster-autoscaler" } },
  },
  metallb,
  velero,
} as const satisfies Record<string, Addon>;
