import type { BackupCommand, Transfer } from "../engine.ts";
import { RCLONE } from "../rclone.ts";
import { BEGIN, bothSides } from "./shell.ts";

/**
 * Both sides as remotes of rclone. A side without a key is known by its pod's identity.
 */
const SIDES = bothSides(
  (side) => `
export RCLONE_CONFIG_${side}_TYPE=s3
export RCLONE_CONFIG_${side}_PROVIDER="$(provider "$${side}_HOST")"
export RCLONE_CONFIG_${side}_ENDPOINT="$(address "$${side}_TLS" "$${side}_HOST" "$${side}_PORT")"
export RCLONE_CONFIG_${side}_REGION="$${side}_REGION"
export RCLONE_CONFIG_${side}_ACCESS_KEY_ID="$${side}_USERNAME"
export RCLONE_CONFIG_${side}_SECRET_ACCESS_KEY="$${side}_PASSWORD"
[ -n "$${side}_PASSWORD" ] || export RCLONE_CONFIG_${side}_ENV_AUTH=true
export RCLONE_CONFIG_${side}_NO_CHECK_BUCKET=true`,
);

/** Amazon and Google have ways of their own, which rclone knows by their names. */
export const PROVIDER = `
provider() {
  case "$1" in
    *.amazonaws.com) echo AWS ;;
    *.googleapis.com) echo GCS ;;
    *) echo Other ;;
  esac
}
`.trim();

const PREPARE = `
${BEGIN}
${PROVIDER}
address() {
  scheme=http usual=80
  [ "$1" != true ] || { scheme=https usual=443; }
  if [ "$3" = "$usual" ]; then echo "$scheme://$2"; else echo "$scheme://$2:$3"; fi
}
: "\${FROM_HOST=}" "\${FROM_PORT=}" "\${FROM_TLS=}" "\${FROM_CA=}" "\${FROM_REGION=}" "\${FROM_USERNAME=}" "\${FROM_PASSWORD=}"
${SIDES}
authorities=$(printf '%s\\n' "$FROM_CA" "$TO_CA" | grep . | paste -s -d , -) || true
[ -z "$authorities" ] || export RCLONE_CA_CERT="$authorities"
export RCLONE_CONFIG=/dev/null RCLONE_STATS=0
`.trim();

/** Calls \`each\` with the names that a bucket has on both sides, which are in the same order. */
const PAIRS = `
pairs() {
  set -- $FROM_BUCKETS
  buckets=$#
  set -- $TO_BUCKETS
  [ "$buckets" = $# ] || fail "FROM has the buckets $FROM_BUCKETS, TO has $TO_BUCKETS"
  for bucket in $FROM_BUCKETS; do
    each "$bucket" "$1"
    shift
  done
}
`.trim();

/** By size and time first, then by the checksums that the stores keep: an object may be another of the same age. */
const COPY = `
${PREPARE}
${PAIRS}
each() {
  [ "$RCLONE_CONFIG_FROM_ENDPOINT/$1" != "$RCLONE_CONFIG_TO_ENDPOINT/$2" ] || fail "FROM and TO are the same bucket: $1"
  rclone sync --metadata "from:$1" "to:$2"
  rclone sync --metadata --checksum "from:$1" "to:$2"
}
pairs
`.trim();

/** Every byte is read on both sides: checksums that stores keep are of parts where an object was uploaded in parts. */
const VERIFY = `
${PREPARE}
${PAIRS}
differ=
each() {
  rclone check --download --combined "$HOME/compared" "from:$1" "to:$2" 2> "$HOME/errors" || {
    differ=yes
    if grep -q "^[-+*!]" "$HOME/compared"; then
      echo "$1 differs: - is missing in FROM, + is missing in TO, * is another, ! could not be read." >&2
      grep "^[-+*!]" "$HOME/compared" | head -n 20 >&2
    else
      tail -n 5 "$HOME/errors" >&2
    fi
  }
  echo "$1: $(grep -c "^=" "$HOME/compared" || true) objects are the same"
}
pairs
[ -z "$differ" ]
`.trim();

/** Buckets go in pairs: the first of FROM_BUCKETS becomes the first of TO_BUCKETS. */
export const objectstoreTransfer: Transfer = { image: RCLONE, copy: COPY, verify: VERIFY };

/** All buckets, those that the application has made itself too. */
const BACKUP = `
rclone copy store: unfinished
rclone hashsum MD5 unfinished > "$HOME/manifest"
LC_ALL=C sort -k 2 "$HOME/manifest" > unfinished/manifest
`.trim();

const RESTORE = `
${PREPARE}
for folder in "$COPY"/*/; do
  [ -d "$folder" ] || continue
  bucket=$(basename "$folder")
  case " $TO_BUCKETS " in *" $bucket "*) ;; *) rclone mkdir --s3-no-check-bucket=false "to:$bucket" ;; esac
  rclone sync "$folder" "to:$bucket"
done
`.trim();

const MANIFEST = `
${PREPARE}
rclone hashsum MD5 --download to: > "$HOME/manifest"
LC_ALL=C sort -k 2 "$HOME/manifest"
`.trim();

export const objectstoreBackup: Required<Pick<BackupCommand, "script" | "restore" | "manifest">> = {
  script: BACKUP,
  restore: RESTORE,
  manifest: MANIFEST,
};
