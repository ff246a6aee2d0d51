import { chromadb } from "./chromadb.ts";
import type { Engine } from "./engine.ts";
import { meilisearch } from "./meilisearch.ts";
import { mongodb } from "./mongodb.ts";
import { neo4j } from "./neo4j.ts";
import { objectstore } from "./objectstore.ts";
import { postgres } from "./postgres.ts";
import { qdrant } from "./qdrant.ts";
import { redis } from "./redis.ts";

const all = { chromadb, meilisearch, mongodb, neo4j, objectstore, postgres, qdrant, redis };

export type EngineName = keyof typeof all;

/** Every kind of datastore by the name that applications use. */
export const engines: Readonly<Record<EngineName, Engine>> = all;
