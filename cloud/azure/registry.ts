import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import { globalWord } from "./names.ts";
import type { AksPlan } from "./plan.ts";
import { assign } from "./roles.ts";

/** Lets the machines pull from the registry that the plan names, or from one of the stack's own. */
export function createRegistry(
  name: string,
  args: {
    plan: AksPlan;
    containerRegistry: string;
    resourceGroupName: pulumi.Input<string>;
    kubelet: azure.managedidentity.UserAssignedIdentity;
  },
  opts: pulumi.CustomResourceOptions,
): void {
  const { plan, containerRegistry, resourceGroupName, kubelet } = args;
  const scope =
    containerRegistry === "new"
      ? new azure.containerregistry.Registry(
          `${name}-registry`,
          {
            resourceGroupName,
            registryName: globalWord({ ...plan, of: "images", longest: 50 }),
            sku: { name: "Standard" },
            adminUserEnabled: false,
            anonymousPullEnabled: false,
          },
          opts,
        ).id
      : containerRegistry;
  assign(`${name}-pull`, { subscription: plan.subscription, role: "AcrPull", identity: kubelet, scope }, opts);
}
