import type { ManagedStore } from "../managed.ts";
import { type ManagedStoreArgs, storesOf } from "../stores.ts";
import type { Statement } from "./identity.ts";
import { DocumentDb } from "./mongodb.ts";
import { S3Objects } from "./objects.ts";
import { RdsPostgres } from "./postgres.ts";
import { ElastiCacheRedis } from "./redis.ts";
import type { Site } from "./site.ts";

export interface StoreArgs extends ManagedStoreArgs {
  site: Site;
  /** What AWS calls it, as far as it takes as many characters. */
  identifier: string;
}

export interface AwsStore extends ManagedStore {
  /** What clients need that show who they are. */
  permissions: Statement[];
}

export const createStore = storesOf<StoreArgs, AwsStore>("AWS", {
  postgres: RdsPostgres,
  redis: ElastiCacheRedis,
  mongodb: DocumentDb,
  objectstore: S3Objects,
});
