/** The engine is killed in the middle of an update. */
import { proved } from "../proofs/proof.ts";
import { type Drill, notPutRight } from "./drill.ts";
import { lostOrDoubled, takeInventory } from "./inventory.ts";
import { reasonOf } from "./reasons.ts";
import { thisRelease, untilItArrives } from "./releases.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "killed-update";
const TITLE =
  "The engine is killed in the middle of an update: the next one ends it, with nothing lost and nothing doubled";
const PLAYED =
  "The engine, the program and the providers are killed (SIGKILL) once the first new pod is there; then `pulumi cancel`, `pulumi refresh --clear-pending-creates` and `pulumi up`.";

/** @param stage with another release than the plan's */
export async function drillKilledUpdate(stage: Stage): Promise<Drill> {
  const { api, plan, rehearsal, ready, machines, mark, parts } = stage;
  const before = await takeInventory(api, plan.namespace);
  const release = thisRelease(plan);
  await rehearsal.configure(release);
  mark("pulumi up");
  await rehearsal.killUp(() => untilItArrives(ready, release));
  mark(`killed; ${await rehearsal.pendingOperations()} operations without an end`);
  await rehearsal.forgetPendingCreates();
  const { code, everything } = await rehearsal.tryUp();
  mark(code === 0 ? "pulumi up has ended what was begun" : "pulumi up failed");
  if (code === 0) await machines.settle(ready, parts);
  const wrong = [
    ...(code === 0 ? [] : [`The next update failed: ${reasonOf(everything)}.`]),
    ...((await rehearsal.pendingOperations()) > 0 ? ["Operations are pending still."] : []),
    ...lostOrDoubled(before, await takeInventory(api, plan.namespace)),
  ];
  const findings = notPutRight("pulumi up", wrong, "npm run recover does it, or says more");
  const summary = "one recovery later: all there once, data the very same";
  return proved({ name: NAME, title: TITLE, summary }, findings, detailOf(stage, PLAYED));
}
