import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ReclaimPolicy } from "../../config/profiles.ts";
import type { GkePlan } from "./plan.ts";

interface ClassesArgs {
  plan: GkePlan;
  networkName: pulumi.Input<string>;
  reclaimPolicy: ReclaimPolicy;
  /** That say whose the classes are. */
  labels: Record<string, string>;
}

/** The classes of plan.ts. GKE's own know neither hyperdisks nor a network that is not the project's default. */
export function createStorageClasses(
  name: string,
  { plan, networkName, reclaimPolicy, labels }: ClassesArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.storage.v1.StorageClass[] {
  const storageClass = (
    className: string,
    provisioner: string,
    parameters: Record<string, pulumi.Input<string>>,
  ): k8s.storage.v1.StorageClass =>
    new k8s.storage.v1.StorageClass(
      `${name}-${className}`,
      {
        metadata: { name: className, labels },
        provisioner,
        parameters,
        reclaimPolicy,
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
      opts,
    );
  // Disks are encrypted whatever their class; classes of their own for it are not needed.
  return [
    storageClass("balanced", DISKS, { type: plan.diskType }),
    storageClass("ssd", DISKS, FAST[plan.diskType]),
    storageClass("filestore", FILES, { tier: plan.regionalFiles ? "enterprise" : "standard", network: networkName }),
  ];
}

const DISKS = "pd.csi.storage.gke.io";
const FILES = "filestore.csi.storage.gke.io";
const FAST = {
  "pd-balanced": { type: "pd-ssd" },
  "hyperdisk-balanced": {
    type: "hyperdisk-balanced",
    "provisioned-iops-on-create": "10000",
    "provisioned-throughput-on-create": "300Mi",
  },
} as const;
