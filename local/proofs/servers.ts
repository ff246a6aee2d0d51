/** What one server, or one pod, could have instead. */
import { offersTo } from "../../cloud/aws/offers.ts";
import { offers as azure } from "../../cloud/azure/offers.ts";
import type { ClusterPlan } from "../../cloud/clouds.ts";
import { offers as gcp } from "../../cloud/gcp/offers.ts";
import type { Offers } from "../../cloud/managed.ts";
import { engines } from "../../components/datastores/engines.ts";
import type { BundledDatastore, Plan, TierPlan } from "../../config/plan.ts";
import type { Site } from "../../config/schema/cluster.ts";

type CloudName = Site["provider"];
const OFFERS: Record<CloudName, Offers> = { aws: offersTo({ identity: true }), gcp, azure };

/** How a store would outlive its only server, as far as its engine and the stack's cloud have it. */
export function insteadOfOneServer(
  { declared, engine }: Pick<BundledDatastore, "declared" | "engine">,
  cluster: ClusterPlan,
): string {
  const ways = [
    ...(engines[engine].cluster ? [`set datastores.${declared}.servers`] : []),
    ...managedBy(cloudOf(cluster), engine),
  ];
  return ways.length > 0
    ? ways.join(", or ")
    : "bring one that has several (mode: external), or see that what is put back from its backup is soon enough";
}

function managedBy(cloud: CloudName | undefined, engine: BundledDatastore["engine"]): string[] {
  if (cloud) return OFFERS[cloud][engine] ? ["have the cloud run it (mode: managed)"] : [];
  const isOffered = Object.values(OFFERS).some((offers) => offers[engine]);
  return isOffered ? ["have a cloud run it (cluster.cloud, and mode: managed)"] : [];
}

/** The one that could run the stack's datastores, where it names one. */
function cloudOf(cluster: ClusterPlan): CloudName | undefined {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return cluster.cloud?.provider;
    case "eks":
      return "aws";
    case "gke":
      return "gcp";
    case "aks":
      return "azure";
  }
}

/** How a tier would outlive its only pod, unless it must not have another. */
export function insteadOfOnePod(component: string, tier: Pick<TierPlan, "kind"> | undefined): string {
  return tier?.kind === "singleton"
    ? "nothing to set, for two would do its work twice: see that those who wait for it bear a restart"
    : `set tiers.${component}.replicas to 2 or more`;
}

/** The one that a part of the application is, if it is one. */
export function bundledStore({ datastores }: Pick<Plan, "datastores">, name: string): BundledDatastore | undefined {
  return datastores.filter((store) => store.mode === "bundled").find((store) => store.name === name);
}
