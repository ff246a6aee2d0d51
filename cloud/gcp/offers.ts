import type { Offer, Offers } from "../managed.ts";

/** What Google Cloud runs of the datastores that applications ask for. */
export const offers: Offers = {
  postgres: {
    service: "Cloud SQL for PostgreSQL",
    port: 5432,
    username: "app",
    // https://cloud.google.com/sql/docs/postgres/db-versions
    versions: ["17", "16", "15", "18"],
    sizes: { small: "db-g1-small", medium: "db-custom-2-7680", large: "db-custom-4-15360" },
    machines: /^db-(f1-micro|g1-small|custom-\d+-\d+)$/,
    settings: /^[a-z][a-z0-9_.]*$/,
    leastStorageGiB: 10,
    finalSnapshot: true,
    reached: "in the network",
    access: ["password"],
    ownAuthority: true,
    // Each instance has an authority of its own, and no name in its certificate that clients dial.
    options: { sslmode: "verify-ca" },
  },
  redis: {
    service: "Memorystore for Redis",
    // With TLS; without it would be 6379: https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption
    port: 6378,
    username: "default",
    versions: ["7.2", "7.0", "6.x"],
    sizes: { small: "1GB", medium: "5GB", large: "16GB" },
    machines: /^([1-9]|[1-9]\d|[12]\d\d|300)GB$/,
    settings: /^[a-z][a-z-]*$/,
    reached: "in the network",
    access: ["password"],
    ownAuthority: true,
  },
  objectstore: {
    service: "Cloud Storage",
    port: 443,
    username: "",
    reached: "over the internet",
    // S3's clients sign with the keys of a service account; Google's own clients can do without.
    access: ["password", "identity"],
  },
};

/** To clusters whose pods Google does not know. */
export const offersByPassword: Offers = {
  ...offers,
  objectstore: { ...(offers.objectstore as Offer), access: ["password"] },
};
