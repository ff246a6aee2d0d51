/** What AKS puts into a cluster: https://learn.microsoft.com/azure/aks/concepts-storage#storage-classes */
import type { KubernetesObject } from "../../cluster/api.ts";

function storageClass(
  name: string,
  provisioner: string,
  parameters: Record<string, string>,
  volumeBindingMode = "WaitForFirstConsumer",
): KubernetesObject {
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": String(name === "default") } },
    provisioner,
    parameters,
    reclaimPolicy: "Delete",
    volumeBindingMode,
    allowVolumeExpansion: true,
  };
}

const DISK = "disk.csi.azure.com";
const FILE = "file.csi.azure.com";

export const aksObjects: readonly KubernetesObject[] = [
  storageClass("default", DISK, { skuName: "StandardSSD_ZRS" }),
  storageClass("managed-csi", DISK, { skuName: "StandardSSD_ZRS" }),
  storageClass("managed-csi-premium", DISK, { skuName: "Premium_ZRS" }),
  storageClass("azurefile-csi", FILE, { skuName: "Standard_LRS" }, "Immediate"),
  storageClass("azurefile-csi-premium", FILE, { skuName: "Premium_LRS" }, "Immediate"),
];
