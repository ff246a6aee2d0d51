import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import { createImageCaches } from "./image-cache.ts";
import { registryName } from "./image-cache-plan.ts";
import type { AksPlan } from "./plan.ts";
import { privateEndpoint } from "./private-endpoint.ts";
import type { PrivateZones } from "./private-zones.ts";
import { assign } from "./roles.ts";
import type { Site } from "./site.ts";

export interface RegistryArgs {
  plan: AksPlan;
  containerRegistry: string;
  kubelet: azure.managedidentity.UserAssignedIdentity;
  site: Site;
  zones: PrivateZones;
}

/** Lets the machines pull from the registry that the plan names, or from one of the stack's own. */
export function createRegistry(name: string, args: RegistryArgs, opts: pulumi.CustomResourceOptions): void {
  const { plan, containerRegistry, kubelet } = args;
  const scope = containerRegistry.startsWith("/") ? containerRegistry : ownRegistry(name, args, opts).id;
  assign(`${name}-pull`, { subscription: plan.subscription, role: "AcrPull", identity: kubelet, scope }, opts);
}

/** Azure keeps it in all zones of the region by itself. */
function ownRegistry(
  name: string,
  { plan, containerRegistry, site, zones }: RegistryArgs,
  opts: pulumi.CustomResourceOptions,
): azure.containerregistry.Registry {
  const { resourceGroupName } = site;
  const isPrivate = containerRegistry === "private";
  const registry = new azure.containerregistry.Registry(
    `${name}-registry`,
    {
      resourceGroupName,
      registryName: registryName(plan),
      sku: { name: isPrivate ? "Premium" : "Standard" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      ...(isPrivate ? { publicNetworkAccess: "Disabled", zoneRedundancy: "Enabled" } : {}),
    },
    opts,
  );
  if (isPrivate) {
    const endpoint = { site, zones, service: registry.id };
    privateEndpoint(`${name}-registry`, { ...endpoint, group: "registry", domain: "privatelink.azurecr.io" }, opts);
  }
  createImageCaches(
    name,
    { subscription: plan.subscription, resourceGroupName, registry, caches: plan.imageCaches },
    opts,
  );
  return registry;
}
