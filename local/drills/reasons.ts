/** How many of the engine's errors are told: what follows from the first says little more. */
const TOLD = 3;

/** Why an update failed, in the engine's own words. */
export function reasonOf(output: string): string {
  const errors = output.split("\n").flatMap((line) => /\berror: (.+)/.exec(line)?.[1]?.trim() ?? []);
  const told = [...new Set(errors)].filter((error) => error !== "update failed").slice(0, TOLD);
  return told.length > 0 ? told.join("; ") : (output.trim().split("\n").at(-1) ?? "");
}
