/** What the commands of all engines have in common: words of a POSIX shell, run with `sh -eu`. */

/** Begins every script: whatever it writes is its owner's only. */
export const BEGIN = `
umask 077
fail() { echo "$*" >&2; exit 1; }
`.trim();

/** A copy empties its target first: the wrong one would be the only one. */
export const TWO_STORES = `
[ "$FROM_HOST:$FROM_PORT/$FROM_DATABASE" != "$TO_HOST:$TO_PORT/$TO_DATABASE" ] ||
  fail "FROM and TO are the same store: $TO_HOST:$TO_PORT/$TO_DATABASE"
`.trim();

/** Prints what both sides have, which are the files \`from\` and \`to\` in \`$HOME\`, and fails where they differ. */
export const COMPARE = `
cat "$HOME/from"
diff -U 0 "$HOME/from" "$HOME/to" > "$HOME/differences" || {
  echo "The copy differs: - is what FROM has, + is what TO has." >&2
  grep "^[-+][^-+]" "$HOME/differences" | head -n 40 >&2
  exit 1
}
`.trim();

/** The commands of one side are those of the other with other variables. */
export function bothSides(commands: (side: "FROM" | "TO", name: "from" | "to") => string): string {
  return `${commands("FROM", "from").trim()}\n${commands("TO", "to").trim()}`;
}
