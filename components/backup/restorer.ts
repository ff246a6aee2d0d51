/** What restores and what proves restores have in common: they write to a server, by its password, what a copy has. */
import type * as pulumi from "@pulumi/pulumi";
import type { BackupPlan } from "../../config/backup.ts";
import type { Plan } from "../../config/plan.ts";
import type { Connection } from "../datastores/datastore.ts";
import { engines } from "../datastores/engines.ts";
import { labelsOf } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import { allowLinks } from "../network.ts";
import type { Secrets, StoredSecret } from "../secrets/secrets.ts";

export interface RestorerArgs {
  plan: Plan;
  backup: BackupPlan;
  namespace: Namespace;
  connection: Connection;
  secrets: Secrets;
  /** The keys of a bucket. */
  keys?: StoredSecret["envFrom"];
  /** Claim of the volume that keeps the copies; none where a bucket does. */
  claim?: pulumi.Input<string>;
}

/** @param component name of its pods */
export function restorer(
  name: string,
  component: string,
  { plan, backup, namespace, connection, secrets }: RestorerArgs,
  opts: pulumi.CustomResourceOptions,
) {
  const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, component) };
  const network = allowLinks(name, { plan, component, namespace: metadata.namespace }, opts);
  const hasPassword = engines[backup.datastore.engine].passwordLength !== undefined;
  const secret = hasPassword
    ? secrets.store(`${name}-secret`, { metadata, values: { TO_PASSWORD: connection.field("password").value } }, opts)
    : undefined;
  return { metadata, network, secret };
}
