/** What `npm run new` says at its end. */
import { ConfigurationError, type Mistake } from "../../config/mistakes.ts";
import type { Note } from "./compose/file.ts";
import type { Landing } from "./landing.ts";

export interface Outcome {
  landing: Landing;
  mistakes: readonly Mistake[];
  notes: readonly Note[];
  from?: string;
}

export function reportText({ landing, mistakes, notes, from }: Outcome): string {
  const { file, stackFile, stack, next } = landing;
  const settle = mistakes.length === 0 ? [] : ["Not yet to be landed:", "", inWords(mistakes), ""];
  return [
    `${file} and ${stackFile} are written.`,
    "",
    ...(from === undefined || notes.length === 0 ? [] : [...notesText(from, notes), ""]),
    ...settle,
    mistakes.length === 0 ? "Next:" : "Then:",
    `  ${next}`,
    `  npm run rehearse -- ${stack}   # brings it up, changes it and takes it down, and proves what holds`,
    `  npm run explain -- ${stack}    # every value, and who says it`,
  ].join("\n");
}

function notesText(from: string, notes: readonly Note[]): string[] {
  return [
    `What of ${from} is not as it was (${notes.length}):`,
    "",
    ...notes.flatMap(({ at, line, why, fix }) => [
      `  ${from}${line === undefined ? "" : `:${line}`} ${at}: ${why}`,
      `    fix      ${fix}`,
    ]),
  ];
}

/** Without what an update says first. */
function inWords(mistakes: readonly Mistake[]): string {
  return new ConfigurationError(mistakes).message.split("\n").slice(2).join("\n").trimEnd();
}
