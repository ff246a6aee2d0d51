/** What docs/reliability.md has of the tests. */
import { type Fault, REMEDIES } from "./faults.ts";
import { STRIKES, type Strike, type Struck } from "./sweep.ts";

const BEGIN = "<!-- measured by npm run test:faults -->\n";
const END = "<!-- end of what was measured -->\n";

/** @param measured `date` as 2026-01-02, `commit` the program's */
export function measuredTable(measured: { struck: readonly Struck[]; commit: string; date: string }): string {
  const { struck, commit, date } = measured;
  const rows = Object.entries(STRIKES).map(([kind, what]) => {
    const tried = struck.filter((it) => it.strike === (kind as Strike));
    const well = tried.filter(({ wrong }) => wrong.length === 0).length;
    const writes = tried[0]?.writes ?? 0;
    const rest = writes - tried.length;
    return `| ${what} | ${tried.length === 0 ? "not measured" : `**${well} of ${tried.length}**${rest > 0 ? `, ${rest} not tried` : ""}`} |`;
  });
  return [
    "| at each write of PyBase's first update in dev | put right by one `npm run recover` |",
    "|---|---|",
    ...rows,
    "",
    `Measured on ${date} with the program of commit \`${commit}\`.`,
    "",
  ].join("\n");
}

/** The page with `text` in the place of what was measured before. */
export function withMeasured(page: string, text: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no ${BEGIN.trim()} … ${END.trim()}`);
  return `${before}${BEGIN}${text}${END}${after}`;
}

/** Faults as the page lists them. */
export function faultTable(faults: Readonly<Record<string, Fault>>): string {
  const rows = Object.values(faults).map(({ what, told, left, first, remedy, always }) => {
    const read = told === undefined ? "" : `\`${told.replaceAll("|", "\\|")}\``;
    const remedied = first === undefined ? REMEDIES[remedy] : `${first}; then ${REMEDIES[remedy]}`;
    return `| ${always ? `**${what}**` : what} | ${read} | ${left} | ${remedied} |`;
  });
  return [
    "| what goes wrong | what you read | what is left by then | what puts it right |",
    "|---|---|---|---|",
    ...rows,
  ].join("\n");
}
