import type { Engine } from "./engine.ts";
import { meilisearch } from "./meilisearch.ts";
import { objectstore } from "./objectstore.ts";
import { postgres } from "./postgres.ts";
import { redis } from "./redis.ts";

const all = { meilisearch, objectstore, postgres, redis };

export type EngineName = keyof typeof all;

/** Every kind of datastore by the name that applications use. */
export const engines: Readonly<Record<EngineName, Engine>> = all;
