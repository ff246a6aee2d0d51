/** Snapshots of clusters that a test makes up or changes. */
import { type ClusterObject, Snapshot } from "../../local/proofs/snapshot.ts";

/** The objects with those of a kind changed; one that `change` answers with nothing is gone. */
export function changed(
  snapshot: Snapshot,
  kind: string,
  change: (object: ClusterObject) => ClusterObject | undefined,
): Snapshot {
  return new Snapshot(
    snapshot.kinds.flatMap((each) => snapshot.of(each)).flatMap((it) => (it.kind === kind ? (change(it) ?? []) : it)),
  );
}

/** Only what is in the namespace, or in none. */
export function within(snapshot: Snapshot, namespace: string): Snapshot {
  const all = snapshot.kinds.flatMap((kind) => snapshot.of(kind));
  return new Snapshot(all.filter(({ metadata }) => [undefined, namespace].includes(metadata.namespace)));
}
