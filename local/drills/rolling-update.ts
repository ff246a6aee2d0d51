/** A new release of every tier. */
import { type Finding, proved } from "../proofs/proof.ts";
import type { Drill } from "./drill.ts";
import { lowest, type Part, partOf } from "./ready-pods.ts";
import { nextRelease, releasedTiers } from "./releases.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "rolling-update";
const TITLE = "A release of every tier: never fewer ready pods than their Deployments say";
const PLAYED =
  "`pulumi up` with another image for each tier, by the real engine; the real controllers replace the pods. Containers start and end at once here.";

export async function drillRollingUpdate(stage: Stage): Promise<Drill> {
  const { plan, rehearsal, ready, machines, mark } = stage;
  const parts = stage.parts.map((part) => ({ ...part, floor: updateFloor(part) }));
  await rehearsal.configure(nextRelease(plan));
  mark("pulumi up");
  const changes = await rehearsal.up();
  mark(`updated: ${changes.updated ?? 0} resources, ${changes.replaced ?? 0} made anew`);
  const stuck = await machines.settle(ready, parts);
  mark("all pods are of the new release");
  const findings = [
    ...parts.flatMap(({ name, floor, reserve }): Finding[] => {
      const least = lowest(ready.steps.get(name) ?? []);
      if (floor !== undefined && least < floor) return [tooFew(name, least, `${floor} must stay while it is updated`)];
      return reserve !== undefined && least < reserve ? [underBudget(name, least, reserve)] : [];
    }),
    ...stuck.map(({ pod, because }) => tooFew(partOf(pod) ?? "", ready.readyOf(partOf(pod) ?? ""), because)),
  ];
  const released = releasedTiers(plan).length;
  const summary = `${released === 1 ? "1 tier" : `${released} tiers`}, ${parts.filter(({ floor }) => floor !== undefined).length} with pods that must stay ready`;
  return proved({ name: NAME, title: TITLE, summary }, findings, detailOf({ ...stage, parts }, PLAYED));
}

/** Left out where the part is meant to go down for an update. */
export function updateFloor({ object, replicas }: Pick<Part, "object" | "replicas">): number | undefined {
  const { strategy } = object.spec as {
    strategy?: { type: string; rollingUpdate?: { maxUnavailable?: number | string } };
  };
  if (object.kind !== "Deployment" || strategy?.type === "Recreate") return undefined;
  const most = strategy?.rollingUpdate?.maxUnavailable ?? "25%";
  const gone = typeof most === "number" ? most : Math.floor((replicas * Number.parseInt(most, 10)) / 100);
  return replicas - gone;
}

function tooFew(part: string, ready: number, because: string): Finding {
  return {
    severity: "failure",
    subject: part,
    sentence: `It had ${ready} ready pods: ${because}.`,
    fix: "see its readiness probe and maxUnavailable",
  };
}

function underBudget(part: string, ready: number, reserve: number): Finding {
  return {
    severity: "warning",
    subject: part,
    sentence: `It has ${ready} ready pods while it is updated, where its budget keeps ${reserve} from evictions.`,
    fix: "lower maxUnavailable, which updates go by",
  };
}
