import type * as pulumi from "@pulumi/pulumi";
import type { ManagedStore } from "../managed.ts";
import { type ManagedStoreArgs, storesOf } from "../stores.ts";
import { BlobStorage } from "./blob-storage.ts";
import { DocumentDb } from "./documentdb.ts";
import { ManagedRedis } from "./managed-redis.ts";
import { FlexiblePostgres } from "./postgres.ts";
import type { PrivateZones } from "./private-zones.ts";
import type { Site } from "./site.ts";

export interface StoreArgs extends ManagedStoreArgs {
  site: Site;
  zones: PrivateZones;
}

/** A store of Azure's. */
export interface AzureStore extends ManagedStore {
  /** What those who show who they are may read and write. */
  scopes?: pulumi.CustomResource[];
}

export const createStore = storesOf<StoreArgs, AzureStore>("Azure", {
  postgres: FlexiblePostgres,
  redis: ManagedRedis,
  mongodb: DocumentDb,
  objectstore: BlobStorage,
});
