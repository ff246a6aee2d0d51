import type * as pulumi from "@pulumi/pulumi";
import type { EngineName } from "../../components/datastores/engines.ts";
import type { ManagedDatastore } from "../../config/plan.ts";
import type { ManagedStore } from "../managed.ts";
import { Buckets } from "./objects.ts";
import { SqlPostgres } from "./postgres.ts";
import { Memorystore } from "./redis.ts";
import type { Site } from "./site.ts";

export interface StoreArgs {
  datastore: ManagedDatastore;
  /** Left out where the engine has none. */
  password?: pulumi.Output<string>;
  site: Site;
}

/** A store, and how it lets somebody in by who they are, where it can. */
export interface Store extends ManagedStore {
  /** @param member as IAM calls them */
  admit?(name: string, member: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): void;
}

/** One component for each engine that Google Cloud offers. */
const stores: Partial<
  Record<
    EngineName,
    new (
      name: string,
      args: StoreArgs,
      opts: pulumi.ComponentResourceOptions,
    ) => pulumi.ComponentResource & { store: Store }
  >
> = { postgres: SqlPostgres, redis: Memorystore, objectstore: Buckets };

export function createStore(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions): Store {
  const Store = stores[args.datastore.engine];
  if (!Store) throw new Error(`Google Cloud has no component for ${args.datastore.engine}`);
  return new Store(name, args, opts).store;
}
