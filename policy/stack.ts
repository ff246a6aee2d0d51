/** What the pack reads of the stack's config. */
import { policySettings, type Waiver } from "../config/schema/policy.ts";
import { PROFILES, type ProfileName } from "../config/schema.ts";
import type { Circumstances } from "./check.ts";

export interface Judging extends Circumstances {
  waivers: readonly Waiver[];
  /** In UTC, as a waiver has its last day. */
  today: string;
}

/**
 * By keys such as `landfall:profile`. What is wrong with it the program says; here the strictest profile counts, and no
 * waiver.
 */
export function judgingOf(config: ReadonlyMap<string, string>, now = new Date()): Judging {
  const profile = PROFILES.find((name) => name === config.get("landfall:profile")) ?? "production";
  const settings = policySettings.safeParse(structured(config.get("landfall:policy")));
  const cluster = structured(config.get("landfall:cluster")) as { version?: unknown } | undefined;
  const minor = /^1\.(\d+)/.exec(String(cluster?.version))?.[1];
  return {
    profile: profile satisfies ProfileName,
    waivers: settings.data?.waivers ?? [],
    today: now.toISOString().slice(0, 10),
    ...(minor === undefined ? {} : { minor: Number(minor) }),
  };
}

function structured(text: string | undefined): unknown {
  try {
    return text === undefined ? {} : JSON.parse(text);
  } catch {
    return {};
  }
}
