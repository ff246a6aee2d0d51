/** AWS's list prices in us-east-1. */
import type { ManagedDatastore } from "../../config/plan.ts";
import { HOURS, type Prices, type StorePrice } from "./prices.ts";

/** USD an hour of a family's machine of the size `large`, 2 CPUs; others cost as much more as they are larger. */
const LARGE: Readonly<Record<string, number>> = {
  m5: 0.096,
  m6i: 0.096,
  m6a: 0.0864,
  m6g: 0.077,
  m7i: 0.1008,
  m7g: 0.0816,
  c5: 0.085,
  c6i: 0.085,
  c6g: 0.068,
  c7g: 0.0725,
  r5: 0.126,
  r6i: 0.126,
  r6g: 0.1008,
  r7g: 0.1071,
  t3: 0.0832,
  t3a: 0.0752,
  t4g: 0.0672,
};
const SIZES: Readonly<Record<string, number>> = {
  medium: 0.5,
  large: 1,
  xlarge: 2,
  "2xlarge": 4,
  "4xlarge": 8,
  "8xlarge": 16,
};
/** USD an hour of machines with GPUs. */
const WITH_GPUS: Readonly<Record<string, number>> = { "g4dn.xlarge": 0.526, "g5.xlarge": 1.006 };

/** USD a month and GB. */
const DISKS: Readonly<Record<string, number>> = { gp3: 0.08, gp2: 0.1 };
/** gp3 has 3000 IOPS and 125 MB a second by itself; the class has 3000 and 125 more, at 0.005 and 0.04 each. */
const FASTER = 3000 * 0.005 + 125 * 0.04;

/** USD an hour of one server; Valkey's nodes cost four fifths of Redis'. */
const SERVERS: Readonly<Record<string, number>> = {
  "db.t4g.medium": 0.065,
  "db.m7g.large": 0.168,
  "db.r7g.xlarge": 0.478,
  "cache.t4g.small": 0.0256,
  "cache.m7g.large": 0.1264,
  "cache.r7g.large": 0.1752,
};

export const awsPrices: Prices = {
  region: "us-east-1",
  sources: [
    "https://aws.amazon.com/eks/pricing/",
    "https://aws.amazon.com/ec2/pricing/on-demand/",
    "https://aws.amazon.com/ebs/pricing/",
    "https://aws.amazon.com/vpc/pricing/",
    "https://aws.amazon.com/elasticloadbalancing/pricing/",
    "https://aws.amazon.com/rds/postgresql/pricing/",
    "https://aws.amazon.com/elasticache/pricing/",
    "https://aws.amazon.com/s3/pricing/",
    "https://aws.amazon.com/efs/pricing/",
    "https://aws.amazon.com/cloudwatch/pricing/",
  ],
  cluster: 73,
  machine: (name) => {
    const [family = "", size = ""] = name.split(".");
    const hour = WITH_GPUS[name] ?? (LARGE[family] ?? Number.NaN) * (SIZES[size] ?? Number.NaN);
    return Number.isNaN(hour) ? undefined : hour * HOURS;
  },
  systemDisk: (gib, type = "gp3") => times(DISKS[type], gib),
  volume: (storageClass, gib) => {
    if (storageClass === "gp3-fast") return 0.08 * gib + FASTER;
    return storageClass === "efs" ? 0.3 * gib : times(DISKS[storageClass], gib);
  },
  snapshot: 0.05,
  address: 3.65,
  nat: { each: 32.85, machine: 0, gb: 0.045 },
  // A unit of a network load balancer, 0.006 an hour, carries a GB in it.
  loadBalancer: { each: 16.43, gb: 0.006 },
  logs: { gb: 0.5, freeGb: 0 },
  key: 1,
  store: storePrice,
};

function storePrice({ engine, machine, highAvailability }: ManagedDatastore): StorePrice | undefined {
  const servers = highAvailability ? 2 : 1;
  if (engine === "objectstore") return { servers: 0, gib: 0.023 };
  const hour = SERVERS[machine ?? ""];
  if (hour === undefined) return undefined;
  return { servers: hour * HOURS * servers, gib: engine === "postgres" ? 0.115 * servers : 0, approximate: true };
}

function times(price: number | undefined, gib: number): number | undefined {
  return price === undefined ? undefined : price * gib;
}
