/** What the containers of backups run, for any POSIX shell with the usual tools. */
import type { BackupPlan, RestoreCheckPlan } from "../../config/backup.ts";
import type { RestorePlan } from "../../config/restores.ts";
import type { BackupCommand } from "../datastores/engine.ts";

/** Where the volume of copies is mounted. */
export const BACKUPS = "/backups";

/** In a copy that was made so that a restore can be undone. */
export const BEFORE_RESTORE = "before-restore";

/** The commands that make such a copy. */
export function marked(script: string): string {
  return `${script}\n: > unfinished/${BEFORE_RESTORE}`;
}

/** Pods that were stopped are clients until they have ended. */
export function waiting({ graceSeconds }: Pick<RestorePlan, "graceSeconds">): string {
  return graceSeconds > 0 ? `sleep ${graceSeconds}\n` : "";
}

interface Kept {
  datastore: { name: string };
  /** Left out where none goes. */
  keep?: number;
}

type Proven = Required<Pick<BackupCommand, "restore" | "manifest">>;

/** rclone takes a password in a form of its own. */
const OBSCURED = [
  'key=$(printf %s "$ENCRYPTION_KEY" | rclone obscure -)',
  'export RCLONE_CONFIG_SEALED_PASSWORD="$key"',
];

const NOW = '"$(date -u +%Y%m%dT%H%M%SZ)"';

/** Begins a copy; it has no name until it is whole. */
export function copying({ datastore }: Pick<Kept, "datastore">, script: string, root = BACKUPS): string {
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
  commands: Proven,
  root = BACKUPS,
): string {
  return [
    `COPY=$(ls -d "${root}/${datastore.name}"/2*Z 2> /dev/null | sort -r | head -n 1) || true`,
    '[ -n "$COPY" ] || { echo "There is no copy." >&2; exit 1; }',
    ...MANIFESTED,
    `oldest=$(date -u -d "@$(($(date +%s) - ${check.maxAgeHours * 3600}))" +%Y%m%dT%H%M%SZ)`,
    'echo "The latest copy is $(basename "$COPY")."',
    'late=$(printf "%s\n" "$oldest" "$(basename "$COPY")" | sort | head -n 1)',
    `[ "$late" = "$oldest" ] || { echo "It is more than ${check.maxAgeHours} hours old." >&2; exit 1; }`,
    restored(commands),
  ].join("\n");
}

/** Restores a copy under `/backups` into TO_*, and compares as `checking` does. */
export function restoring(
  { datastore, restore: { copy } }: { datastore: { name: string }; restore: { copy: string } },
  commands: Proven,
  root = BACKUPS,
): string {
  return [
    `COPY="${root}/${datastore.name}/${copy}"`,
    `[ -d "$COPY" ] || { echo "There is no copy ${copy}." >&2; exit 1; }`,
    ...MANIFESTED,
    restored(commands),
  ].join("\n");
}

const MANIFESTED = [
  '[ -f "$COPY/manifest" ] || { echo "$COPY does not say what it has." >&2; exit 1; }',
  "export COPY",
];

function restored({ restore, manifest }: Proven): string {
  return [
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

/** Downloads a whole copy of `$TO` to where `checking` and `restoring` look for it. @param copy its name. @default the latest */
export function fetching(
  { datastore, copy }: { datastore: { name: string }; copy?: string },
  encrypted: boolean,
  root = BACKUPS,
): string {
  return [
    ...(encrypted ? OBSCURED : []),
    'rclone lsf --files-only --recursive --max-depth 2 --include "/*/.whole" "$TO" > "$HOME/whole"',
    `copy=$(cut -d / -f 1 "$HOME/whole" | ${copy === undefined ? "" : `grep -xF ${copy} | `}sort -r | head -n 1)`,
    '[ -n "$copy" ] || { echo "There is no whole copy." >&2; exit 1; }',
    `rclone copy --exclude "/.whole" "$TO/$copy" "${root}/${datastore.name}/$copy"`,
  ].join("\n");
}

/** A copy gets its name once it is whole; then the oldest that are too many go. */
export function keeping({ datastore, keep }: Kept, script: string, root = BACKUPS): string {
  return [
    copying({ datastore }, script, root),
    `mv unfinished ${NOW}`,
    ...(keep === undefined
      ? []
      : [`ls -d 2*Z | sort -r | tail -n +${keep + 1} | while read -r old; do rm -rf "$old"; done`]),
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
    ...(keep === undefined ? [] : pruning(keep)),
  ].join("\n");
}

function pruning(keep: number): string[] {
  return [
    'rclone lsf --files-only --recursive --max-depth 2 --include "/*/.whole" "$TO" > "$HOME/whole"',
    'rclone lsf --dirs-only "$TO" > "$HOME/all"',
    `cut -d / -f 1 "$HOME/whole" | sort -r | head -n ${keep} > "$HOME/kept"`,
    'grep -qxF "$copy" "$HOME/kept"',
    'cut -d / -f 1 "$HOME/all" | grep "^2.*Z$" | grep -vxF -f "$HOME/kept" | while read -r old; do rclone purge "$TO/$old"; done',
  ];
}

/** The pod's last words, which the API server keeps: 4096 bytes of them at most. */
const LAST_WORDS = "/dev/termination-log";
const MOST_LISTED = 80;

/** Says which copies there are, the latest first: a line each, of its name, its bytes, and what it was made for. */
export function listing({ datastore, to }: Pick<BackupPlan, "datastore" | "to">, root = BACKUPS): string {
  const lines =
    to.kind === "bucket"
      ? [
          ...(to.encryption === undefined ? [] : OBSCURED),
          'rclone lsf --files-only --recursive --format sp --separator " " "$TO" > "$HOME/all"',
          `awk '{ split(substr($0, length($1) + 2), part, "/"); bytes[part[1]] += $1 }
part[2] == ".whole" { whole[part[1]] = 1 }
part[2] == "${BEFORE_RESTORE}" { mark[part[1]] = " ${BEFORE_RESTORE}" }
END { for (copy in whole) print copy " " bytes[copy] mark[copy] }' "$HOME/all" > "$HOME/copies"`,
        ]
      : [
          ': > "$HOME/copies"',
          `for copy in "${root}/${datastore.name}"/2*Z; do`,
          '  [ -d "$copy" ] || continue',
          "  mark=",
          `  [ ! -f "$copy/${BEFORE_RESTORE}" ] || mark=" ${BEFORE_RESTORE}"`,
          '  echo "$(basename "$copy") $(($(du -sk "$copy" | cut -f 1) * 1024))$mark" >> "$HOME/copies"',
          "done",
        ];
  return [...lines, `{ echo "${LISTED}"; sort -r "$HOME/copies" | head -n ${MOST_LISTED}; } > ${LAST_WORDS}`].join(
    "\n",
  );
}

/** Begins the list, so that an empty one is told from none. */
export const LISTED = "copies";
