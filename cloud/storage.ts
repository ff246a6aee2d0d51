import { volumesOfBackups } from "../config/backup.ts";
import type { Plan } from "../config/plan.ts";
import type { Ask, List, Named } from "./api-server.ts";
import { ClusterError } from "./kubeconfig-file.ts";

interface StorageClass extends Named {
  provisioner: string;
}

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

/** Provisioners of disks, and of directories of a node, that refuse ReadWriteMany. */
const ON_ONE_NODE = ["ebs.csi.aws.com", "pd.csi.storage.gke.io", "disk.csi.azure.com", "rancher.io/local-path"];

/** Refuses a plan whose volumes the cluster's classes cannot make. */
export async function checkStorageClasses(ask: Ask, plan: Plan): Promise<void> {
  const claimants = [
    ...plan.datastores.filter((datastore) => datastore.mode === "bundled"),
    ...plan.volumes,
    ...volumesOfBackups(plan.backups),
  ];
  const classes = (await ask<List<StorageClass>>("/apis/storage.k8s.io/v1/storageclasses"))?.items;
  if (!classes || claimants.length === 0) return;
  const known = [
    ...classes.map(({ metadata }) => metadata.name),
    ...plan.storageClasses.map(({ className }) => className),
  ];
  const hasDefault = classes.some(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === "true");
  for (const { name, storageClass } of claimants) {
    if (storageClass === undefined ? hasDefault : known.includes(storageClass)) continue;
    throw new ClusterError(
      storageClass === undefined
        ? `The cluster has no default storage class for the volume of "${name}".\n  allowed  ${known.join(", ") || "none"}`
        : `The cluster has no storage class "${storageClass}" for the volume of "${name}".\n  allowed  ${known.join(", ") || "none"}`,
      "name one with landfall:cluster.storageClass, or install a storage driver",
    );
  }
  checkSharing(plan, classes);
}

function checkSharing(plan: Plan, classes: readonly StorageClass[]): void {
  const made = plan.storageClasses.map(({ className, provisioner }) => [className, provisioner] as const);
  const provisioners = new Map([
    ...classes.map(({ metadata, provisioner }) => [metadata.name, provisioner] as const),
    ...made,
  ]);
  for (const { name, storageClass = "", accessMode } of plan.volumes) {
    const provisioner = provisioners.get(storageClass) ?? "";
    if (accessMode !== "ReadWriteMany" || !ON_ONE_NODE.includes(provisioner)) continue;
    const able = [...provisioners].filter(([, other]) => !ON_ONE_NODE.includes(other)).map(([other]) => other);
    throw new ClusterError(
      `Pods on several nodes mount "${name}", and storage class "${storageClass}" (${provisioner}) serves one node at a time.\n  allowed  ${able.join(", ") || "none of those that there are"}`,
      "name a class of a shared file system in landfall:cluster.storageClasses, or install one, such as NFS, EFS, Filestore or Azure Files",
    );
  }
}
