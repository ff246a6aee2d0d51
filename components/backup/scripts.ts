/** What the containers of backups run, for any POSIX shell with the usual tools. */
import type { BackupPlan, RestoreCheckPlan } from "../../config/backup.ts";

/** Where the volume of copies is mounted. */
export const BACKUPS = "/backups";

type Kept = Pick<BackupPlan, "datastore" | "keep">;

/** rclone takes a password in a form of its own. */
const OBSCURED = [
  'key=$(printf %s "$ENCRYPTION_KEY" | rclone obscure -)',
  'export RCLONE_CONFIG_SEALED_PASSWORD="$key"',
];

const NOW = '"$(date -u +%Y%m%dT%H%M%SZ)"';

/** Begins a copy; it has no name until it is whole. */
export function copying({ datastore }: Pick<BackupPlan, "datastore">, script: string, root = BACKUPS): string {
  return [
    `mkdir -p "${root}/${datastore.name}" && cd "${root}/${datastore.name}"`,
    "rm -rf unfinished && mkdir unfinished",
    script,
  ].join("\n");
}

/**
 * Restores the latest copy under `/backups` into TO_*, and compares what is there then with what was there when the copy
 * was made. Fails where the copy is older than it may be.
 */
export function checking(
  { datastore, check }: { datastore: { name: string }; check: Pick<RestoreCheckPlan, "maxAgeHours"> },
  { restore, manifest }: { restore: string; manifest: string },
  root = BACKUPS,
): string {
  return [
    `COPY=$(ls -d "${root}/${datastore.name}"/2*Z 2> /dev/null | sort -r | head -n 1) || true`,
    '[ -n "$COPY" ] || { echo "There is no copy." >&2; exit 1; }',
    '[ -f "$COPY/manifest" ] || { echo "$COPY does not say what it has." >&2; exit 1; }',
    "export COPY",
    `oldest=$(date -u -d "@$(($(date +%s) - ${check.maxAgeHours * 3600}))" +%Y%m%dT%H%M%SZ)`,
    'echo "The latest copy is $(basename "$COPY")."',
    'late=$(printf "%s\n" "$oldest" "$(basename "$COPY")" | sort | head -n 1)',
    `[ "$late" = "$oldest" ] || { echo "It is more than ${check.maxAgeHours} hours old." >&2; exit 1; }`,
    `(
${restore}
)`,
    `(
${manifest}
) > "$HOME/restored"`,
    'diff "$COPY/manifest" "$HOME/restored" || { echo "What was restored is not what was copied." >&2; exit 1; }',
    'echo "It was restored whole: $(wc -l < "$HOME/restored") lines of its manifest are the same."',
  ].join("\n");
}

/** Downloads the latest whole copy of `$TO` to where `checking` looks for it. */
export function fetching({ datastore }: { datastore: { name: string } }, encrypted: boolean, root = BACKUPS): string {
  return [
    ...(encrypted ? OBSCURED : []),
    'rclone lsf --files-only --recursive --max-depth 2 --include "/*/.whole" "$TO" > "$HOME/whole"',
    'copy=$(cut -d / -f 1 "$HOME/whole" | sort -r | head -n 1)',
    '[ -n "$copy" ] || { echo "There is no whole copy." >&2; exit 1; }',
    `rclone copy --exclude "/.whole" "$TO/$copy" "${root}/${datastore.name}/$copy"`,
  ].join("\n");
}

/** A copy gets its name once it is whole; then the oldest that are too many go. */
export function keeping({ datastore, keep }: Kept, script: string, root = BACKUPS): string {
  return [
    copying({ datastore }, script, root),
    `mv unfinished ${NOW}`,
    `ls -d 2*Z | sort -r | tail -n +${keep + 1} | while read -r old; do rm -rf "$old"; done`,
  ].join("\n");
}

/**
 * Uploads what `copying` has begun to `$TO`. Its last file says that it is whole; then the oldest that are too many go,
 * and those that are not whole. Lists go by files, for a list that failed must not look like an empty one.
 */
export function uploading({ datastore, keep }: Kept, encrypted: boolean, root = BACKUPS): string {
  return [
    ...(encrypted ? OBSCURED : []),
    `copy=${NOW}`,
    `rclone copy "${root}/${datastore.name}/unfinished" "$TO/$copy"`,
    'echo "$copy" | rclone rcat "$TO/$copy/.whole"',
    'rclone lsf --files-only --recursive --max-depth 2 --include "/*/.whole" "$TO" > "$HOME/whole"',
    'rclone lsf --dirs-only "$TO" > "$HOME/all"',
    `cut -d / -f 1 "$HOME/whole" | sort -r | head -n ${keep} > "$HOME/kept"`,
    'grep -qxF "$copy" "$HOME/kept"',
    'cut -d / -f 1 "$HOME/all" | grep "^2.*Z$" | grep -vxF -f "$HOME/kept" | while read -r old; do rclone purge "$TO/$old"; done',
  ].join("\n");
}
