/** A zone goes, with all machines in it. */
import type { Plan } from "../../config/plan.ts";
import { zoneOf } from "../proofs/capacity-pools.ts";
import { type Finding, proved } from "../proofs/proof.ts";
import { bundledStore, insteadOfOneServer } from "../proofs/servers.ts";
import { type Drill, duration, notDrilled } from "./drill.ts";
import { partOf } from "./ready-pods.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "zone-loss";
const TITLE = "A zone goes: every tier keeps pods elsewhere, and is whole again";
const PLAYED =
  "The zone's machines go at once; Kubernetes takes their pods for lost when its garbage collector looks (40 s to a minute), and its scheduler finds others, with machines added as the pools allow. Disks of the zone stay there. Containers start at once here.";

export async function drillZoneLoss(stage: Stage): Promise<Drill> {
  const { plan, parts, ready, machines, mark } = stage;
  const nodes = await machines.all();
  const zones = [...new Set(nodes.map(zoneOf))];
  if (zones.length < 2) return notDrilled(NAME, TITLE, `all machines are in one zone, ${zones[0]}`);
  const zoneOfNode = new Map(nodes.map((node) => [node.metadata.name, zoneOf(node)]));
  const podsIn = (zone: string) => ready.pods.filter(({ spec }) => zoneOfNode.get(spec.nodeName ?? "") === zone).length;
  const [zone] = zones.toSorted((a, b) => podsIn(b) - podsIn(a)) as [string];

  const pods = podsIn(zone);
  const lost = ready.now;
  ready.lose(nodes.filter((node) => zoneOf(node) === zone).map(({ metadata }) => metadata.name));
  mark(`${zone} is gone, with ${pods} pods`);
  const left = new Map(parts.map(({ name }) => [name, ready.readyOf(name)]));
  const gone = await machines.lose(zone);
  const stuck = await machines.settle(ready, parts);
  const took = ready.now - lost;
  if (machines.added.length > 0) mark(`${machines.added.length} machines added meanwhile`);
  const waiting = new Map(stuck.map(({ pod, because }) => [partOf(pod) ?? pod.metadata.name, because]));
  const reached = new Map(parts.map(({ name }) => [name, ready.readyOf(name)]));
  mark(waiting.size === 0 ? "all are whole again" : `whole again, but for ${[...waiting.keys()].join(", ")}`);
  ready.lose([]);
  await machines.bringBack(gone);
  mark(`${zone} is back`);
  const whole = parts.length - waiting.size;
  const homeless = await machines.settle(ready, parts);

  for (const { pod, because } of homeless) waiting.set(partOf(pod) ?? pod.metadata.name, because);
  const findings = parts.flatMap(({ name, replicas, reserve = 0 }): Finding[] => [
    ...(replicas > 1 && left.get(name) === 0 ? [allThere(name, replicas, zone)] : []),
    ...(replicas > 1 && (reached.get(name) ?? 0) < reserve ? [tooFew(name, reserve)] : []),
    ...(waiting.has(name) ? [waits(plan, name, zone, waiting.get(name) as string, reached.get(name) ?? 0)] : []),
  ]);
  const summary = `${zone} with ${pods} pods gone: ${whole} of ${parts.length} parts whole again within ${duration(took)}`;
  return proved({ name: NAME, title: TITLE, summary }, findings, detailOf(stage, PLAYED));
}

function allThere(part: string, replicas: number, zone: string): Finding {
  return {
    severity: "failure",
    subject: part,
    sentence: `All ${replicas} replicas were in ${zone}: nothing was left.`,
    fix: "spread them over zones (topology spread), with machines in each",
  };
}

function tooFew(part: string, reserve: number): Finding {
  return {
    severity: "failure",
    subject: part,
    sentence: `It cannot reach the ${reserve} pods that its budget keeps until the zone is back.`,
    fix: "let the pool grow in the other zones",
  };
}

/** @param serving its pods that were ready without the zone */
function waits(plan: Plan, part: string, zone: string, because: string, serving: number): Finding {
  const isDisk = because.includes("volume node affinity") || because.includes("didn't match PersistentVolume");
  const store = bundledStore(plan, part);
  const [sentence, fix] = !isDisk
    ? [`It waits until ${zone} is back: ${because}.`, "let the pool grow in the other zones"]
    : serving === 0
      ? [
          `It is away until ${zone} is back: its disk is there.`,
          store ? insteadOfOneServer(store, plan.cluster) : "give it a volume that all zones reach",
        ]
      : [
          `${serving === 1 ? "One pod serves" : `${serving} pods serve`} until ${zone} is back, where the others' disks are.`,
          "see that as many carry the load; a server more, in another zone, makes up for it",
        ];
  return { severity: "warning", subject: part, sentence, fix };
}
