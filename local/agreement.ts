import { createInterface } from "node:readline/promises";

/** What somebody has to agree to before it is done. */
export interface Question {
  /** Name that has to be typed. */
  name: string;
  /** What typing it brings about: `take it down`. */
  purpose: string;
  /** What holds where nobody agrees: `Nothing was deleted.` */
  otherwise: string;
  /** What `--yes` says in its place. */
  yes: string;
}

/** Asks for the name of what is at stake; without a terminal nobody agrees. @param isGiven whether `--yes` was */
export async function isAgreed({ name, purpose, otherwise, yes }: Question, isGiven: boolean): Promise<boolean> {
  if (isGiven) return true;
  if (!process.stdin.isTTY) {
    console.error(`Nobody can be asked here. ${otherwise}\n  fix      --yes says that ${yes}`);
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Type ${name} to ${purpose}: `);
    if (answer.trim() === name) return true;
    console.error(otherwise);
    return false;
  } finally {
    terminal.close();
  }
}
