import type * as pulumi from "@pulumi/pulumi";
import type { ManagedStore } from "../managed.ts";
import { type ManagedStoreArgs, storesOf } from "../stores.ts";
import { Buckets } from "./objects.ts";
import { SqlPostgres } from "./postgres.ts";
import { Memorystore } from "./redis.ts";
import type { Site } from "./site.ts";

export interface StoreArgs extends ManagedStoreArgs {
  site: Site;
}

/** A store, and how it lets somebody in by who they are, where it can. */
export interface Store extends ManagedStore {
  /** @param member as IAM calls them */
  admit?(name: string, member: pulumi.Input<string>, opts: pulumi.CustomResourceOptions): void;
}

export const createStore = storesOf<StoreArgs, Store>("Google Cloud", {
  postgres: SqlPostgres,
  redis: Memorystore,
  objectstore: Buckets,
});
