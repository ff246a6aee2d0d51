import type * as pulumi from "@pulumi/pulumi";
import type { ManagedStore } from "../managed.ts";
import { type ManagedStoreArgs, storesOf } from "../stores.ts";
import { BlobStorage } from "./blob-storage.ts";
import { DocumentDb } from "./documentdb.ts";
import { ManagedRedis } from "./managed-redis.ts";
import type { Ground } from "./network.ts";
import type { AksPlan } from "./plan.ts";
import { FlexiblePostgres } from "./postgres.ts";
import type { PrivateZones } from "./private-zones.ts";

export interface StoreArgs extends ManagedStoreArgs {
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

export const createStore = storesOf<StoreArgs, AzureStore>("Azure", {
  postgres: FlexiblePostgres,
  redis: ManagedRedis,
  mongodb: DocumentDb,
  objectstore: BlobStorage,
});
