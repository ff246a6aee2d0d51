import type { Addon } from "./addon.ts";
import { externalDns } from "./external-dns.ts";

/** Ingress controllers, implementations of the Gateway API, and what gives load balancers and certificates. */
export const edgeAddons = {
  traefik: {
    title: "Traefik",
    chart: "traefik",
    repository: "https://traefik.github.io/charts",
    version: "41.3.0",
    source: "github.com/traefik/traefik-helm-chart, traefik/Chart.yaml of 2026-08-21",
    namespace: "traefik",
    podSecurity: "restricted",
    groups: ["traefik.io"],
    controller: "traefik",
    values: ({ replicas, className }) => ({
      deployment: { replicas },
      podDisruptionBudget: { enabled: replicas > 1, maxUnavailable: replicas > 1 ? 1 : null },
      ingressClass: { enabled: true, isDefaultClass: false, name: className },
      providers: { kubernetesCRD: { enabled: true, allowCrossNamespace: false }, kubernetesIngress: { enabled: true } },
      api: { dashboard: false },
      global: { checkNewVersion: false, sendAnonymousUsage: false },
    }),
    images: { registries: { "image.registry": "docker.io/library" } },
  },
  haproxy: {
    title: "HAProxy Kubernetes Ingress Controller",
    chart: "kubernetes-ingress",
    repository: "https://haproxytech.github.io/helm-charts",
    version: "1.52.1",
    source: "github.com/haproxytech/helm-charts, kubernetes-ingress/Chart.yaml of 2026-07-21",
    namespace: "haproxy",
    podSecurity: "baseline",
    groups: [],
    controller: "haproxy",
    values: ({ replicas, className }) => ({
      controller: {
        replicaCount: replicas,
        ingressClass: className,
        ingressClassResource: { name: className, default: false },
        PodDisruptionBudget: { enable: replicas > 1, maxUnavailable: 1 },
        pprof: { enabled: false },
      },
    }),
    images: { repositories: { "controller.image.repository": "docker.io/haproxytech/kubernetes-ingress" } },
  },
  nginx: {
    title: "F5's NGINX Ingress Controller",
    chart: "nginx-ingress",
    repository: "oci://ghcr.io/nginx/charts",
    version: "2.7.0",
    source: "github.com/nginx/kubernetes-ingress, charts/nginx-ingress/Chart.yaml of 2026-08-21",
    namespace: "nginx",
    podSecurity: "baseline",
    groups: ["k8s.nginx.org"],
    controller: "nginx",
    values: ({ replicas, className }) => ({
      controller: {
        replicaCount: replicas,
        enableCustomResources: true,
        ingressClass: { create: true, name: className, setAsDefaultIngress: false },
        telemetryReporting: { enable: false },
      },
    }),
    images: { repositories: { "controller.image.repository": "docker.io/nginx/nginx-ingress" } },
  },
  "envoy-gateway": {
    title: "Envoy Gateway, with the Gateway API",
    chart: "gateway-helm",
    repository: "oci://docker.io/envoyproxy",
    version: "v1.9.1",
    source: "Go module github.com/envoyproxy/gateway v1.9.1, charts/gateway-helm",
    namespace: "envoy-gateway-system",
    podSecurity: "baseline",
    groups: ["gateway.envoyproxy.io", "gateway.networking.k8s.io"],
    implementation: "envoy",
    values: ({ replicas }) => ({ deployment: { replicas } }),
    images: { registries: { "global.imageRegistry": "docker.io" } },
    objects: ({ className }) => [
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        name: className,
        belongsToCluster: true,
        spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
      },
    ],
  },
  "nginx-gateway-fabric": {
    title: "NGINX Gateway Fabric",
    chart: "nginx-gateway-fabric",
    repository: "oci://ghcr.io/nginx/charts",
    version: "2.6.7",
    source: "github.com/nginx/nginx-gateway-fabric, charts/nginx-gateway-fabric/Chart.yaml of 2026-08-20",
    namespace: "nginx-gateway",
    podSecurity: "baseline",
    groups: ["gateway.nginx.org"],
    implementation: "nginx",
    needs: ["gateway.networking.k8s.io"],
    values: ({ replicas, className }) => ({
      nginxGateway: { replicas, gatewayClassName: className, productTelemetry: { enable: false } },
    }),
    images: {
      repositories: {
        "nginxGateway.image.repository": "ghcr.io/nginx/nginx-gateway-fabric",
        "nginx.image.repository": "ghcr.io/nginx/nginx-gateway-fabric/nginx",
      },
    },
  },
  "aws-load-balancer-controller": {
    title: "AWS Load Balancer Controller",
    chart: "aws-load-balancer-controller",
    repository: "https://aws.github.io/eks-charts",
    version: "3.5.0",
    source: "github.com/aws/eks-charts, stable/aws-load-balancer-controller/Chart.yaml of 2026-08-03",
    namespace: "aws-load-balancer-controller",
    podSecurity: "restricted",
    groups: ["elbv2.k8s.aws"],
    controller: "alb",
    requiredValues: ["clusterName"],
    identity: ({ place }) =>
      place && {
        permits: "loadBalancers",
        serviceAccount: "aws-load-balancer-controller",
        paths: { serviceAccount: "serviceAccount", podLabels: "podLabels" },
      },
    standing: ({ networkId }) => ({ vpcId: networkId }), // machines do not tell it to pods
    values: ({ replicas, className, place }) => ({
      ...(place?.cloud === "aws" ? { clusterName: place.clusterName, region: place.region } : {}),
      replicaCount: replicas,
      ingressClass: className,
      podSecurityContext: { fsGroup: 65534, seccompProfile: { type: "RuntimeDefault" } },
      securityContext: {
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
      },
    }),
    images: { repositories: { "image.repository": "public.ecr.aws/eks/aws-load-balancer-controller" } },
  },
  "cert-manager": {
    title: "cert-manager",
    chart: "cert-manager",
    repository: "oci://quay.io/jetstack/charts",
    version: "v1.21.2",
    source: "Go module github.com/cert-manager/cert-manager v1.21.2, deploy/charts/cert-manager",
    namespace: "cert-manager",
    podSecurity: "restricted",
    groups: ["cert-manager.io", "acme.cert-manager.io"],
    keepsData: true,
    identity: ({ place, challenges }) =>
      place && challenges
        ? {
            permits: "challenges",
            serviceAccount: "cert-manager",
            paths: { serviceAccount: "serviceAccount", podLabels: "podLabels" },
          }
        : undefined,
    values: ({ replicas, challenges }) => ({
      // Issuers of a namespace may go by cert-manager's own identity, which only ClusterIssuers do else.
      ...(challenges ? { extraArgs: ["--issuer-ambient-credentials"] } : {}),
      crds: { enabled: true, keep: true },
      replicaCount: replicas,
      webhook: { replicaCount: replicas },
      cainjector: { replicaCount: replicas },
      podDisruptionBudget: { enabled: replicas > 1 },
    }),
    monitored: { "prometheus.servicemonitor.enabled": true },
    images: { registries: { imageRegistry: "quay.io" } },
  },
  "external-dns": externalDns,
} as const satisfies Record<string, Addon>;
