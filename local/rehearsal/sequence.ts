/** What every rehearsal goes through. */
import type { Plan } from "../../config/plan.ts";
import { UserError } from "../command.ts";
import type { Drill } from "../drills/drill.ts";
import type { Proof } from "../proofs/proof.ts";
import type { Changes } from "./changes.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** Something that the rehearsal does, and what came of it. */
export type Act = (title: string, work: () => Promise<Changes>) => Promise<Changes>;

/** What a rehearsal is made of, beside Pulumi's own doings. */
export interface Part {
  act: Act;
  /** Of the stack as it stands, before it is changed and taken down. */
  prove(rehearsal: Rehearsal): Promise<Proof[]>;
  /** Of what it withstands. */
  drill?(rehearsal: Rehearsal): Promise<Drill[]>;
}

export interface Rehearsed {
  /** How many resources there were of each type. */
  kinds: Record<string, number>;
  outputs: Record<string, unknown>;
  proofs: Proof[];
  drills: Drill[];
}

/**
 * Up from nothing, nothing to do the second time, proofs of what stands, drills, an everyday edit; then down again, with
 * nothing left. Proofs and drills that fail are the caller's to judge: the stack is taken down all the same.
 *
 * @param keep whether it stays up
 * @throws UserError where it does not go like that
 */
export async function rehearse(rehearsal: Rehearsal, { act, prove, drill }: Part, keep = false): Promise<Rehearsed> {
  await act("pulumi up, from nothing", () => rehearsal.up());
  const kinds = await rehearsal.resources();
  // The policies have judged all of it, and need not see it once more.
  const policies = false;
  await act("pulumi up, again", async () => unchanged(await rehearsal.up({ policies })));
  const proofs = await prove(rehearsal);
  const drills = (await drill?.(rehearsal)) ?? [];
  const { path, value } = tuning(rehearsal.plan);
  await rehearsal.configure({ [path]: value });
  await act(`pulumi up, with ${path} at ${value}`, () => rehearsal.up({ policies }));
  const outputs = await rehearsal.outputs();
  if (!keep) await act("pulumi destroy", () => down(rehearsal));
  return { kinds, outputs, proofs, drills };
}

export function describeChanges(changes: Changes): string {
  return Object.entries(changes)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ");
}

function unchanged(changes: Changes): Changes {
  const changed = Object.entries(changes).filter(([kind]) => kind !== "unchanged");
  if (changed.length === 0) return changes;
  const what = describeChanges(Object.fromEntries(changed));
  throw new UserError(`The second update changed what the first had made: ${what}.`);
}

/** An everyday edit of the stack file. */
function tuning({ tiers }: Plan): { path: string; value: string } {
  const scaled = tiers.find(({ autoscale }) => autoscale);
  if (scaled?.autoscale) return { path: `tiers.${scaled.name}.autoscale.max`, value: String(scaled.autoscale.max + 1) };
  const tier = tiers.find(({ kind, events }) => (kind === "web" || kind === "worker") && !events);
  if (!tier) throw new UserError("The application has no tier that could be tuned.");
  return { path: `tiers.${tier.name}.replicas`, value: String(tier.replicas + 1) };
}

async function down(rehearsal: Rehearsal): Promise<Changes> {
  await rehearsal.unprotect();
  const changes = await rehearsal.destroy();
  const left = rehearsal.ground.leftovers();
  if (left.length > 0) throw new UserError(`The clouds have still:\n${left.map((what) => `  ${what}`).join("\n")}`);
  await rehearsal.ground.clear();
  return changes;
}
