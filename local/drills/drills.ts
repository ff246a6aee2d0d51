/** What every stack is put through before it is believed. Each leaves it as it was. */
import type { Rehearsal } from "../rehearsal/rehearsal.ts";
import { drillApiServerAway } from "./api-server-away.ts";
import { drillBadRelease } from "./bad-release.ts";
import { drillDrain } from "./drain.ts";
import { drillDrift } from "./drift.ts";
import type { Drill } from "./drill.ts";
import { drillKilledUpdate } from "./killed-update.ts";
import { drillLoad } from "./load.ts";
import { drillRollingUpdate } from "./rolling-update.ts";
import { onStage, type Stage } from "./stage.ts";
import { drillZoneLoss } from "./zone-loss.ts";

/** In the order that they are held in: the killed update goes back from the release that the one before it brought. */
export const DRILLS: Readonly<Record<string, (stage: Stage) => Promise<Drill>>> = {
  load: drillLoad,
  drain: drillDrain,
  "zone-loss": drillZoneLoss,
  "rolling-update": drillRollingUpdate,
  "killed-update": drillKilledUpdate,
  "api-server-away": drillApiServerAway,
  drift: drillDrift,
  "bad-release": drillBadRelease,
};

/** @param hold carries each of them out, and tells of it */
export async function drillStack(
  rehearsal: Rehearsal,
  names: readonly string[],
  hold: (name: string, drill: () => Promise<Drill>) => Promise<Drill>,
): Promise<Drill[]> {
  const held: Drill[] = [];
  for (const [name, drill] of Object.entries(DRILLS)) {
    if (names.includes(name)) held.push(await hold(name, () => onStage(rehearsal, drill)));
  }
  return held;
}
