/** Operations by kind as Pulumi counts them: `{ created: 76 }`. */
export type Changes = Readonly<Record<string, number>>;

/** What an update or a preview did, or would do, by the summary that it ends with. */
export function countChanges(output: string): Changes {
  const summary = output.slice(output.lastIndexOf("Resources:"));
  const lines = summary.matchAll(/^\s+(?:[-+~]+ )?(\d+) (unchanged|created?|updated?|deleted?|replaced?|to \w+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, count, kind]) => [kind as string, Number(count)]));
}
