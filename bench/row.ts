import type { Pair, Spread } from "./measure.ts";
import type { Stage } from "./stage.ts";

/** A line of the table. */
export type Row = Compared | Timed;

export interface Compared {
  what: string;
  against: string;
  /** The most that the ratio is meant to be; left out where it is only stated. */
  aim?: number;
  pair: Pair;
  /** Of the pair's two sides. @default s */
  unit?: "s" | "MiB";
  /** What a reader has to know to take the figure rightly. */
  note?: string;
}

/** What there is nothing to hold against. */
export interface Timed {
  what: string;
  /** The most that it is meant to take. */
  aimSeconds: number;
  runs: number;
  seconds: Spread;
}

/** Lines that are measured together. */
export interface Bench {
  name: string;
  /** For people, while it goes on. */
  title: string;
  /** @param runs that count, of each side */
  measure(stage: Stage, runs: number): Promise<Row[]>;
}
