/** The namespace that the application lands in. */
import type { Plan } from "../config/plan.ts";
import type { Ask, Named } from "./api-server.ts";
import { ClusterError } from "./kubeconfig-file.ts";

interface Namespace extends Named {
  metadata: Named["metadata"] & { deletionTimestamp?: string };
  status?: { conditions?: { type: string; status: string; message: string }[] };
}

/** What the namespace controller says where something holds it: `Some resources are remaining`, and which. */
const HELD = ["NamespaceDeletionDiscoveryFailure", "NamespaceContentRemaining", "NamespaceFinalizersRemaining"];

/** Refuses to land in a namespace that is going: the API server lets nothing be made there, one object after the other. */
export async function checkNamespace(ask: Ask, { namespace: name }: Plan): Promise<void> {
  const namespace = await ask<Namespace>(`/api/v1/namespaces/${name}`);
  if (!namespace?.metadata.deletionTimestamp) return;
  const held = (namespace.status?.conditions ?? []).filter(
    ({ type, status }) => status === "True" && HELD.includes(type),
  );
  const reasons = held.map(({ message }) => `\n  it says  ${message}`).join("");
  throw new ClusterError(
    `The namespace ${name} is being deleted since ${namespace.metadata.deletionTimestamp}.${reasons}`,
    "wait until it is gone; where a finalizer holds it, see that its controller runs; then pulumi up --refresh makes it anew",
  );
}
