import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { Identity, IdentityArgs } from "../cloud.ts";
import type { Store } from "./stores.ts";

/**
 * Lets a Kubernetes service account use stores by itself, without a service account of Google's between them:
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
 */
export function identify(
  name: string,
  {
    project,
    serviceAccount,
    namespace,
    datastores,
    stores,
  }: IdentityArgs & { project: string; stores: Readonly<Record<string, Store>> },
  opts: pulumi.CustomResourceOptions & { provider: pulumi.ProviderResource },
): Identity {
  const { number } = gcp.organizations.getProjectOutput({ projectId: project }, { provider: opts.provider });
  const pool = pulumi.interpolate`projects/${number}/locations/global/workloadIdentityPools/${project}.svc.id.goog`;
  const member = pulumi.interpolate`principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${serviceAccount}`;
  for (const datastore of datastores) stores[datastore.name]?.admit?.(`${name}-${datastore.name}`, member, opts);
  // The pool knows the account by its namespace and name.
  return {};
}
