import type { KubernetesObject } from "./api.ts";

/** Who makes and removes the volumes: kwok, by the stages in stages/volumes.yaml. */
const PROVISIONER = "volumes.landfall.local";

function storageClass(name: string, isDefault: boolean): KubernetesObject {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) } },
    provisioner: PROVISIONER,
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
}

function namespace(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "kubernetes.io/metadata.name": name } } };
}

/** A volume takes the reclaim policy of its class; a stage sees the claim only. */
export const reclaimPolicy: readonly KubernetesObject[] = [
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicy",
    metadata: { name: "volume-reclaim-policy" },
    spec: {
      paramKind: { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" },
      matchConstraints: {
        resourceRules: [
          { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["persistentvolumes"] },
        ],
      },
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      mutations: [
        {
          patchType: "ApplyConfiguration",
          applyConfiguration: {
            expression:
              "has(object.spec.claimRef) && object.spec.storageClassName == params.metadata.name" +
              " ? Object{spec: Object.spec{persistentVolumeReclaimPolicy: params.reclaimPolicy}} : Object{}",
          },
        },
      ],
    },
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "MutatingAdmissionPolicyBinding",
    metadata: { name: "volume-reclaim-policy" },
    spec: { policyName: "volume-reclaim-policy", paramRef: { selector: {}, parameterNotFoundAction: "Allow" } },
  },
];

/** Leads the API server to metrics-server, which runs beside it. */
export function metricsApi(port: number): KubernetesObject[] {
  const labels = { "k8s-app": "metrics-server" };
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "metrics-server", namespace: "kube-system", labels },
      spec: { type: "ExternalName", externalName: "127.0.0.1" },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io", labels },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        service: { name: "metrics-server", namespace: "kube-system", port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}

/** What a cluster has beside Kubernetes itself: what its distribution or its owner put there. */
export interface Platform {
  objects: readonly KubernetesObject[];
  /** Those of kinds that custom resource definitions bring. */
  customObjects: readonly KubernetesObject[];
}

/** What clusters that people use have. */
export const usualPlatform: Platform = {
  objects: [
    storageClass("standard", true),
    storageClass("fast", false),
    storageClass("shared", false),
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "traefik", annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } },
      spec: { controller: "traefik.io/ingress-controller" },
    },
    ...["traefik", "envoy-gateway-system", "istio-system"].map(namespace),
  ],
  customObjects: [
    {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "GatewayClass",
      metadata: { name: "eg" },
      spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    },
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterSecretStore",
      metadata: { name: "local" },
      spec: { provider: { fake: { data: [] } } },
    },
    {
      apiVersion: "snapshot.storage.k8s.io/v1",
      kind: "VolumeSnapshotClass",
      metadata: { name: "standard", annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" } },
      driver: PROVISIONER,
      deletionPolicy: "Delete",
    },
  ],
};
