import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../cloud/cloud.ts";
import type { Plan } from "../config/plan.ts";
import { createRoles, createServiceAccounts } from "./access.ts";
import { type Connection, createDatastore } from "./datastores/datastore.ts";
import { createEdge } from "./edge/edge.ts";
import { Namespace } from "./namespace.ts";
import { Tier, type TierArgs } from "./tier.ts";

export interface ApplicationArgs {
  plan: Plan;
  secrets: Record<string, pulumi.Output<string>>;
  cloud: Cloud;
}

/** The whole application in its namespace: datastores first, then the tiers that use them, then the way in. */
export class Application extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** Where users reach it. */
  readonly url: string;

  constructor(name: string, args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    super("landfall:application:Application", name, {}, opts);
    const { plan, secrets, cloud } = args;

    const namespace = new Namespace(name, { plan, apiServer: cloud.apiServer }, { parent: this });
    const inside = { parent: this, deletedWith: namespace.resource };

    const connections: Record<string, Connection> = {};
    for (const datastore of plan.datastores) {
      const password = secrets[datastore.name] as pulumi.Output<string>;
      connections[datastore.name] = createDatastore(
        `${name}-${datastore.name}`,
        { plan, datastore, namespace, password },
        { parent: this },
      );
    }

    const accounts = createServiceAccounts(name, { plan, namespace }, inside);
    createRoles(name, { plan, namespace }, accounts, inside);

    const tiers: Record<string, Tier> = {};
    for (const tier of plan.tiers) {
      const serviceAccount = accounts[tier.serviceAccount] as TierArgs["serviceAccount"];
      const dependsOn = tier.after.flatMap((before) => connections[before]?.ready ?? (tiers[before] as Tier));
      tiers[tier.name] = new Tier(
        `${name}-${tier.name}`,
        { plan, tier, namespace, connections, secrets, serviceAccount },
        { parent: this, dependsOn },
      );
    }

    createEdge(name, { plan, namespace }, { ...inside, dependsOn: namespace });

    this.namespace = namespace.namespaceName;
    this.url = `https://${plan.edge.host}`;
    this.registerOutputs({ namespace: this.namespace, url: this.url });
  }
}
