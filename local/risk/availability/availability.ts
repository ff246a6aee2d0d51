/** What is interrupted, and for how long. */
import type { Rule } from "../rule.ts";
import { clusters } from "./clusters.ts";
import { tiers } from "./tiers.ts";
import { wayIn } from "./way-in.ts";

export const availability: readonly Rule[] = [...tiers, ...wayIn, ...clusters];
