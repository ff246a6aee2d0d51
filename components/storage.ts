import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../config/plan.ts";
import { ownerLabels } from "./labels.ts";
import type { Namespace } from "./namespace.ts";

/** Storage classes that the stack describes. They belong to the cluster, and so stay out of the namespace. */
export function createStorageClasses(
  name: string,
  plan: Plan,
  opts: pulumi.CustomResourceOptions,
): k8s.storage.v1.StorageClass[] {
  return plan.storageClasses.map(
    ({ name: wanted, className, ...storageClass }) =>
      new k8s.storage.v1.StorageClass(
        `${name}-${wanted}-storage`,
        {
          metadata: { name: className, labels: ownerLabels(plan) },
          provisioner: storageClass.provisioner,
          parameters: storageClass.parameters,
          mountOptions: storageClass.mountOptions,
          reclaimPolicy: storageClass.reclaimPolicy ?? plan.profile.reclaimPolicy,
          volumeBindingMode: storageClass.volumeBindingMode ?? "WaitForFirstConsumer",
          allowVolumeExpansion: storageClass.allowVolumeExpansion ?? true,
        },
        opts,
      ),
  );
}

/** The volumes that tiers share, by name. */
export function createVolumes(
  name: string,
  { plan, namespace }: { plan: Plan; namespace: Namespace },
  opts: pulumi.CustomResourceOptions,
): Record<string, k8s.core.v1.PersistentVolumeClaim> {
  return Object.fromEntries(
    plan.volumes.map(({ name: volume, storage, storageClass, accessMode }) => [
      volume,
      new k8s.core.v1.PersistentVolumeClaim(
        `${name}-${volume}-volume`,
        {
          metadata: {
            name: volume,
            namespace: namespace.namespaceName,
            labels: ownerLabels(plan),
            // A class that binds at first use waits for a pod.
            annotations: { "pulumi.com/skipAwait": "true" },
          },
          spec: { accessModes: [accessMode], storageClassName: storageClass, resources: { requests: { storage } } },
        },
        { ...opts, protect: plan.profile.protectData },
      ),
    ]),
  );
}
