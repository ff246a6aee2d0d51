import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { IdentityArgs } from "../cloud.ts";
import type { Store } from "./stores.ts";

interface AdmitArgs extends Pick<IdentityArgs, "serviceAccount" | "namespace"> {
  project: string;
  /** By name. */
  stores: ReadonlyMap<string, Store>;
}

/** A service account of the project's GKE clusters, as Google's roles name it. */
export function principalOf(
  { project, serviceAccount, namespace }: Omit<AdmitArgs, "stores">,
  { provider }: { provider: gcp.Provider },
): pulumi.Output<string> {
  const { number } = gcp.organizations.getProjectOutput({ projectId: project }, { provider });
  const pool = pulumi.interpolate`projects/${number}/locations/global/workloadIdentityPools/${project}.svc.id.goog`;
  return pulumi.interpolate`principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${serviceAccount}`;
}

/**
 * Lets a Kubernetes service account use stores by itself, without a service account of Google's between them:
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
 */
export function admitPods(
  name: string,
  { stores, ...account }: AdmitArgs,
  opts: pulumi.CustomResourceOptions & { provider: gcp.Provider },
): void {
  const member = principalOf(account, opts);
  for (const [store, { admit }] of stores) admit?.(`${name}-${store}`, member, opts);
}
