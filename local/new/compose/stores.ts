/** Images of datastores that Landfall runs itself. */
import { type EngineName, engines } from "../../../components/datastores/engines.ts";

interface Known {
  engine: EngineName;
  /** Path of the image without its registry. */
  images: RegExp;
  /** Variables of the image that say as whom clients come, with which password, and to which database. */
  user?: string;
  password?: string;
  database?: string;
  /** Who clients are where nothing is said. */
  usualUser?: string;
}

const KNOWN: readonly Known[] = [
  {
    engine: "postgres",
    images:
      /^((library|bitnami|bitnamilegacy|pgvector|postgis|timescale)\/)?(postgres|postgresql|postgis|pgvector|timescaledb)$/,
    user: "POSTGRES_USER",
    password: "POSTGRES_PASSWORD",
    database: "POSTGRES_DB",
    usualUser: "postgres",
  },
  {
    engine: "redis",
    images: /^((library|bitnami|bitnamilegacy|valkey|redis)\/)?(redis|valkey|redis-stack|redis-stack-server)$/,
    password: "REDIS_PASSWORD",
  },
  {
    engine: "mongodb",
    images: /^((library|bitnami|bitnamilegacy|mongodb)\/)?(mongo|mongodb|mongodb-community-server)$/,
    user: "MONGO_INITDB_ROOT_USERNAME",
    password: "MONGO_INITDB_ROOT_PASSWORD",
    database: "MONGO_INITDB_DATABASE",
  },
  {
    engine: "objectstore",
    images: /^((minio|bitnami|bitnamilegacy|chrislusf)\/)?(minio|seaweedfs)$/,
    user: "MINIO_ROOT_USER",
    password: "MINIO_ROOT_PASSWORD",
  },
  { engine: "meilisearch", images: /^getmeili\/meilisearch$/, password: "MEILI_MASTER_KEY" },
  { engine: "qdrant", images: /^qdrant\/qdrant$/, password: "QDRANT__SERVICE__API_KEY" },
  { engine: "neo4j", images: /^(library\/)?neo4j$/, user: "", password: "NEO4J_AUTH", usualUser: "neo4j" },
  { engine: "chromadb", images: /^chromadb\/chroma$/ },
];

/** Servers with data of their own that Landfall has no engine for. */
export const FOREIGN =
  /(^|\/)(mysql|mariadb|percona|rabbitmq|kafka|cp-kafka|redpanda|elasticsearch|opensearch|cassandra|influxdb|clickhouse-server|memcached|nats|cockroach|couchdb|etcd|zookeeper|mssql|server)(:|@|$)/;

export interface Store {
  engine: EngineName;
  /** As Landfall knows it; undefined where it knows another one only. */
  version?: string;
  user?: string;
  password?: string;
  database?: string;
  /** Variables of the image that have been understood. */
  understood: string[];
}

/** @param environment of the service */
export function storeOf(image: string, environment: Readonly<Record<string, string>>): Store | undefined {
  const [, path = "", tag = ""] = /^(?:[a-z0-9.-]+\.[a-z]+(?::\d+)?\/)?([^:@]+)(?::([^@]+))?/.exec(image) ?? [];
  const known = KNOWN.find(({ images }) => images.test(path));
  if (!known) return undefined;
  const versions = Object.keys(engines[known.engine].images);
  const digits = tag.replace(/^v/, "");
  const version = versions.find(
    (version) => digits === version || digits.startsWith(`${version}.`) || digits.startsWith(`${version}-`),
  );
  const { user, password, database, usualUser } = known;
  const of = (variable: string | undefined) => (variable ? environment[variable] : undefined);
  const understood = [user, password, database, `${password}_FILE`].filter(
    (variable) => variable !== undefined && variable in environment,
  ) as string[];
  if (known.engine === "neo4j") {
    const [name, ...word] = (environment.NEO4J_AUTH ?? "").split("/");
    return { engine: "neo4j", version, user: name || usualUser, password: word.join("/") || undefined, understood };
  }
  return {
    engine: known.engine,
    version,
    user: of(user) ?? usualUser,
    password: of(password),
    database: of(database) ?? (known.engine === "postgres" ? (of(user) ?? usualUser) : undefined),
    understood,
  };
}
