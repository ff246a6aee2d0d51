/** What a rule of the change-risk report is. */
import type { Change, Changes } from "./changes.ts";

/** The worst first. */
export const LEVELS = ["data at risk", "downtime", "brief interruption", "safe"] as const;
export type Level = (typeof LEVELS)[number];

export type Theme = "data" | "availability" | "security" | "immutability" | "capacity";

type Told<T> = T | ((change: Change, changes: Changes) => T);

export interface Rule {
  /** What has happened, such as `volume-shrunk`. */
  id: string;
  theme: Theme;
  /** Also asked of what the engine leaves as it is. @default false */
  standing?: boolean;
  applies(change: Change, changes: Changes): boolean;
  level: Told<Level>;
  /** What the change means, for somebody who has not read the program. Never a value that may be secret. */
  sentence: Told<string>;
  /** What to do in its place, or before it. @default nothing has to be done */
  instead?: Told<string>;
  /** Whether it says all that there is to say of what its subject loses or gets. @default false */
  whole?: boolean;
}

export interface Finding {
  rule: string;
  level: Level;
  /** What `--allow` takes: theme and subject, such as `data:postgres`. */
  id: string;
  sentence: string;
  instead?: string;
  urn: string;
}

export function tell<T>(told: Told<T>, change: Change, changes: Changes): T {
  return typeof told === "function" ? (told as (change: Change, changes: Changes) => T)(change, changes) : told;
}

/** Less than zero where `a` is worse. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}
