/** Where AWS runs datastores: beside a cluster of this stack, or of somebody else's. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../config/plan.ts";
import type { Cloud } from "../cloud.ts";
import { podIdentity } from "./identity.ts";
import type { AwsSite } from "./settings.ts";
import { type AwsStore, createStore } from "./stores.ts";

export interface Site {
  provider: aws.Provider;
  region: string;
  vpcId: pulumi.Input<string>;
  /** In two zones or more. */
  dataSubnetIds: pulumi.Input<string>[];
  /** Where the pods' connections come from. */
  clients: { securityGroupIds: pulumi.Input<string>[] } | { cidrs: string[] };
  /** Beginning of what AWS calls the stores. */
  prefix: string;
  /** EKS cluster whose pods can show who they are. */
  clusterName?: pulumi.Input<string>;
}

export function createProvider(plan: Plan, { region, account }: { region: string; account?: string }): aws.Provider {
  return new aws.Provider("aws", {
    region: region as aws.Region,
    allowedAccountIds: account ? [account] : undefined,
    defaultTags: { tags: { "landfall:application": plan.application, "landfall:stack": plan.stack } },
  });
}

/** The stores of a cluster that is there already. */
export function connectSite(plan: Plan, settings: AwsSite): Pick<Cloud, "managed" | "identify"> {
  const { region, vpcId, subnetIds, clients, eksCluster } = settings;
  return storesAt({
    provider: createProvider(plan, settings),
    region,
    vpcId,
    dataSubnetIds: subnetIds,
    clients,
    prefix: `${plan.application}-${plan.stack}`,
    clusterName: eksCluster,
  });
}

export function storesAt(site: Site): Pick<Cloud, "managed" | "identify"> {
  const providers = [site.provider];
  const made = new Map<string, AwsStore>();
  return {
    managed(name, { datastore, password }, opts) {
      const identifier = `${site.prefix}-${datastore.name}`;
      const store = createStore(name, { datastore, password, site, identifier }, { ...opts, providers });
      made.set(datastore.name, store);
      return store;
    },
    identify(name, { serviceAccount, namespace, datastores }, opts) {
      const clusterName = site.clusterName as pulumi.Input<string>;
      const statements = datastores.flatMap((datastore) => (made.get(datastore.name) as AwsStore).permissions);
      if (statements.length === 0) return {};
      podIdentity(
        name,
        { clusterName, namespace, serviceAccount, statements },
        { parent: opts.parent, provider: site.provider },
      );
      return {};
    },
  };
}
