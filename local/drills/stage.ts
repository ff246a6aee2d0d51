import type { Plan } from "../../config/plan.ts";
import type { Api } from "../cluster/api.ts";
import { openApi } from "../cluster/kubeconfig.ts";
import type { Rehearsal } from "../rehearsal/rehearsal.ts";
import type { DrillDetail, Mark } from "./drill.ts";
import { timelinesOf } from "./drill.ts";
import { type Part, partsOf, ReadyPods } from "./ready-pods.ts";

/** What a drill has before it: the stack as it stands, whole. */
export interface Stage {
  rehearsal: Rehearsal;
  plan: Plan;
  api: Api;
  parts: Part[];
  ready: ReadyPods;
  /** Notes what was done, or came of it, at this moment. */
  mark(what: string): void;
  marks: readonly Mark[];
}

/** Sets the stage for a drill, waits until the stack is whole, and clears up afterwards. */
export async function onStage<T>(rehearsal: Rehearsal, drill: (stage: Stage) => Promise<T>): Promise<T> {
  const { plan, kubeconfig } = rehearsal;
  const api = openApi(kubeconfig);
  const ready = await ReadyPods.begin(api, plan.namespace);
  try {
    const parts = await partsOf(api, plan.namespace);
    await ready.untilWhole(parts);
    const marks: Mark[] = [];
    const mark = (what: string) => void marks.push({ at: ready.now, what });
    return await drill({ rehearsal, plan, api, parts, ready, mark, marks });
  } finally {
    await ready.end();
    api.close();
  }
}

export function detailOf({ parts, ready, marks }: Stage, played: string): DrillDetail {
  return { played, seconds: ready.now, timelines: timelinesOf(parts, ready.steps), marks: [...marks] };
}
