/** Kinds of volumes that a cluster has, or is to have. */
import { z } from "zod";
import { name, objectName } from "./primitives.ts";

const storageClass = z.strictObject({
  provisioner: z.string(),
  parameters: z.record(z.string(), z.string()).optional(),
  /** What becomes of a volume whose claim is deleted. @default Retain in production, else Delete */
  reclaimPolicy: z.enum(["Delete", "Retain"]).optional(),
  /** @default WaitForFirstConsumer: the volume is made where the pod is */
  volumeBindingMode: z.enum(["Immediate", "WaitForFirstConsumer"]).optional(),
  /** @default true */
  allowVolumeExpansion: z.boolean().optional(),
  mountOptions: z.array(z.string()).optional(),
});

const snapshotClass = z.strictObject({
  driver: z.string(),
  parameters: z.record(z.string(), z.string()).optional(),
  /** What becomes of a snapshot on the driver's side whose VolumeSnapshot is deleted. @default Retain */
  deletionPolicy: z.enum(["Delete", "Retain"]).optional(),
});

export const storageFields = {
  /** Storage class of the bundled datastores. @default the cluster's default class */
  storageClass: objectName.optional(),
  /**
   * Storage classes by the names that the application uses: the cluster's own, by name, or one to make. An
   * application's class that is not here is `storageClass`.
   */
  storageClasses: z
    .record(name, z.union([objectName, storageClass], "a class's name, or { provisioner, … }"))
    .optional(),
  /** Classes of VolumeSnapshots, likewise. An application's class that is not here is the cluster's default. */
  snapshotClasses: z.record(name, z.union([objectName, snapshotClass], "a class's name, or { driver, … }")).optional(),
};

export type SnapshotClass = z.infer<typeof snapshotClass>;
export type StorageClass = z.infer<typeof storageClass>;
