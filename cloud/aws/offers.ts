import type { Offers } from "../managed.ts";

/** What AWS runs of the datastores that applications ask for. */
export const offers: Offers = {
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
    reached: "in the network",
    access: ["password"],
  },
};
