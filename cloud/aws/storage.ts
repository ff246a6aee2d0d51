import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** The classes of plan.ts. EKS brings none of its own since Kubernetes 1.30. */
export function createStorageClasses(name: string, opts: pulumi.CustomResourceOptions): k8s.storage.v1.StorageClass[] {
  const block = (className: string, parameters: Record<string, string>, isDefault = false) =>
    new k8s.storage.v1.StorageClass(
      `${name}-${className}`,
      {
        metadata: {
          name: className,
          annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) },
        },
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3", encrypted: "true", ...parameters },
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
      opts,
    );
  return [block("gp3", {}, true), block("gp3-fast", { iops: "6000", throughput: "250" })];
}
