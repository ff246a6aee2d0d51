import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { IdentityArgs } from "../cloud.ts";
import type { Store } from "./stores.ts";

interface AdmitArgs extends Pick<IdentityArgs, "serviceAccount" | "namespace"> {
  project: string;
  /** By name. */
  stores: ReadonlyMap<string, Store>;
}

/**
 * Lets a Kubernetes service account use stores by itself, without a service account of Google's between them:
 * https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
 */
export function admitPods(
  name: string,
  { project, serviceAccount, namespace, stores }: AdmitArgs,
  opts: pulumi.CustomResourceOptions & { provider: gcp.Provider },
): void {
  const { number } = gcp.organizations.getProjectOutput({ projectId: project }, { provider: opts.provider });
  const pool = pulumi.interpolate`projects/${number}/locations/global/workloadIdentityPools/${project}.svc.id.goog`;
  const member = pulumi.interpolate`principal://iam.googleapis.com/${pool}/subject/ns/${namespace}/sa/${serviceAccount}`;
  for (const [store, { admit }] of stores) admit?.(`${name}-${store}`, member, opts);
}
