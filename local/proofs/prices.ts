/**
 * List prices by cloud, on demand, in USD: a month is 730 hours. What is not in a table has no price here, and is said
 * to have none; nothing is guessed.
 */
import type { ManagedDatastore } from "../../config/plan.ts";

/** When the tables were taken. */
export const PRICES_AS_OF = "2026-11-21";
/** In a month, as clouds count. */
export const HOURS = 730;

export interface Prices {
  /** Region that the prices are of, whichever the stack lands in. */
  region: string;
  sources: readonly string[];
  /** Control plane of a production cluster in standard support. */
  cluster: number;
  /** A machine by the cloud's name of it. */
  machine: (name: string) => number | undefined;
  /** @param type the cloud's name of the kind. @default its usual one */
  systemDisk: (gib: number, type?: string) => number | undefined;
  /** A volume of a storage class that the program or the cloud brings. */
  volume: (storageClass: string, gib: number) => number | undefined;
  /** A GB of a disk's snapshots. */
  snapshot: number;
  /** Each public address. */
  address: number;
  nat: { each: number; machine: number; gb: number };
  /** Of one layer 4 balancer: by itself, and for a GB that goes through. */
  loadBalancer: { each: number; gb: number };
  logs: { gb: number; freeGb: number };
  /** Key that encrypts the cluster's secrets. */
  key: number;
  store: (store: ManagedDatastore) => StorePrice | undefined;
}

/** Of a managed datastore. */
export interface StorePrice {
  /** All of its servers. */
  servers: number;
  /** A GiB of its volume, in all zones that it is kept in; of what it holds for objects. */
  gib: number;
  /** Way into the network, where it is paid for. */
  endpoint?: number;
  /** Where the figure is not from the cloud's own list. */
  approximate?: boolean;
}
