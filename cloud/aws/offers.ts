import type { Offers, Reach } from "../managed.ts";

/** Agent on every machine that hands out credentials: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
export const POD_IDENTITY_AGENT: Reach = { cidrs: ["169.254.170.23/32"], ports: [80] };

/**
 * What AWS runs of the datastores that applications ask for.
 *
 * @param identity whether pods can show who they are
 */
export function offersTo({ identity }: { identity: boolean }): Offers {
  return {
    postgres: {
      service: "Amazon RDS for PostgreSQL",
      port: 5432,
      username: "app",
      // https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-release-calendar.html
      versions: ["17", "16", "15", "18"],
      sizes: { small: "db.t4g.medium", medium: "db.m7g.large", large: "db.r7g.xlarge" },
      machines: /^db\.[a-z0-9]+\.[a-z0-9]+$/,
      settings: /^[a-z][a-z0-9_.]*$/,
      leastStorageGiB: 20,
      finalSnapshot: true,
      reached: "in the network",
      access: ["password"],
      ownAuthority: true,
    },
    redis: {
      service: "Amazon ElastiCache for Valkey",
      port: 6379,
      username: "app",
      // Valkey 7.2 and on speak what Redis 7 spoke: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
      versions: ["8.2", "8.1", "8.0", "7.2"],
      sizes: { small: "cache.t4g.small", medium: "cache.m7g.large", large: "cache.r7g.large" },
      machines: /^cache\.[a-z0-9]+\.[a-z0-9]+$/,
      settings: /^[a-z][a-z-]*$/,
      finalSnapshot: true,
      reached: "in the network",
      access: ["password"],
    },
    mongodb: {
      service: "Amazon DocumentDB",
      port: 27017,
      username: "app",
      // https://docs.aws.amazon.com/documentdb/latest/developerguide/docdb-engine-version-supportability.html
      versions: ["8.0.0", "5.0.0"],
      sizes: { small: "db.t4g.medium", medium: "db.r6g.large", large: "db.r6g.xlarge" },
      machines: /^db\.[a-z0-9]+\.[a-z0-9]+$/,
      settings: /^[a-z][a-z0-9_]*$/,
      finalSnapshot: true,
      reached: "in the network",
      access: ["password"],
      // https://docs.aws.amazon.com/documentdb/latest/developerguide/functional-differences.html
      options: { replicaSet: "rs0", retryWrites: "false" },
      ownAuthority: true,
    },
    objectstore: {
      service: "Amazon S3",
      port: 443,
      // The cloud makes the key that clients with a password sign with.
      username: "",
      reached: "over the internet",
      access: identity ? ["identity", "password"] : ["password"],
    },
  };
}
