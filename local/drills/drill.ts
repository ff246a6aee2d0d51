/** What a drill tells: a proof by deed, with what was seen while it went on. */
import type { Finding, Proof } from "../proofs/proof.ts";

export type Drill = Proof<DrillDetail>;

export interface DrillDetail {
  /** What it was and how it was played, for who reads the figures: what is as it would be, and what is not. */
  played: string;
  /** From its beginning to its end, in seconds. */
  seconds: number;
  timelines: Timeline[];
  /** What was done, and what came of it. */
  marks: Mark[];
}

export interface Timeline {
  /** Tier or datastore. */
  subject: string;
  /** Ready pods from that second on. */
  steps: Step[];
  /** Pods that must stay ready, where it is the same all the time. */
  floor?: number;
  /** Most that there may be. */
  ceiling?: number;
}

export interface Step {
  at: number;
  ready: number;
}

export interface Mark {
  at: number;
  what: string;
}

/** What an update has not put right, each in a sentence. */
export function notPutRight(command: string, sentences: readonly string[], fix: string): Finding[] {
  return sentences.map((sentence) => ({ severity: "failure", subject: command, sentence, fix }));
}

/** What could not be drilled, and why. */
export function notDrilled(name: string, title: string, because: string): Drill {
  return {
    name,
    title,
    outcome: "skipped",
    because,
    findings: [],
    detail: { played: "", seconds: 0, timelines: [], marks: [] },
  };
}

/** `4.2 s`, `1 min 12 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
