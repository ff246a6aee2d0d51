import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";

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
export async function isAgreed(
  { name, purpose, otherwise, yes }: Question,
  isGiven: boolean,
  { input, output }: { input: Readable & { isTTY?: boolean }; output: Writable } = {
    input: process.stdin,
    output: process.stderr,
  },
): Promise<boolean> {
  if (isGiven) return true;
  if (!input.isTTY) {
    console.error(`Nobody can be asked here. ${otherwise}\n  fix      --yes says that ${yes}`);
    return false;
  }
  const terminal = createInterface({ input, output });
  try {
    const answer = await terminal.question(`Type ${name} to ${purpose}: `);
    if (answer.trim() === name) return true;
    console.error(otherwise);
    return false;
  } catch (error) {
    if (!hasHadEnough(error)) throw error;
    console.error(`\n${otherwise}`);
    return false;
  } finally {
    terminal.close();
  }
}

/** Whether a question was answered by Ctrl-C or Ctrl-D, or there is nobody any more to answer. */
export function hasHadEnough(error: unknown): boolean {
  const { name, code } = error as NodeJS.ErrnoException;
  return name === "AbortError" || code === "ERR_USE_AFTER_CLOSE";
}
