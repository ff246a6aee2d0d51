/** All proofs of a stack, from the objects in its cluster. */
import type { Send } from "../../cloud/api-server.ts";
import type { Plan } from "../../config/plan.ts";
import { proveAdmission } from "./admission/admission.ts";
import { provePermissions } from "./permissions/permissions.ts";
import type { Proof } from "./proof.ts";
import type { ApiServerAddresses } from "./reachability/declared.ts";
import { proveReachability } from "./reachability/reachability.ts";
import { proveSinglePoints } from "./single-points/single-points.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Evidence {
  /** What is declared, and nothing else goes by. */
  plan: Plan;
  snapshot: Snapshot;
  send: Send;
  /** Where pods reach the API server. @default as the cluster has it */
  apiServer?: ApiServerAddresses;
}

export async function proveAll({ plan, snapshot, send, apiServer }: Evidence): Promise<Proof[]> {
  return Promise.all([
    proveReachability(plan, snapshot, apiServer),
    provePermissions(plan, snapshot, send),
    proveAdmission(plan, snapshot, send),
    proveSinglePoints(plan, snapshot),
  ]);
}
