/** What the containers of backups run, for any POSIX shell with the usual tools. */
import type { BackupPlan } from "../../config/backup.ts";

/** Where the volume of copies is mounted. */
export const BACKUPS = "/backups";

type Kept = Pick<BackupPlan, "datastore" | "keep">;

const NOW = '"$(date -u +%Y%m%dT%H%M%SZ)"';

/** Begins a copy; it has no name until it is whole. */
export function copying({ datastore }: Pick<BackupPlan, "datastore">, script: string, root = BACKUPS): string {
  return [
    `mkdir -p "${root}/${datastore.name}" && cd "${root}/${datastore.name}"`,
    "rm -rf unfinished && mkdir unfinished",
    script,
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
    // rclone takes a password in a form of its own.
    ...(encrypted
      ? ['key=$(printf %s "$ENCRYPTION_KEY" | rclone obscure -)', 'export RCLONE_CONFIG_SEALED_PASSWORD="$key"']
      : []),
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
