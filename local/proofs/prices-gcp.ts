/** Google Cloud's list prices in us-central1. */
import type { ManagedDatastore } from "../../config/plan.ts";
import { HOURS, type Prices, type StorePrice } from "./prices.ts";

/** USD an hour of a CPU and of a GiB of memory, by family; without discounts for sustained use. */
const FAMILIES: Readonly<Record<string, { cpu: number; gib: number }>> = {
  e2: { cpu: 0.021811, gib: 0.002923 },
  n2: { cpu: 0.031611, gib: 0.004237 },
  n2d: { cpu: 0.027502, gib: 0.003686 },
};
const GIB_PER_CPU: Readonly<Record<string, number>> = { standard: 4, highmem: 8, highcpu: 1 };
/** USD a month of machines that share a CPU. */
const SHARED: Readonly<Record<string, number>> = { "e2-micro": 6.11, "e2-small": 12.23, "e2-medium": 24.46 };

/** USD a month and GB. */
const DISKS: Readonly<Record<string, number>> = { "pd-balanced": 0.1, "pd-ssd": 0.17, "pd-standard": 0.04 };
const CLASSES: Readonly<Record<string, string>> = {
  balanced: "pd-balanced",
  ssd: "pd-ssd",
  "standard-rwo": "pd-balanced",
  "premium-rwo": "pd-ssd",
};

/** USD a month of a GB of Memorystore, by the most that a tier has. */
const REDIS: readonly { mostGb: number; basic: number; standard: number }[] = [
  { mostGb: 4, basic: 35.77, standard: 46.72 },
  { mostGb: 10, basic: 19.71, standard: 39.42 },
  { mostGb: 35, basic: 16.79, standard: 33.58 },
  { mostGb: 100, basic: 13.87, standard: 25.55 },
  { mostGb: 300, basic: 11.68, standard: 21.9 },
];

export const gcpPrices: Prices = {
  region: "us-central1",
  sources: [
    "https://cloud.google.com/kubernetes-engine/pricing",
    "https://cloud.google.com/compute/vm-instance-pricing",
    "https://cloud.google.com/compute/disks-image-pricing",
    "https://cloud.google.com/nat/pricing",
    "https://cloud.google.com/vpc/network-pricing",
    "https://cloud.google.com/sql/pricing",
    "https://cloud.google.com/memorystore/docs/redis/pricing",
    "https://cloud.google.com/storage/pricing",
    "https://cloud.google.com/stackdriver/pricing",
  ],
  cluster: 73,
  machine: (name) => {
    const [family = "", kind = "", count = ""] = name.split("-");
    const price = FAMILIES[family];
    // E2's highcpu has a GiB for each CPU, as N2's and N2D's.
    const gib = GIB_PER_CPU[kind];
    if (!price || !gib || !/^\d+$/.test(count)) return SHARED[name];
    return Number(count) * (price.cpu + price.gib * gib) * HOURS;
  },
  systemDisk: (gib, type = "pd-balanced") => times(DISKS[type], gib),
  volume: (storageClass, gib) => times(DISKS[CLASSES[storageClass] ?? ""], gib),
  snapshot: 0.05,
  address: 3.65,
  // By machines that use it, up to 32.
  nat: { each: 0, machine: 0.0014 * HOURS, gb: 0.045 },
  loadBalancer: { each: 18.25, gb: 0.008 },
  logs: { gb: 0.5, freeGb: 50 },
  key: 0.06,
  store: storePrice,
};

function storePrice(store: ManagedDatastore): StorePrice | undefined {
  const zones = store.highAvailability ? 2 : 1;
  switch (store.engine) {
    case "postgres": {
      const each = sqlServer(store.machine ?? "");
      return each === undefined ? undefined : { servers: each * zones, gib: 0.17 * zones };
    }
    case "redis": {
      const gb = Number(/^(\d+)GB$/.exec(store.machine ?? "")?.[1]);
      const tier = REDIS.find(({ mostGb }) => gb <= mostGb);
      return tier && { servers: gb * (store.highAvailability ? tier.standard : tier.basic), gib: 0 };
    }
    case "objectstore":
      return { servers: 0, gib: 0.02 };
    default:
      return undefined;
  }
}

/** Edition Enterprise: https://cloud.google.com/sql/pricing */
function sqlServer(machine: string): number | undefined {
  if (machine === "db-f1-micro") return 7.67;
  if (machine === "db-g1-small") return 25.55;
  const [, cpus, mebibytes] = /^db-custom-(\d+)-(\d+)$/.exec(machine) ?? [];
  return cpus && mebibytes ? Number(cpus) * 30.15 + (Number(mebibytes) / 1024) * 5.11 : undefined;
}

function times(price: number | undefined, gib: number): number | undefined {
  return price === undefined ? undefined : price * gib;
}
