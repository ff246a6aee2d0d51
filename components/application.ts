import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../cloud/cloud.ts";
import { idleOf, isCopying, recoveryOf, usedOf } from "../config/moves.ts";
import type { DatastorePlan, Plan } from "../config/plan.ts";
import { createAccounts, createRoles } from "./access.ts";
import { Backup } from "./backup/backup.ts";
import { createSnapshotClasses, Snapshots } from "./backup/snapshots.ts";
import { at, type Connection, createDatastore } from "./datastores/datastore.ts";
import { Move } from "./datastores/move.ts";
import { createEdge } from "./edge/edge.ts";
import { Monitoring } from "./monitoring/monitoring.ts";
import { Namespace } from "./namespace.ts";
import { fixedNames } from "./naming.ts";
import { createPriorityClasses } from "./priority.ts";
import { secretsOf } from "./secrets/secrets.ts";
import { createStorageClasses, createVolumes } from "./storage.ts";
import { Tier, type TierArgs } from "./tier.ts";

export interface ApplicationArgs {
  plan: Plan;
  /** Those that are the stack's own, by name. */
  secrets: Record<string, pulumi.Output<string>>;
  cloud: Cloud;
}

/** The whole application in its namespace: datastores first, then the tiers that use them, then the way in. */
export class Application extends pulumi.ComponentResource {
  readonly namespace: pulumi.Output<string>;
  /** Where users reach it. */
  readonly url: string;

  constructor(name: string, args: ApplicationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, cloud } = args;
    const transformations = [fixedNames(plan.application)];
    super("landfall:application:Application", name, {}, pulumi.mergeOptions(opts, { transformations }));
    const secrets = secretsOf(plan, args.secrets);

    const namespace = new Namespace(
      name,
      { plan, apiServer: cloud.apiServer, secrets },
      { parent: this, dependsOn: cloud.ready },
    );
    const inside = { parent: this, deletedWith: namespace.takesAlong };

    const storageClasses = createStorageClasses(name, plan, { parent: this });
    const volumes = createVolumes(name, { plan, namespace }, { ...inside, dependsOn: [namespace, ...storageClasses] });

    const connect = (datastore: DatastorePlan, before: readonly pulumi.Resource[] = []) =>
      createDatastore(
        `${name}-${datastore.name}`,
        { plan, datastore, namespace, cloud, secrets },
        { parent: this, dependsOn: [...storageClasses, ...before] },
      );
    const connections = Object.fromEntries(plan.datastores.map((datastore) => [datastore.name, connect(datastore)]));
    const idle = Object.fromEntries(
      plan.moves.flatMap((move) => {
        if (move.server !== undefined) return [];
        // The archive that it begins with is declared beside the store's own servers.
        const before = recoveryOf(move) ? connections[usedOf(move).name]?.ready : [];
        return [[move.name, connect(idleOf(move), before)]];
      }),
    );

    const accounts = createAccounts(name, { plan, namespace, cloud }, inside);
    createRoles(name, { plan, namespace }, accounts, inside);

    const priorityClasses = createPriorityClasses(name, plan, { parent: this });
    const tiers: Record<string, Tier> = {};
    for (const tier of plan.tiers) {
      const account = accounts[tier.serviceAccount] as TierArgs["account"];
      const dependsOn = tier.after.flatMap((before) => connections[before]?.ready ?? (tiers[before] as Tier));
      tiers[tier.name] = new Tier(
        `${name}-${tier.name}`,
        { plan, tier, namespace, connections, volumes, priorityClasses, secrets, account },
        { parent: this, dependsOn },
      );
    }

    const usersOf = ({ name }: DatastorePlan) =>
      plan.tiers.filter(({ after }) => after.includes(name)).map((tier) => tiers[tier.name] as Tier);
    for (const move of plan.moves.filter(isCopying)) {
      const used = connections[usedOf(move).name] as Connection;
      const other = move.server === undefined ? (idle[move.name] as Connection) : at(move.server, used);
      const [from, to] = move.stage === "restore" ? [other, used] : [used, other];
      new Move(
        `${name}-${move.name}`,
        { plan, move, namespace, cloud, from, to, secrets },
        { parent: this, dependsOn: move.stage === "copy" ? [] : usersOf(usedOf(move)) },
      );
    }

    for (const backup of plan.backups) {
      const connection = connections[backup.datastore.name] as Connection;
      const opts = { parent: this, dependsOn: storageClasses };
      const users = usersOf(backup.datastore);
      new Backup(`${name}-${backup.name}`, { plan, backup, namespace, connection, users, volumes, secrets }, opts);
    }
    const classes = createSnapshotClasses(name, plan, { parent: this });
    const { snapshots } = plan;
    if (snapshots) new Snapshots(`${name}-snapshots`, { plan, snapshots, namespace, classes }, { parent: this });

    createEdge(name, { plan, namespace }, { ...inside, dependsOn: namespace });

    const { monitoring } = plan;
    if (monitoring) new Monitoring(`${name}-monitoring`, { plan, monitoring, namespace, secrets }, { parent: this });

    this.namespace = namespace.namespaceName;
    this.url = `https://${plan.edge.host}`;
    this.registerOutputs({ namespace: this.namespace, url: this.url });
  }
}
