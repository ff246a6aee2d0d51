/** Azure's list prices in East US. */
import type { ManagedDatastore } from "../../config/plan.ts";
import { HOURS, type Prices, type StorePrice } from "./prices.ts";

/** USD an hour of a CPU, by family, letters of what it has beside, and generation. */
const CPU: Readonly<Record<string, number>> = {
  Ds_v3: 0.048,
  Ds_v5: 0.048,
  Dads_v5: 0.0515,
  Dds_v5: 0.0565,
  Das_v5: 0.043,
  Es_v5: 0.063,
  Fs_v2: 0.0423,
};

/** USD a month of managed disks with one copy, by their GiB. Those in three zones cost half as much again. */
const STANDARD_SSD = tiers([32, 2.4], [64, 4.8], [128, 9.6], [256, 19.2], [512, 38.4], [1024, 76.8]);
const PREMIUM_SSD = tiers([32, 5.28], [64, 10.21], [128, 19.71], [256, 38.01], [512, 73.22], [1024, 135.17]);
const IN_ALL_ZONES = 1.5;

/** USD a month of one server. */
const POSTGRES: Readonly<Record<string, number>> = {
  Standard_B1ms: 12.41,
  Standard_D2ds_v5: 148.19,
  Standard_D2ads_v5: 148.19,
  Standard_D4s_v3: 284.7,
};
const REDIS: Readonly<Record<string, { each: number; approximate?: boolean }>> = {
  Balanced_B3: { each: 47.45 },
  Balanced_B5: { each: 80, approximate: true },
  MemoryOptimized_M10: { each: 157.68 },
};

/** A private endpoint: https://azure.microsoft.com/pricing/details/private-link/ */
const ENDPOINT = 7.3;

export const azurePrices: Prices = {
  region: "eastus",
  sources: [
    "https://azure.microsoft.com/pricing/details/kubernetes-service/",
    "https://azure.microsoft.com/pricing/details/virtual-machines/linux/",
    "https://azure.microsoft.com/pricing/details/managed-disks/",
    "https://azure.microsoft.com/pricing/details/azure-nat-gateway/",
    "https://azure.microsoft.com/pricing/details/load-balancer/",
    "https://azure.microsoft.com/pricing/details/postgresql/flexible-server/",
    "https://azure.microsoft.com/pricing/details/managed-redis/",
    "https://azure.microsoft.com/pricing/details/storage/blobs/",
    "https://azure.microsoft.com/pricing/details/monitor/",
  ],
  cluster: 73,
  machine: (name) => {
    const [, family = "", cpus = "", letters = "", generation = ""] =
      /^Standard_([A-Z])(\d+)([a-z]*)_(v\d)$/.exec(name) ?? [];
    const price = CPU[`${family}${letters}_${generation}`];
    return price === undefined ? undefined : price * Number(cpus) * HOURS;
  },
  // On the machine's own disk it costs nothing.
  systemDisk: (gib, type) => (type === "Ephemeral" ? 0 : PREMIUM_SSD(gib)),
  volume: (storageClass, gib) => {
    switch (storageClass) {
      case "default":
      case "managed-csi":
        return times(STANDARD_SSD(gib), IN_ALL_ZONES);
      case "managed-csi-premium":
        return times(PREMIUM_SSD(gib), IN_ALL_ZONES);
      case "azurefile-csi":
        return 0.06 * gib;
      case "azurefile-csi-premium":
        return 0.16 * gib;
      default:
        return undefined;
    }
  },
  snapshot: 0.05,
  address: 3.65,
  nat: { each: 32.85, machine: 0, gb: 0.045 },
  loadBalancer: { each: 18.25, gb: 0.005 },
  logs: { gb: 2.76, freeGb: 0 },
  key: 0,
  store: storePrice,
};

function storePrice({ engine, machine = "", highAvailability }: ManagedDatastore): StorePrice | undefined {
  const servers = highAvailability ? 2 : 1;
  switch (engine) {
    case "postgres": {
      const each = POSTGRES[machine];
      return each === undefined ? undefined : { servers: each * servers, gib: 0.138 * servers };
    }
    case "redis": {
      const price = REDIS[machine];
      return price && { servers: price.each * servers, gib: 0, endpoint: ENDPOINT, approximate: price.approximate };
    }
    case "objectstore":
      return { servers: 0, gib: highAvailability ? 0.026 : 0.0208, endpoint: ENDPOINT };
    default:
      return undefined;
  }
}

/** The smallest disk that holds so much. */
function tiers(...prices: readonly (readonly [gib: number, usd: number])[]): (gib: number) => number | undefined {
  return (gib) => prices.find(([most]) => gib <= most)?.[1];
}

function times(price: number | undefined, factor: number): number | undefined {
  return price === undefined ? undefined : price * factor;
}
