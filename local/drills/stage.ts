import { setTimeout as sleep } from "node:timers/promises";
import type { Plan } from "../../config/plan.ts";
import type { Api } from "../cluster/api.ts";
import { openApi } from "../cluster/kubeconfig.ts";
import type { ClusterObject } from "../proofs/snapshot.ts";
import type { Rehearsal } from "../rehearsal/rehearsal.ts";
import type { DrillDetail, Mark } from "./drill.ts";
import { Machines } from "./machines.ts";
import { type Part, partsOf, ReadyPods } from "./ready-pods.ts";

const POLL_MILLISECONDS = 500;

/** What a drill has before it: the stack as it stands, whole. */
export interface Stage {
  rehearsal: Rehearsal;
  plan: Plan;
  api: Api;
  parts: Part[];
  ready: ReadyPods;
  machines: Machines;
  /** Notes what was done, or came of it, at this moment. */
  mark(what: string): void;
  marks: readonly Mark[];
}

/** Sets the stage for a drill, waits until the stack is whole, and clears up afterwards. */
export async function onStage<T>(rehearsal: Rehearsal, drill: (stage: Stage) => Promise<T>): Promise<T> {
  const { plan, ground } = rehearsal;
  const api = openApi(ground.kubeconfig);
  const ready = await ReadyPods.begin(api, plan.namespace);
  try {
    const parts = await scaledParts(api, plan.namespace);
    await ready.untilWhole(async () => parts);
    ready.beginAnew();
    const machines = await Machines.of(api, plan.cluster);
    await machines.pinVolumes(plan.namespace);
    const marks: Mark[] = [];
    const mark = (what: string) => void marks.push({ at: ready.now, what });
    return await drill({ rehearsal, plan, api, parts, ready, machines, mark, marks });
  } finally {
    await ready.end();
    api.close();
  }
}

/** Once their autoscalers have brought them to their fewest pods, which takes them a moment after an update from nothing. */
async function scaledParts(api: Api, namespace: string): Promise<Part[]> {
  const path = autoscalersIn(namespace);
  for (;;) {
    const [parts, scalers] = await Promise.all([partsOf(api, namespace), api.list<ClusterObject>(path)]);
    const isScaled = ({ object, replicas }: Part) =>
      scalers.every(
        ({ spec: { scaleTargetRef: target, minReplicas = 1 } }) =>
          target.kind !== object.kind || target.name !== object.metadata.name || replicas >= minReplicas,
      );
    if (parts.every(isScaled)) return parts;
    await sleep(POLL_MILLISECONDS);
  }
}

/** Path of the horizontal ones. */
export function autoscalersIn(namespace: string): string {
  return `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`;
}

export function detailOf({ parts, ready, marks }: Stage, played: string): DrillDetail {
  const timelines = parts.map(({ name, floor }) => ({
    subject: name,
    floor,
    steps: [...(ready.steps.get(name) ?? [])],
  }));
  return { played, seconds: ready.now, timelines, marks: [...marks] };
}
