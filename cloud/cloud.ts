import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Purpose, Standing } from "../config/addons/identity.ts";
import type { ManagedDatastore, Plan } from "../config/plan.ts";
import type { ExistingCluster, Site } from "../config/schema/cluster.ts";
import type { ManagedStore } from "./managed.ts";

/** What a place to land on hands to the application, whichever place it is. */
export interface Cloud {
  /** Provider of everything inside the cluster. */
  provider: k8s.Provider;
  /** Where pods reach the API server, for their NetworkPolicies. */
  apiServer: ApiServerAddresses;
  /** For stacks that land on this one's cluster, and secret; left out where it is somebody else's. */
  kubeconfig?: pulumi.Output<string>;
  /** By which the next update knows whether it lands on the same cluster; left out where this stack makes it. */
  identity?: string;
  /** What has to be there before anything runs in the cluster. */
  ready: pulumi.Resource[];
  /** Makes a managed datastore. The plan has none where nobody runs them. */
  managed(
    name: string,
    args: { datastore: ManagedDatastore; password?: pulumi.Output<string> },
    opts: pulumi.ComponentResourceOptions,
  ): ManagedStore;
  /** Lets the pods of a service account use managed datastores by who they are, without a password. */
  identify(name: string, args: IdentityArgs, opts: pulumi.ComponentResourceOptions): Identity;
  /** Lets an add-on act on the cloud. The plan has none where nobody can let it. */
  permit(name: string, args: PermitArgs, opts: pulumi.ComponentResourceOptions): Permit;
}

export interface PermitArgs {
  purpose: Purpose;
  /** Its name, and its namespace's. */
  serviceAccount: string;
  namespace: string;
}

export interface Permit extends Standing {
  /** What has to be there before its pods start. */
  ready: pulumi.Resource[];
}

export interface IdentityArgs {
  /** Its name, and its namespace's. */
  serviceAccount: string;
  namespace: string;
  /** Stores that were made by `managed`. */
  datastores: readonly ManagedDatastore[];
}

/** What the cloud looks for in the cluster. */
export interface Identity {
  /** Of the service account. */
  annotations?: Record<string, pulumi.Input<string>>;
  /** Of its pods. */
  podLabels?: Record<string, string>;
}

export interface ApiServerAddresses {
  cidrs: pulumi.Input<pulumi.Input<string>[]>;
  ports: number[];
}

/**
 * Reaches the cluster that the plan names, and checks that the plan can land there.
 *
 * @throws pulumi.RunError that says what is in the way. Nothing was created by then.
 */
export async function connect(plan: Plan): Promise<Cloud> {
  switch (plan.cluster.provider) {
    case "kubeconfig": {
      const { connectKubeconfig } = await import("./kubeconfig.ts");
      return withStores(plan, plan.cluster, await connectKubeconfig(plan, plan.cluster));
    }
    case "stack": {
      const { connectStack } = await import("./stack.ts");
      return withStores(plan, plan.cluster, await connectStack(plan, plan.cluster));
    }
    case "eks": {
      const { connectEks } = await import("./aws/connect.ts");
      return connectEks(plan, plan.cluster);
    }
    case "gke": {
      const { connectGke } = await import("./gcp/connect.ts");
      return connectGke(plan, plan.cluster);
    }
    case "aks": {
      const { connectAks } = await import("./azure/connect.ts");
      return connectAks(plan, plan.cluster);
    }
  }
}

/** A place to land before it is known who runs its datastores. */
export type Landing = Omit<Cloud, "managed" | "identify" | "permit">;

/** A cluster that is not this stack's, with the cloud that runs datastores for it, if one does. */
export async function withStores(plan: Plan, { cloud }: ExistingCluster, landing: Landing): Promise<Cloud> {
  return { ...landing, ...(await storesFrom(plan, cloud)), permit: nobodyDoes };
}

async function storesFrom(plan: Plan, site: Site | undefined): Promise<Pick<Cloud, "managed" | "identify">> {
  switch (site?.provider) {
    case undefined:
      return { managed: nobodyDoes, identify: nobodyDoes };
    case "aws": {
      const { connectSite } = await import("./aws/site.ts");
      return connectSite(plan, site);
    }
    case "gcp": {
      const { connectSite } = await import("./gcp/site.ts");
      return connectSite(plan, site);
    }
    case "azure": {
      const { connectSite } = await import("./azure/site.ts");
      return connectSite(plan, site);
    }
  }
}

function nobodyDoes(): never {
  throw new Error("the plan has something of a cloud's, and no cloud that makes it");
}
