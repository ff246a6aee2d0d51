import type * as pulumi from "@pulumi/pulumi";
import type { EngineName } from "../../components/datastores/engines.ts";
import type { ManagedDatastore } from "../../config/plan.ts";
import type { ManagedStore } from "../managed.ts";
import type { Statement } from "./identity.ts";
import { DocumentDb } from "./mongodb.ts";
import { S3Objects } from "./objects.ts";
import { RdsPostgres } from "./postgres.ts";
import { ElastiCacheRedis } from "./redis.ts";
import type { Site } from "./site.ts";

export interface StoreArgs {
  datastore: ManagedDatastore;
  /** Left out where the engine has none. */
  password?: pulumi.Output<string>;
  site: Site;
  /** What AWS calls it, as far as it takes as many characters. */
  identifier: string;
}

export interface AwsStore extends ManagedStore {
  /** What clients need that show who they are. */
  permissions: Statement[];
}

/** One component for each engine that AWS offers. */
const stores: Partial<
  Record<
    EngineName,
    new (
      name: string,
      args: StoreArgs,
      opts: pulumi.ComponentResourceOptions,
    ) => pulumi.ComponentResource & { store: AwsStore }
  >
> = { postgres: RdsPostgres, redis: ElastiCacheRedis, mongodb: DocumentDb, objectstore: S3Objects };

export function createStore(name: string, args: StoreArgs, opts: pulumi.ComponentResourceOptions): AwsStore {
  const Store = stores[args.datastore.engine];
  if (!Store) throw new Error(`AWS has no component for ${args.datastore.engine}`);
  return new Store(name, args, opts).store;
}
