import type { PolicyName } from "../config/policies.ts";
import type { Waiver } from "../config/schema/policy.ts";

/**
 * What is said of a violation; undefined where it is waived.
 *
 * @param today as a waiver has its last day
 */
export function unlessWaived(
  policy: PolicyName,
  { resource, problem }: { resource: string; problem: string },
  { waivers, today }: { waivers: readonly Waiver[]; today: string },
): string | undefined {
  const given = waivers.filter((waiver) => waiver.policy === policy && (waiver.resource ?? resource) === resource);
  if (given.some(({ until }) => until >= today)) return undefined;
  const over = given.map(({ until, reason }) => `\n  waived   until ${until}, which is over: ${reason}`);
  return `${resource} ${problem}${over.join("")}`;
}
