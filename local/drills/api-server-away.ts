/** The API server is away for a minute, from the middle of an update on. */
import { setTimeout as sleep } from "node:timers/promises";
import { proved } from "../proofs/proof.ts";
import { type Drill, duration, notPutRight } from "./drill.ts";
import { lostOrDoubled, takeInventory } from "./inventory.ts";
import { reasonOf } from "./reasons.ts";
import { nextRelease, thisRelease, untilItArrives } from "./releases.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "api-server-away";
const TITLE =
  "The API server is away for a minute in the middle of an update: the next one ends it, with nothing lost and nothing doubled";
const PLAYED =
  "The API server's process is killed once the first new pod is there, and started a minute later; then `pulumi up`.";
const AWAY_MILLISECONDS = 60_000;

/** @param stage with the plan's own release, which it has again afterwards */
export async function drillApiServerAway(stage: Stage): Promise<Drill> {
  const { api, plan, rehearsal, ready, machines, mark, parts } = stage;
  const before = await takeInventory(api, plan.namespace);
  const next = nextRelease(plan);
  await rehearsal.configure(next);
  mark("pulumi up");
  const began = ready.now;
  const update = rehearsal.tryUp().then((answer) => ({ ...answer, seconds: ready.now - began }));
  await untilItArrives(ready, next);
  rehearsal.ground.killApiServer();
  mark("the API server is gone");
  await sleep(AWAY_MILLISECONDS);
  await rehearsal.ground.startApiServer();
  mark("the API server is back");
  const { code, seconds } = await update;
  mark(
    code === 0
      ? `the update has waited, and ended after ${duration(seconds)}`
      : `the update had failed after ${duration(seconds)}`,
  );
  await rehearsal.configure(thisRelease(plan));
  const again = await rehearsal.tryUp();
  mark(again.code === 0 ? "pulumi up, back to the release before" : "pulumi up failed");
  if (again.code === 0) await machines.settle(ready, parts);
  const wrong = [
    ...(again.code === 0 ? [] : [`The next update failed: ${reasonOf(again.everything)}.`]),
    ...lostOrDoubled(before, await takeInventory(api, plan.namespace)),
  ];
  const findings = notPutRight("pulumi up", wrong, "npm run recover does it, or says more");
  const summary = `the update ${code === 0 ? "waited" : "failed"}, the next one did the rest: all there once, data the very same`;
  return proved({ name: NAME, title: TITLE, summary }, findings, detailOf(stage, PLAYED));
}
