/** Where Azure runs datastores: beside a cluster of this stack, or of somebody else's. */
import * as azure from "@pulumi/azure-native";
import type * as pulumi from "@pulumi/pulumi";
import type { ManagedDatastore, Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { type Grant, WorkloadIdentity } from "./identity.ts";
import type { StoreSubnet } from "./network-plan.ts";
import { PrivateZones } from "./private-zones.ts";
import type { AzureSite } from "./settings.ts";
import { type AzureStore, createStore } from "./stores.ts";

export interface Site {
  provider: azure.Provider;
  subscription: string;
  /** Beginning of what Azure calls the stores. */
  name: string;
  resourceGroupName: pulumi.Input<string>;
  virtualNetworkId: pulumi.Input<string>;
  subnetIds: Record<StoreSubnet, pulumi.Input<string>>;
  /** Private DNS zones that the network asks already, by domain. */
  privateZoneIds?: Readonly<Record<string, string>>;
  /** Whether backups are kept in the paired region too. */
  geoRedundantBackups: boolean;
  /** Who vouches for the cluster's service accounts; left out where Azure trusts none. */
  issuer?: pulumi.Input<string>;
}

export interface Place {
  provider: azure.Provider;
  group: azure.resources.ResourceGroup;
}

/** The provider, and the group that everything of the stack's is in. */
export function createPlace(plan: Plan, args: { name: string; subscription: string; location: string }): Place {
  const { name, subscription, location } = args;
  const provider = new azure.Provider("azure", { subscriptionId: subscription, location });
  const tags = { "landfall-application": plan.application, "landfall-stack": plan.stack };
  const group = new azure.resources.ResourceGroup(`${name}-group`, { resourceGroupName: name, tags }, { provider });
  return { provider, group };
}

/** The stores of a cluster that is there already. */
export function connectSite(plan: Plan, settings: AzureSite): Pick<Cloud, "managed" | "identify"> {
  const { subscription, virtualNetworkId, subnets, privateZoneIds, geoRedundantBackups = false, oidcIssuer } = settings;
  const name = `${plan.application}-${plan.stack}`;
  const { provider, group } = createPlace(plan, { ...settings, name });
  const idOf = (subnet: StoreSubnet) => `${virtualNetworkId}/subnets/${subnets[subnet].name}`;
  const site: Site = {
    provider,
    subscription,
    name,
    resourceGroupName: group.name,
    virtualNetworkId,
    subnetIds: { postgres: idOf("postgres"), endpoints: idOf("endpoints") },
    privateZoneIds,
    geoRedundantBackups,
    issuer: oidcIssuer,
  };
  return storesAt(site, new PrivateZones(site, { provider }));
}

export function storesAt(site: Site, zones: PrivateZones): Pick<Cloud, "managed" | "identify"> {
  const { provider, subscription, resourceGroupName } = site;
  const made = new Map<string, AzureStore>();
  return {
    managed(name, { datastore, password }, opts) {
      const store = createStore(name, { datastore, password, site, zones }, { ...opts, providers: [provider] });
      made.set(datastore.name, store);
      return store;
    },
    identify(name, { serviceAccount, namespace, datastores }, opts) {
      const issuer = site.issuer as pulumi.Input<string>;
      const grants = Object.fromEntries(datastores.flatMap((datastore) => grantsOf(datastore, made)));
      return new WorkloadIdentity(
        name,
        { subscription, resourceGroupName, issuer, serviceAccount, namespace, grants },
        { ...opts, providers: [provider] },
      ).identity;
    },
  };
}

/** What is in the store's containers, by names of their own. */
function grantsOf({ name, endpoint }: ManagedDatastore, made: ReadonlyMap<string, AzureStore>): [string, Grant][] {
  return (made.get(name)?.scopes ?? []).map((resource, index) => [
    `${name}-${endpoint.buckets[index]}`,
    { role: "Storage Blob Data Contributor", scope: resource.id, resource },
  ]);
}
