import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../config/plan.ts";

/** What a place to land on hands to the application, whichever place it is. */
export interface Cloud {
  /** Provider of everything inside the cluster. */
  provider: k8s.Provider;
  /** Where pods reach the API server, for their NetworkPolicies. */
  apiServer: ApiServerAddresses;
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
      return connectKubeconfig(plan, plan.cluster);
    }
  }
}
