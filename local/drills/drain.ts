/** Every machine drained in turn, as an upgrade of the cluster does it. */
import type { Plan } from "../../config/plan.ts";
import { type Finding, proved } from "../proofs/proof.ts";
import { bundledStore, insteadOfOnePod, insteadOfOneServer } from "../proofs/servers.ts";
import { type Drill, duration } from "./drill.ts";
import { evictAll } from "./evict.ts";
import { lowest, type Part, partOf } from "./ready-pods.ts";
import { detailOf, type Stage } from "./stage.ts";

const NAME = "drain";
const TITLE = "Each machine is drained in turn: budgets are kept, and everything is whole again";
const PLAYED =
  "Evictions are asked of the real API server, which asks the budgets; a pool that may grow has one machine more in each zone meanwhile. Disks of a zone stay there. Containers end and start at once here.";

export async function drillDrain(stage: Stage): Promise<Drill> {
  const { api, plan, ready, machines, mark } = stage;
  // What ready pods must not fall below is what their budgets say.
  const parts = stage.parts.map((part) => ({ ...part, floor: part.reserve }));
  const nodes = await machines.all();
  const surge = await machines.surge();
  const findings: Finding[] = [];
  let drained = 0;
  let slowest = 0;
  for (const node of [...nodes.map(({ metadata }) => metadata.name), ...surge]) {
    if (!ready.pods.some(({ spec }) => spec.nodeName === node)) continue;
    const began = ready.now;
    await machines.cordon(node, true);
    const kept = await evictAll(api, node);
    mark(`${node} drained`);
    drained++;
    const stuck = await machines.settle(ready, stage.parts);
    slowest = Math.max(slowest, ready.now - began);
    findings.push(
      ...kept.map(({ pod, because }) => keptBack(pod, because)),
      ...stuck.map(({ pod, because }) => homeless(partOf(pod) ?? pod.metadata.name, node, because)),
    );
    if (!surge.includes(node)) await machines.cordon(node, false);
    await machines.settle(ready, stage.parts);
  }
  await machines.remove(surge);
  for (const part of parts) {
    const { name, floor } = part;
    const least = lowest(ready.steps.get(name) ?? []);
    if (floor !== undefined && least < floor) findings.push(below(name, least, floor));
    else if (floor === undefined && least === 0) findings.push(away(part, plan));
  }
  const summary = `${drained} machines, each empty and all pods ready again within ${duration(slowest)}`;
  return proved({ name: NAME, title: TITLE, summary }, unique(findings), detailOf({ ...stage, parts }, PLAYED));
}

function keptBack(pod: string, because: string): Finding {
  return {
    severity: "failure",
    subject: pod,
    sentence: `No machine that it is on can be drained: ${because}.`,
    fix: "give the tier a replica more, or let its budget let one go (minAvailable, maxUnavailable)",
  };
}

function homeless(part: string, node: string, because: string): Finding {
  return {
    severity: "warning",
    subject: part,
    sentence: `It waits until ${node} is back: ${because}.`,
    fix: "let the pool have one machine more while it is upgraded",
  };
}

function below(part: string, least: number, floor: number): Finding {
  return {
    severity: "failure",
    subject: part,
    sentence: `It had ${least} ready pods where its budget says ${floor}.`,
    fix: "look at the timeline: something but an eviction took pods away",
  };
}

function away({ name, replicas }: Part, plan: Plan): Finding {
  const store = bundledStore(plan, name);
  const tier = plan.tiers.find((one) => one.name === name);
  return {
    severity: "warning",
    subject: name,
    sentence:
      replicas === 1
        ? "It is away while its one pod moves, as long as it takes to start."
        : "It had no ready pod for a moment: no budget keeps one.",
    fix: store
      ? insteadOfOneServer(store, plan.cluster)
      : replicas === 1
        ? insteadOfOnePod(name, tier)
        : "give it a budget (minAvailable)",
  };
}

/** One machine after another says the same of a pod. */
function unique(findings: readonly Finding[]): Finding[] {
  const keys = new Map(findings.map((finding) => [`${finding.subject} ${finding.fix}`, finding]));
  return [...keys.values()];
}
