import { BEGIN } from "../transfers/shell.ts";

/** Begins a trial that has the functions `write`, `read_back` and `remove`; the word is MARK. */
export function trying(functions: string): string {
  return `
${BEGIN}
${functions.trim()}
trap 'remove > /dev/null 2>&1 || true' EXIT
trap 'exit 1' INT TERM
write > /dev/null
found=$(read_back)
[ "$found" = "$MARK" ] || fail "It took a value, and gave back another: $(printf %s "$found" | head -c 200)"
trap - EXIT
remove > /dev/null
`.trim();
}
