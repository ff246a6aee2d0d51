/** The engine is killed in the middle of an update. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../proofs/proof.ts";
import { type Drill, drilled } from "./drill.ts";
import { lostOrDoubled, takeInventory } from "./inventory.ts";
import { Machines } from "./machines.ts";
import { reasonOf } from "./reasons.ts";
import { hasImage, releasedTiers, thisRelease } from "./releases.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "killed-update";
const TITLE =
  "The engine is killed in the middle of an update: the next one ends it, with nothing lost and nothing doubled";
const PLAYED =
  "The engine, the program and the providers are killed (SIGKILL) once the first new pod is there; then `pulumi cancel` and `pulumi up`.";
const POLL_MILLISECONDS = 100;

/** @param stage with another release than the plan's */
export async function drillKilledUpdate(stage: Stage): Promise<Drill> {
  const { api, plan, rehearsal, ready, mark, parts } = stage;
  const machines = await Machines.of(api, plan.cluster);
  const before = await takeInventory(api, plan.namespace);
  const images = releasedTiers(plan).map(({ image }) => image);
  await rehearsal.configure(thisRelease(plan));
  mark("pulumi up");
  await rehearsal.killUp(async () => {
    while (!ready.pods.some((pod) => images.some((image) => hasImage(pod, image)))) await sleep(POLL_MILLISECONDS);
  });
  mark(`killed; ${await rehearsal.pendingOperations()} operations without an end`);
  const { code, everything } = await rehearsal.tryUp();
  mark(code === 0 ? "pulumi up has ended what was begun" : "pulumi up failed");
  if (code === 0) await machines.settle(ready, parts);
  const wrong = [
    ...(code === 0 ? [] : [`The next update failed: ${reasonOf(everything)}.`]),
    ...((await rehearsal.pendingOperations()) > 0 ? ["Operations are pending still."] : []),
    ...lostOrDoubled(before, await takeInventory(api, plan.namespace)),
  ];
  const findings = wrong.map((sentence): Finding => {
    return { severity: "failure", subject: "pulumi up", sentence, fix: "npm run recover does it, or says more" };
  });
  const summary = "one `pulumi cancel` and one `pulumi up` later: all there once, data the very same";
  return drilled({ name: NAME, title: TITLE, summary }, findings, detailOf(stage, PLAYED));
}
