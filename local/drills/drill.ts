/** What a drill tells: a proof by deed, with what was seen while it went on. */
import { type Finding, type Proof, proved } from "../proofs/proof.ts";
import type { Part } from "./ready-pods.ts";

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

export interface DrillWords {
  name: string;
  title: string;
  summary: string;
}

export function drilled(words: DrillWords, findings: readonly Finding[], detail: DrillDetail): Drill {
  return proved(words, findings, detail);
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

/** The lines of those whose ready pods changed, or that have a floor that they came near. */
export function timelinesOf(parts: readonly Part[], steps: ReadonlyMap<string, readonly Step[]>): Timeline[] {
  return parts.map(({ name, floor }) => ({ subject: name, floor, steps: [...(steps.get(name) ?? [])] }));
}

/** `4.2 s`, `1 min 12 s`. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
