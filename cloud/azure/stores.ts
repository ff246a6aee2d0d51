import type * as pulumi from "@pulumi/pulumi";
import type { EngineName } from "../../components/datastores/engines.ts";
import type { ManagedDatastore } from "../../config/plan.ts";
import type { ManagedStore } from "../managed.ts";
import { BlobStorage } from "./blob-storage.ts";
import { DocumentDb } from "./documentdb.ts";
import { ManagedRedis } from "./managed-redis.ts";
import type { Ground } from "./network.ts";
import type { AksPlan } from "./plan.ts";
import { FlexiblePostgres } from "./postgres.ts";
import type { PrivateZones } from "./private-zones.ts";

export interface StoreArgs {
  datastore: ManagedDatastore;
  /** Left out where the engine has none. */
  password?: pulumi.Output<string>;
  plan: AksPlan;
  resourceGroupName: pulumi.Input<string>;
  ground: Ground;
  zones: PrivateZones;
}

/** A store of Azure's. */
export interface AzureStore extends ManagedStore {
  /** What those who show who they are may read and write. */
  scopes?: pulumi.CustomResource[];
}

/** One component for each engine that Azure offers. */
const stores: Partial<
  Record<
    EngineName,
    new (
      name: string,
      args: StoreArgs,
      opts: pulumi.ComponentResourceOptions,
    ) => pulumi.ComponentResource & { store: AzureStore }
  >
> = { postgres: FlexiblePostgres, redis: ManagedRedis, mongodb: DocumentDb, objectstore: BlobStorage };

export function createStore(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions): AzureStore {
  const Store = stores[args.datastore.engine];
  if (!Store) throw new Error(`Azure has no component for ${args.datastore.engine}`);
  return new Store(name, args, opts).store;
}
