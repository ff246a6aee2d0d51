/** How many of the engine's errors are told: what follows from the first says little more. */
const TOLD = 3;

/** Why an update failed, in the engine's own words. */
export function reasonOf(output: string): string {
  const lines = output.split("\n");
  const errors = lines.flatMap((line, index) => {
    const error = /\berror: (.+)/.exec(line)?.[1]?.trim();
    if (error === undefined) return [];
    return /^\d+ errors? occurred:$/.test(error) ? lastListed(lines.slice(index + 1)) : [error];
  });
  const told = [...new Set(errors)].filter((error) => error !== "update failed").slice(0, TOLD);
  return told.length > 0 ? told.join("; ") : (lines.findLast((line) => line.trim() !== "")?.trim() ?? "");
}

/** Of the list that the lines begin with, the last item: the provider goes from the object to its pods. */
function lastListed(lines: readonly string[]): string[] {
  const items = lines.map((line) => /^\s*\* (.+)/.exec(line)?.[1]?.trim() ?? "");
  const end = items.indexOf("");
  return items.slice(0, end === -1 ? undefined : end).slice(-1);
}
