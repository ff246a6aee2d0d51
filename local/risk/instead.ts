/** What to do in the place of a change, or before it, where several rules say the same. */

export const MOVE = "move the data in stages: docs/operations.md, move";
export const COPY = "make a backup first and restore it in a test: docs/backup.md";
export const KEEP_PROTECTION =
  "keep the protection; lift it only in the update before the one that deletes it on purpose";
