import type { Offer, Offers } from "../managed.ts";

/** What Azure runs of the datastores that applications ask for. */
export const offers: Offers = {
  postgres: {
    service: "Azure Database for PostgreSQL flexible server",
    port: 5432,
    username: "app",
    // https://learn.microsoft.com/azure/postgresql/configure-maintain/concepts-version-policy
    versions: ["17", "16", "15", "18"],
    sizes: { small: "Standard_B2s", medium: "Standard_D2ds_v5", large: "Standard_D4ds_v5" },
    machines: /^Standard_(B\d+m?s|[DE]\d+[a-z]*s(_v\d)?)$/,
    singleServer: /^Standard_B/,
    settings: /^[a-z][a-z0-9_.]*$/,
    volumesGiB: [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384],
    leastBackupDays: 7,
    reached: "in the network",
    access: ["password"],
    ownAuthority: true,
  },
  redis: {
    service: "Azure Managed Redis",
    port: 10_000,
    username: "default",
    sizes: { small: "Balanced_B1", medium: "Balanced_B5", large: "Balanced_B20" },
    machines: /^(Balanced_B|MemoryOptimized_M|ComputeOptimized_X)\d+$/,
    singleServer: /^Balanced_B0$/,
    oneDatabase: true,
    reached: "in the network",
    access: ["password"],
  },
  mongodb: {
    service: "Azure DocumentDB",
    port: 10_260,
    username: "app",
    versions: ["8.0", "7.0", "6.0"],
    sizes: { small: "M25", medium: "M40", large: "M50" },
    machines: /^M(10|20|25|30|40|50|60|80|200)$/,
    singleServer: /^M(10|20|25)$/,
    volumesGiB: [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384],
    srv: true,
    // https://learn.microsoft.com/azure/documentdb/quickstart-portal
    options: { authMechanism: "SCRAM-SHA-256", retrywrites: "false", maxIdleTimeMS: "120000" },
    reached: "in the network",
    access: ["password"],
  },
  objectstore: {
    service: "Azure Blob Storage",
    port: 443,
    username: "",
    protocol: "blob",
    reached: "in the network",
    access: ["identity"],
  },
};

/** To clusters whose pods Azure does not know. */
export const offersByPassword: Offers = {
  ...offers,
  objectstore: { ...(offers.objectstore as Offer), needs: "cluster.cloud.oidcIssuer" },
};
