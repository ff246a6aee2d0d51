import type { Plan } from "../config/plan.ts";
import type { Ask, List, Named, Warn } from "./api-server.ts";
import { missingKinds } from "./kinds.ts";
import { ClusterError } from "./kubeconfig-file.ts";

const API = "snapshot.storage.k8s.io/v1";
const DEFAULT_CLASS = "snapshot.storage.kubernetes.io/is-default-class";

interface SnapshotClass extends Named {
  driver: string;
  deletionPolicy: string;
}

/** Refuses snapshots that the cluster could not take, and warns of those that nothing would ever take away. */
export async function checkSnapshots(
  ask: Ask,
  { snapshots, snapshotClasses: made, addons }: Plan,
  warn: Warn,
): Promise<void> {
  const wanted = [
    ...(snapshots ? [{ kind: "VolumeSnapshot", key: "backup.snapshots", without: "backup.snapshots: false" }] : []),
    ...made.map(({ name }) => {
      const key = `cluster.snapshotClasses.${name}`;
      return { kind: "VolumeSnapshotClass", key, without: `${key} taken out` };
    }),
  ].map((kind) => ({ ...kind, apiVersion: API }));
  const [missing] = await missingKinds(ask, addons, wanted);
  if (missing) {
    throw new ClusterError(
      `landfall:${missing.key}: the cluster knows no ${missing.kind} (${API}).`,
      `install a CSI driver's snapshot controller (github.com/kubernetes-csi/external-snapshotter), or do without: landfall:${missing.without}`,
    );
  }
  if (!snapshots) return;
  const there = (await ask<List<SnapshotClass>>(`/apis/${API}/volumesnapshotclasses`))?.items;
  if (!there) return; // hidden from these credentials
  await checkClass(snapshots.className, there, made, warn);
}

async function checkClass(
  name: string | undefined,
  there: readonly SnapshotClass[],
  made: Plan["snapshotClasses"],
  warn: Warn,
): Promise<void> {
  const classes = [
    ...there.map(({ metadata, deletionPolicy }) => ({
      name: metadata.name,
      deletionPolicy,
      isDefault: metadata.annotations?.[DEFAULT_CLASS] === "true",
    })),
    ...made.map(({ className, deletionPolicy }) => ({ name: className, deletionPolicy, isDefault: false })),
  ];
  // What the stack describes counts, also where an earlier update has made it already.
  const found = classes.findLast((it) => (name === undefined ? it.isDefault : it.name === name));
  if (!found) {
    const known = classes.map((it) => it.name).join(", ") || "none";
    throw new ClusterError(
      `landfall:backup.snapshots.class: the cluster has no ${name === undefined ? "default snapshot class" : `snapshot class "${name}"`}.\n  allowed  ${known}`,
      "name one in landfall:cluster.snapshotClasses, or describe it there: { driver, deletionPolicy }",
    );
  }
  if (found.deletionPolicy !== "Retain") return;
  await warn(
    `landfall:backup.snapshots: class "${found.name}" retains what a VolumeSnapshot stood for, so snapshots that are no longer ` +
      "kept go on to take room at the storage. Remove them there, or use a class with deletionPolicy: Delete.",
  );
}
