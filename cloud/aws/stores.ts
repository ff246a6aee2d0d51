import type * as pulumi from "@pulumi/pulumi";
import type { EngineName } from "../../components/datastores/engines.ts";
import type { ManagedDatastore } from "../../config/plan.ts";
import type { ManagedStore } from "../managed.ts";
import { RdsPostgres } from "./postgres.ts";

export interface StoreArgs {
  datastore: ManagedDatastore;
  /** Left out where the engine has none. */
  password?: pulumi.Output<string>;
  network: StoreNetwork;
  /** Security group of the pods. */
  clientGroup: pulumi.Input<string>;
  /** What AWS calls it. */
  identifier: string;
}

export interface StoreNetwork {
  vpcId: pulumi.Input<string>;
  dataSubnetIds: pulumi.Input<string>[];
}

/** One component for each engine that AWS offers. */
const stores: Partial<
  Record<
    EngineName,
    new (
      name: string,
      args: StoreArgs,
      opts: pulumi.ComponentResourceOptions,
    ) => pulumi.ComponentResource & { store: ManagedStore }
  >
> = { postgres: RdsPostgres };

export function createStore(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions): ManagedStore {
  const Store = stores[args.datastore.engine];
  if (!Store) throw new Error(`AWS has no component for ${args.datastore.engine}`);
  return new Store(name, args, opts).store;
}
