import type { KubernetesObject } from "../../cluster/api.ts";
import type { Platform } from "../../cluster/objects.ts";

/** What a new GKE cluster has: its classes of storage, and the kinds of its own load balancers. */
export const platform: Platform = {
  objects: [
    storageClass("standard-rwo", "pd-balanced", true),
    storageClass("premium-rwo", "pd-ssd", false),
    definition("networking.gke.io", "v1", "ManagedCertificate", "managedcertificates"),
    definition("networking.gke.io", "v1beta1", "FrontendConfig", "frontendconfigs"),
    definition("cloud.google.com", "v1", "BackendConfig", "backendconfigs"),
  ],
  customObjects: ["gke-l7-global-external-managed", "gke-l7-regional-external-managed", "gke-l7-rilb"].map((name) => ({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name },
    spec: { controllerName: "networking.gke.io/gateway" },
  })),
};

function storageClass(name: string, type: string, isDefault: boolean): KubernetesObject {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) } },
    provisioner: "pd.csi.storage.gke.io",
    parameters: { type },
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
}

/** GKE's definitions are not published; what their objects may say is not known here. */
function definition(group: string, version: string, kind: string, plural: string): KubernetesObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes/ingress-gce" },
    },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  };
}
