/** Where a stack lands. */
import { z } from "zod";
import { cidr, name, port } from "./primitives.ts";

export const storageClass = z.strictObject({
  provisioner: z.string(),
  parameters: z.record(z.string(), z.string()).optional(),
  /** What becomes of a volume whose claim is deleted. @default Delete */
  reclaimPolicy: z.enum(["Delete", "Retain"]).optional(),
  /** @default WaitForFirstConsumer: the volume is made where the pod is */
  volumeBindingMode: z.enum(["Immediate", "WaitForFirstConsumer"]).optional(),
  /** @default true */
  allowVolumeExpansion: z.boolean().optional(),
  mountOptions: z.array(z.string()).optional(),
});

export const snapshotClass = z.strictObject({
  driver: z.string(),
  parameters: z.record(z.string(), z.string()).optional(),
  /** What becomes of a snapshot on the driver's side whose VolumeSnapshot is deleted. @default Retain */
  deletionPolicy: z.enum(["Delete", "Retain"]).optional(),
});

export const kubeconfigCluster = z.strictObject({
  provider: z.literal("kubeconfig"),
  /** Kubeconfig file, relative to the project. @default $KUBECONFIG, then ~/.kube/config */
  path: z.string().optional(),
  /** @default the kubeconfig's current context */
  context: z.string().optional(),
  /** Storage class of the bundled datastores. @default the cluster's default class */
  storageClass: z.string().optional(),
  /**
   * Storage classes by the names that the application uses: the cluster's own, by name, or one to make. An
   * application's class that is not here is `storageClass`.
   */
  storageClasses: z
    .record(name, z.union([z.string(), storageClass], "a class's name, or { provisioner, … }"))
    .optional(),
  /** Classes of VolumeSnapshots, likewise. An application's class that is not here is the cluster's default. */
  snapshotClasses: z.record(name, z.union([z.string(), snapshotClass], "a class's name, or { driver, … }")).optional(),
  /** Addresses of the API server as pods see them, for the NetworkPolicies. @default read from the cluster */
  apiServer: z.strictObject({ cidrs: z.array(cidr).min(1), ports: z.array(port).min(1) }).optional(),
});

export type KubeconfigCluster = z.infer<typeof kubeconfigCluster>;
export type StorageClass = z.infer<typeof storageClass>;
export type SnapshotClass = z.infer<typeof snapshotClass>;
