/** What the checks of one workload go by. */
import type { BundledDatastore, Plan, TierPlan } from "../../../config/plan.ts";
import type { Finding } from "../proof.ts";
import { bundledStore } from "../servers.ts";
import type { Snapshot } from "../snapshot.ts";
import { type Replicas, replicasOf, type Workload, workloadsOf } from "../workloads.ts";

export interface Subject extends Workload {
  snapshot: Snapshot;
  plan: Plan;
  replicas: Replicas;
  /** The tier that it is declared as, if it is one. */
  tier?: TierPlan;
  store?: BundledDatastore;
}

const FOR_GOOD = ["Deployment", "StatefulSet", "ReplicaSet", "Pod"];

/** What runs for good in the application's namespace; jobs end, and a DaemonSet is wherever its nodes are. */
export function subjectsOf(plan: Plan, snapshot: Snapshot): Subject[] {
  return workloadsOf(snapshot, plan.namespace)
    .filter(({ object }) => FOR_GOOD.includes(object.kind))
    .map((workload) => ({
      ...workload,
      snapshot,
      plan,
      replicas: replicasOf(snapshot, workload),
      tier: plan.tiers.find(({ name }) => name === workload.component),
      store: bundledStore(plan, workload.component),
    }));
}

/** What the stack has declared so is told; what it has not fails. */
export function toldIf(declared: boolean): Finding["severity"] {
  return declared ? "warning" : "failure";
}
