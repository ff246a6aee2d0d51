/** The proofs of a stack that a rehearsal has landed. */
import { openApiServer } from "../../cloud/api-server.ts";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import type { Plan } from "../../config/plan.ts";
import { openApi } from "../cluster/kubeconfig.ts";
import { proveCapacity } from "../proofs/capacity.ts";
import { proveCost } from "../proofs/cost.ts";
import type { Proof } from "../proofs/proof.ts";
import { proveAll } from "../proofs/proofs.ts";
import type { ApiServerAddresses } from "../proofs/reachability/declared.ts";
import { readSnapshot, type Snapshot } from "../proofs/snapshot.ts";
import type { Rehearsal } from "./rehearsal.ts";

/** By what the objects say, which takes a moment. */
export function proveStack(rehearsal: Rehearsal): Promise<Proof[]> {
  return prove(rehearsal, async () => []);
}

/** That, whether there is room for all pods, which is tried with pods of the proof's own, and what all of it costs. */
export function proveWhole(rehearsal: Rehearsal): Promise<Proof[]> {
  const { ground, plan } = rehearsal;
  return prove(rehearsal, async (snapshot) => {
    const api = openApi(ground.kubeconfig);
    try {
      return [await proveCapacity(plan, snapshot, api), proveCost(plan, snapshot)];
    } finally {
      api.close();
    }
  });
}

async function prove(rehearsal: Rehearsal, more: (snapshot: Snapshot) => Promise<Proof[]>): Promise<Proof[]> {
  const { ground, plan } = rehearsal;
  const { ask, send, close } = await openApiServer(readContext([ground.kubeconfig], undefined));
  try {
    const snapshot = await readSnapshot(ask);
    const proofs = await proveAll({ plan, snapshot, send, apiServer: await apiServerOf(rehearsal) });
    return [...proofs, ...(await more(snapshot))];
  } finally {
    close();
  }
}

async function apiServerOf(rehearsal: Rehearsal): Promise<ApiServerAddresses | undefined> {
  const { apiServer } = (await rehearsal.outputs()) as { apiServer?: ApiServerAddresses };
  return apiServer ?? statedIn(rehearsal.plan);
}

function statedIn({ cluster }: Plan): ApiServerAddresses | undefined {
  return cluster.provider === "kubeconfig" || cluster.provider === "stack" ? cluster.apiServer : undefined;
}

/** `✓`'s words: `reachability: 31 connections as declared`, with what was found below. */
export function describeProof({ name, outcome, summary, because, findings }: Proof): string {
  const words = outcome === "skipped" ? `not proved, ${because}` : (summary ?? outcome);
  const told = findings.map(
    ({ severity, subject, sentence, fix }) =>
      `    ${severity === "failure" ? "✗" : "!"} ${subject}: ${sentence}\n      fix  ${fix}`,
  );
  return [`${name}: ${words}`, ...told].join("\n");
}

/** What failed, in words. */
export function failuresOf(proofs: readonly Proof[]): string[] {
  return proofs.filter(({ outcome }) => outcome === "failed").map(describeProof);
}
