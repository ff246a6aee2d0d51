/** The proofs of a stack that a rehearsal has landed. */
import { openApiServer } from "../../cloud/api-server.ts";
import { readContext } from "../../cloud/kubeconfig-file.ts";
import type { Plan } from "../../config/plan.ts";
import type { Proof } from "../proofs/proof.ts";
import { proveAll } from "../proofs/proofs.ts";
import type { ApiServerAddresses } from "../proofs/reachability/declared.ts";
import { readSnapshot } from "../proofs/snapshot.ts";
import type { Rehearsal } from "./rehearsal.ts";

export async function proveStack(rehearsal: Rehearsal): Promise<Proof[]> {
  const { apiServer } = (await rehearsal.outputs()) as { apiServer?: ApiServerAddresses };
  return proveOn(rehearsal.kubeconfig, rehearsal.plan, apiServer);
}

/** @param apiServer where pods reach it, where the stack tells */
export async function proveOn(
  kubeconfig: string,
  plan: Plan,
  apiServer: ApiServerAddresses | undefined = statedIn(plan),
): Promise<Proof[]> {
  const { ask, send, close } = await openApiServer(readContext([kubeconfig], undefined));
  try {
    return await proveAll({ plan, snapshot: await readSnapshot(ask), send, apiServer });
  } finally {
    close();
  }
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
