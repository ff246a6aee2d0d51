/** What a cloud runs of the datastores that applications ask for. Plain data, so that the plan can use it. */
import type * as pulumi from "@pulumi/pulumi";
import type { Endpoint } from "../components/datastores/engine.ts";
import type { EngineName } from "../components/datastores/engines.ts";
import type { Protocol, Size } from "../config/schema/datastore.ts";

/** Addresses that pods may reach. */
export interface Reach {
  cidrs: string[];
  /** Ranges within them that they may not. */
  except?: string[];
  ports: number[];
}

/** One of the cloud's services. */
export interface Offer {
  /** As the cloud calls it. */
  service: string;
  port: number;
  username: string;
  /** Versions that the cloud supports; left out where it has one only. The first is the default. */
  versions?: readonly string[];
  /** The cloud's names of sizes; left out where it has none. */
  sizes?: Readonly<Record<Size, string>>;
  /** Names of sizes that the cloud has beside them. */
  machines?: RegExp;
  /** Names of settings that can be changed; left out where there are none. */
  settings?: RegExp;
  /** Smallest volume, in GiB. @default none: it grows with what is in it */
  leastStorageGiB?: number;
  /** Sizes of volumes that there are, in GiB, the smallest first. @default any */
  volumesGiB?: readonly number[];
  /** Names of sizes that cannot have a second server. @default all can */
  singleServer?: RegExp;
  /** Fewest days that backups are kept. @default 1 */
  leastBackupDays?: number;
  /** Whether its data can outlive it, as a last snapshot or as backups. @default false */
  finalSnapshot?: boolean;
  /** Where it answers. */
  reached: "in the network" | "over the internet";
  /** How clients may show who they are; the first is the default. */
  access: readonly ("identity" | "password")[];
  /** What URLs say to its clients beside what the engine's always do. */
  options?: Readonly<Record<string, string>>;
  /** Whether clients ask DNS for the servers behind the host's name. @default false */
  srv?: boolean;
  /** Whether it has one database where the engine has several by number. @default false */
  oneDatabase?: boolean;
  /** What its clients speak, where that is not what the engine's do; a stack has to agree to it. */
  protocol?: Protocol;
  /** Setting that the stack leaves out, and without which nobody can show who they are. */
  needs?: string;
  /** Whether its certificates are of an authority that nobody knows who is not told. @default false */
  ownAuthority?: boolean;
}

export type Offers = Partial<Readonly<Record<EngineName, Offer>>>;

/** The cloud that runs datastores for a stack. */
export interface Manager {
  /** For people. */
  title: string;
  offers: Offers;
  /** Address ranges that its services have in the network. */
  cidrs: readonly string[];
  /** Where pods get what they show who they are with. @default nowhere that has to be let through */
  credentials?: Reach;
}

/** A store as the cloud has made it. */
export interface ManagedStore {
  endpoint: pulumi.Output<Endpoint>;
  /** Where the cloud has made one; else the one that it was given. */
  password?: pulumi.Output<string>;
  /** Certificates of the authority that its own are of, as PEM, where the offer says that it has one. */
  certificates?: pulumi.Input<string>;
  /** What has to be there before a client starts. */
  ready: pulumi.Resource[];
}
