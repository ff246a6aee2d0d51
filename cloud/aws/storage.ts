import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ReclaimPolicy } from "../../config/profiles.ts";
import type { FileSystem } from "./file-system.ts";

interface ClassesArgs {
  fileSystem?: FileSystem;
  reclaimPolicy: ReclaimPolicy;
  /** That say whose the classes are. */
  labels: Record<string, string>;
}

/** The classes of plan.ts. EKS brings none of its own since Kubernetes 1.30. */
export function createStorageClasses(
  name: string,
  { fileSystem, reclaimPolicy, labels }: ClassesArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.storage.v1.StorageClass[] {
  const block = (className: string, parameters: Record<string, string>, isDefault = false) =>
    new k8s.storage.v1.StorageClass(
      `${name}-${className}`,
      {
        metadata: {
          name: className,
          labels,
          annotations: { "storageclass.kubernetes.io/is-default-class": String(isDefault) },
        },
        provisioner: "ebs.csi.aws.com",
        parameters: { type: "gp3", encrypted: "true", ...parameters },
        reclaimPolicy,
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
      opts,
    );
  const blocks = [block("gp3", {}, true), block("gp3-fast", { iops: "6000", throughput: "250" })];
  return fileSystem ? [...blocks, shared(name, { fileSystem, reclaimPolicy, labels }, opts)] : blocks;
}

/** Each volume is a directory of the file system with an owner of its own. */
function shared(
  name: string,
  { fileSystem: { fileSystemId, ready }, reclaimPolicy, labels }: Required<ClassesArgs>,
  opts: pulumi.CustomResourceOptions,
): k8s.storage.v1.StorageClass {
  return new k8s.storage.v1.StorageClass(
    `${name}-efs`,
    {
      metadata: { name: "efs", labels },
      provisioner: "efs.csi.aws.com",
      parameters: { provisioningMode: "efs-ap", fileSystemId, directoryPerms: "700", basePath: "/volumes" },
      reclaimPolicy,
      volumeBindingMode: "Immediate",
      allowVolumeExpansion: true,
    },
    pulumi.mergeOptions(opts, { dependsOn: ready }),
  );
}
