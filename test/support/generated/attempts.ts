/** What becomes of a generated stack file. */
import graphmemory from "../../../apps/graphmemory.ts";
import mlcf from "../../../apps/mlcf.ts";
import pybase from "../../../apps/pybase.ts";
import samplemind from "../../../apps/samplemind.ts";
import thebot from "../../../apps/thebot.ts";
import { ConfigurationError, type Mistake } from "../../../config/mistakes.ts";
import type { Plan } from "../../../config/plan.ts";
import { resolve } from "../../../config/resolve.ts";
import type { ApplicationFile } from "../../../config/schema.ts";

export const APPLICATIONS: readonly ApplicationFile[] = [pybase, samplemind, mlcf, thebot, graphmemory];

/** How many stack files are tried. */
export const RUNS = Number(process.env.LANDFALL_PROPERTY_RUNS ?? 1000);
export const SEED = Number(process.env.LANDFALL_PROPERTY_SEED ?? 20261122);

export type Attempt = { plan: Plan } | { mistakes: readonly Mistake[] };

/** As the program does it; what is no ConfigurationError is thrown. */
export function attempt(application: ApplicationFile, settings: unknown, names: readonly string[] = []): Attempt {
  try {
    const source = `apps/${application.name}.ts`;
    const secrets = { stackSecretLength: 44, names: [...names] };
    return { plan: resolve({ application, source, settings, secrets, stack: "generated" }) };
  } catch (error) {
    if (error instanceof ConfigurationError) return { mistakes: error.mistakes };
    throw error;
  }
}

/** How often what is wrong is taken out. */
const ROUNDS = 12;

/**
 * The settings without what was found wrong with them, and the plan that is left; undefined where none is.
 *
 * @param needed what is put back wherever it was taken out
 */
export function repaired(
  application: ApplicationFile,
  settings: object,
  needed: object,
): { settings: object; plan: Plan } | undefined {
  let current: object = structuredClone({ ...settings, ...needed });
  const names: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcome = attempt(application, current, names);
    if ("plan" in outcome) return { settings: current, plan: outcome.plan };
    for (const { path } of outcome.mistakes) {
      const missing = /^landfall:secrets\.(.+)$/.exec(path)?.[1];
      if (missing === undefined) remove(current, keysIn(path));
      else names.push(missing);
    }
    current = { ...current, ...structuredClone(needed) };
  }
  return undefined;
}

/** `tiers.api.env[0]` as its keys; the mapping's first key alone where the path is not the stack's. */
function keysIn(path: string): string[] {
  return path
    .replace(/^landfall:/, "")
    .split(/[.[\]]+/)
    .filter((key) => key !== "");
}

/** Takes out what stands at the path, or else the nearest above it. */
function remove(settings: object, keys: readonly string[]): void {
  const [key, ...rest] = keys as [string, ...string[]];
  const inside = (settings as Record<string, unknown>)[key];
  const canGoOn = rest.length > 0 && typeof inside === "object" && inside !== null && !Array.isArray(inside);
  if (canGoOn && (rest[0] as string) in inside) remove(inside, rest);
  else delete (settings as Record<string, unknown>)[key];
}
