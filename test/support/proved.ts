/** What the proofs say of a stack that a test has landed. */
import assert from "node:assert/strict";
import { openApiServer } from "../../cloud/api-server.ts";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import type { Plan } from "../../config/plan.ts";
import type { Evidence } from "../../local/proofs/proofs.ts";
import { declaredBy } from "../../local/proofs/reachability/declared.ts";
import { NetworkPolicies } from "../../local/proofs/reachability/network-policies.ts";
import { partiesOf } from "../../local/proofs/reachability/parties.ts";
import type { Protocol } from "../../local/proofs/reachability/ports.ts";
import { apiServerIn } from "../../local/proofs/reachability/reachability.ts";
import { type ClusterObject, readSnapshot, Snapshot } from "../../local/proofs/snapshot.ts";
import { planOf } from "../../local/rehearsal/stack-file.ts";
import type { TestCluster } from "./cluster.ts";
import { type Attempt, askCyclonus, lets } from "./cyclonus.ts";

/** @param config as a stack file has it */
export async function planFrom(stack: string, config: Record<string, unknown>): Promise<Plan> {
  const settings = Object.entries(config).map(([key, value]) => [key.replace(/^landfall:/, ""), value]);
  return (await planOf(Object.fromEntries(settings), stack)).plan;
}

/** Reads the cluster; `close` lets go of it. */
export async function evidenceFor({ kubeconfig, context }: TestCluster, plan: Plan) {
  const { ask, send, close } = await openApiServer(readContext([kubeconfig], context));
  return { evidence: { plan, snapshot: await readSnapshot(ask), send } satisfies Evidence, close };
}

/** The same cluster, had somebody changed it by hand. */
export function edited(snapshot: Snapshot, edit: (objects: ClusterObject[]) => ClusterObject[]): Snapshot {
  return new Snapshot(edit(structuredClone(snapshot.kinds.flatMap((kind) => [...snapshot.of(kind)]))));
}

/** Between all parties of the application, by the ports that somebody declares and a few that nobody does. */
export async function agreesWithCyclonus(plan: Plan, snapshot: Snapshot): Promise<void> {
  const parties = partiesOf(snapshot, plan.namespace, declaredBy(plan, apiServerIn(snapshot)));
  const declared = plan.links.flatMap(({ ports }) => ports);
  const ports: [Protocol, number][] = [
    ...[...new Set([1, 53, 443, ...declared])].map((port): [Protocol, number] => ["TCP", port]),
    ["UDP", 53],
    ["SCTP", 80],
  ];
  const attempts = parties.flatMap((from) =>
    parties
      .filter((to) => from.isOwn || to.isOwn)
      .flatMap((to) => ports.map(([protocol, port]): Attempt => ({ from: from.end, to: to.end, protocol, port }))),
  );
  const policies = snapshot.of("NetworkPolicy");
  const judge = new NetworkPolicies(policies, snapshot.of("Namespace"));
  const [answers] = await askCyclonus([{ policies, judge, attempts }]);
  const own = attempts.map((attempt) => lets(judge, attempt));
  assert.ok(own.includes(true) && own.includes(false));
  assert.deepEqual(answers, own);
}
