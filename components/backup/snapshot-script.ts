import type { SnapshotsPlan } from "../../config/snapshots.ts";

/** Where the script finds the API server, and by what it is known there. */
const IN_A_POD = {
  server: "https://kubernetes.default.svc",
  account: "/var/run/secrets/kubernetes.io/serviceaccount",
};

const DIGITS = "[0-9]".repeat(14);

/**
 * Asks the API server for a snapshot of every volume, waits until all are ready, and then deletes the oldest that are
 * too many. What an earlier run left unready goes first: its time is over. The volumes are read from the cluster, for
 * datastores scale.
 *
 * @param labels of the snapshots, beside the datastore's name
 */
export function snapshotting(
  { keep, className, datastores }: Pick<SnapshotsPlan, "keep" | "className" | "datastores">,
  labels: Record<string, string>,
  { server, account } = IN_A_POD,
): string {
  const snapshot = {
    apiVersion: "snapshot.storage.k8s.io/v1",
    kind: "VolumeSnapshot",
    metadata: { name: "%s", labels: { "app.kubernetes.io/name": "%s", ...labels } },
    spec: { volumeSnapshotClassName: className, source: { persistentVolumeClaimName: "%s" } },
  };
  return `
umask 077
printf 'header = "authorization: Bearer %s"\\nheader = "content-type: application/json"\\nfail\\nsilent\\nshow-error\\n' "$(cat ${account}/token)" > "$HOME/curlrc"
ask() { curl --config "$HOME/curlrc" --cacert ${account}/ca.crt "$@"; }
namespace=$(cat ${account}/namespace)
claims="${server}/api/v1/namespaces/$namespace/persistentvolumeclaims"
snapshots="${server}/apis/snapshot.storage.k8s.io/v1/namespaces/$namespace/volumesnapshots"
now=$(date -u +%Y%m%d%H%M%S)
of() { ask "$1?pretty=false&labelSelector=app.kubernetes.io%2Fname%3D$store" > "$HOME/list" || exit 1; }
ready() { ask "$snapshots/$1?pretty=false" > "$HOME/answer" || exit 1; grep -q '"readyToUse":true' "$HOME/answer"; }
remove() { ask --request DELETE --output /dev/null "$snapshots/$1"; }
taken() { grep -o '"name":"[^"]*-${DIGITS}"' "$HOME/list" | cut -d '"' -f 4 | sort -u; }

for store in ${datastores.join(" ")}; do
  of "$snapshots"
  for old in $(taken); do ready "$old" || remove "$old"; done
  of "$claims"
  found=$(grep -o '"metadata":{"name":"[^"]*"' "$HOME/list" | cut -d '"' -f 6)
  [ -n "$found" ] || { echo "$store has no volumes" >&2; exit 1; }
  for claim in $found; do
    printf '${JSON.stringify(snapshot)}' "$claim-$now" "$store" "$claim" > "$HOME/snapshot"
    ask --data "@$HOME/snapshot" --output /dev/null "$snapshots"
    echo "$store $claim" >> "$HOME/made"
  done
done
while read -r store claim; do until ready "$claim-$now"; do sleep 5; done; done < "$HOME/made"
while read -r store claim; do
  of "$snapshots"
  for old in $(taken | grep "^$claim-${DIGITS}$" | sort -r | tail -n +${keep + 1}); do remove "$old"; done
done < "$HOME/made"
`.trim();
}
