/** The policy pack in this repository's own commands. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Options of `pulumi preview` and `pulumi up`. */
export const WITH_POLICIES: readonly string[] = ["--policy-pack", fileURLToPath(new URL("../policy", import.meta.url))];

/** Has Pulumi know the option that its events are logged by, for `--json` leaves policies out. */
export const KNOWING_EVENT_LOGS = { PULUMI_DEBUG_COMMANDS: "true" };

/** A policy that is not kept. */
export interface PolicyViolation {
  policy: string;
  level: "mandatory" | "advisory";
  /** Resource, what is wrong with it, and what to do. */
  message: string;
  /** Of the resource; undefined where all of the stack is meant. */
  urn?: string;
}

interface EngineEvent {
  policyEvent?: { policyName: string; message: string; enforcementLevel: string; resourceUrn?: string };
}

/** Runs `ask` with the options that it takes to be told of violations, and returns them beside its answer. */
export async function withPolicies<Answer>(
  ask: (options: readonly string[]) => Promise<Answer>,
): Promise<Answer & { violations: PolicyViolation[] }> {
  const directory = mkdtempSync(join(tmpdir(), "landfall-policies-"));
  try {
    const log = join(directory, "events.json");
    const answer = await ask([...WITH_POLICIES, "--event-log", log]);
    return { ...answer, violations: existsSync(log) ? violationsIn(readFileSync(log, "utf8")) : [] };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** @param log an event of the engine's on each line */
export function violationsIn(log: string): PolicyViolation[] {
  const events = log.split("\n").filter((line) => line.includes('"policyEvent"'));
  return events.flatMap((line) => {
    const { policyEvent } = JSON.parse(line) as EngineEvent;
    if (!policyEvent) return [];
    const { policyName, message, enforcementLevel, resourceUrn } = policyEvent;
    return [
      {
        policy: policyName,
        level: enforcementLevel === "mandatory" ? "mandatory" : "advisory",
        message: withoutColors(message).trim(),
        urn: resourceUrn || undefined,
      },
    ];
  });
}

/** The engine's own marks, such as `<{%fg 13%}>`. */
export function withoutColors(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "");
}
