/** Where Google Cloud runs datastores: beside a cluster of this stack, or of somebody else's. */
import * as gcp from "@pulumi/gcp";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedDatastore, Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { admitPods } from "./identity.ts";
import { DEFAULT_HOUR } from "./plan.ts";
import { enableServices, servicesFor } from "./services.ts";
import type { GcpSite } from "./settings.ts";
import { createStore, type Store } from "./stores.ts";

/** What datastores need that Google runs in a network of its own, peered with ours. */
export interface PrivateServices {
  /** Name of the range that they take their addresses from. */
  range: pulumi.Input<string>;
  /** What has to be there before the first of them. */
  ready: pulumi.Resource[];
}

export interface Site {
  provider: gcp.Provider;
  project: string;
  region: string;
  networkId: pulumi.Input<string>;
  /** Left out where no store is reached in the network. */
  privateServices?: PrivateServices;
  /** The APIs that stores are made with. */
  services: pulumi.Resource[];
  /** Hour of the day at which Google may begin to maintain them, in UTC. */
  maintenanceHour: number;
}

export function createProvider(plan: Plan, { project, region }: { project: string; region: string }): gcp.Provider {
  return new gcp.Provider("gcp", {
    project,
    region,
    defaultLabels: { "landfall-application": plan.application, "landfall-stack": labelOf(plan.stack) },
  });
}

/** Labels have lower-case letters, digits, dashes and underscores: https://cloud.google.com/compute/docs/labeling-resources */
function labelOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, "_")
    .slice(0, 63);
}

export function managedIn(plan: Plan): ManagedDatastore[] {
  return plan.datastores.filter((store) => store.mode === "managed");
}

/** The stores of a cluster that is there already. */
export function connectSite(plan: Plan, settings: GcpSite): Pick<Cloud, "managed" | "identify"> {
  const { project, region, network, privateServices } = settings;
  const provider = createProvider(plan, settings);
  const services = enableServices(plan.application, servicesFor(managedIn(plan)), { provider });
  return storesAt({
    provider,
    project,
    region,
    networkId: `projects/${project}/global/networks/${network}`,
    privateServices: { range: privateServices.range, ready: services },
    services,
    maintenanceHour: DEFAULT_HOUR,
  });
}

export function storesAt(site: Site): Pick<Cloud, "managed" | "identify"> {
  const { provider, project } = site;
  const made = new Map<string, Store>();
  return {
    managed(name, { datastore, password }, opts) {
      const providers = { providers: [provider] };
      const store = createStore(name, { datastore, password, site }, pulumi.mergeOptions(opts, providers));
      made.set(datastore.name, store);
      return store;
    },
    identify(name, { datastores, ...account }, opts) {
      const stores = new Map(datastores.map((datastore) => [datastore.name, made.get(datastore.name) as Store]));
      admitPods(name, { ...account, project, stores }, { parent: opts.parent, provider });
      // The project knows the account by its namespace and name.
      return {};
    },
  };
}
