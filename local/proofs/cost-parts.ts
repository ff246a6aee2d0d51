/** What of a stack costs money, by its plan and by the volumes that are claimed. */
import type { ClusterPlan } from "../../cloud/clouds.ts";
import type { NodePoolPlan } from "../../config/nodes.ts";
import type { DatastorePlan, ManagedDatastore, Plan } from "../../config/plan.ts";
import { parseQuantity } from "../../config/quantity.ts";
import type { Prices } from "./prices.ts";
import { awsPrices } from "./prices-aws.ts";
import { azurePrices } from "./prices-azure.ts";
import { gcpPrices } from "./prices-gcp.ts";
import type { Snapshot } from "./snapshot.ts";

export type CloudName = "aws" | "gcp" | "azure";

const TABLES: Readonly<Record<CloudName, Prices>> = { aws: awsPrices, gcp: gcpPrices, azure: azurePrices };

/** Who bills for the cluster and who for managed datastores; neither where the stack names no cloud. */
export function pricesFor(cluster: ClusterPlan): { cluster?: Prices; stores?: Prices } {
  switch (cluster.provider) {
    case "eks":
      return { cluster: awsPrices, stores: awsPrices };
    case "gke":
      return { cluster: gcpPrices, stores: gcpPrices };
    case "aks":
      return { cluster: azurePrices, stores: azurePrices };
    default:
      return { stores: cluster.cloud && TABLES[cluster.cloud.provider] };
  }
}

/** Of a cluster that the stack makes. */
export function poolsIn(cluster: ClusterPlan): NodePoolPlan[] {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return [];
    case "aks":
      return [cluster.systemPool, ...cluster.nodePools];
    default:
      return cluster.nodePools;
  }
}

/** How the machines get out: gateways that are paid for one by one, public addresses, endpoints of a zone each. */
export function wayOutOf(cluster: ClusterPlan): { gateways: number; addresses: number; endpoints: number } {
  switch (cluster.provider) {
    case "eks": {
      const { network } = cluster;
      if (network.kind === "existing") return { gateways: 0, addresses: 0, endpoints: 0 };
      const gateways = network.natGateways === "perZone" ? network.zones.length : 1;
      const endpoints = network.interfaceEndpoints ? INTERFACE_ENDPOINTS * network.zones.length : 0;
      return { gateways, addresses: gateways, endpoints };
    }
    case "gke":
      return { gateways: 0, addresses: cluster.existingNetwork ? 0 : 1, endpoints: 0 };
    case "aks":
      return cluster.network.outbound === "natGateway"
        ? { gateways: 1, addresses: 1, endpoints: 0 }
        : { gateways: 0, addresses: cluster.network.outbound === "loadBalancer" ? 1 : 0, endpoints: 0 };
    default:
      return { gateways: 0, addresses: 0, endpoints: 0 };
  }
}

/** Services that machines reach without leaving the network, as docs/eks.md counts them. */
const INTERFACE_ENDPOINTS = 8;

export interface Claim {
  name: string;
  storageClass: string;
  gib: number;
}

/** Volumes as they are claimed; as they are planned where there is no cluster to ask, or an operator claims them. */
export function claimsOf(plan: Plan, snapshot?: Snapshot): Claim[] {
  const bundled = plan.datastores.filter(isBundled);
  if (!snapshot) return [...bundled.flatMap(claimsOfStore), ...plan.volumes.map(claimOfVolume)];
  const claimed = snapshot.of("PersistentVolumeClaim").map(
    ({ metadata, spec }): Claim => ({
      name: metadata.name,
      storageClass: spec.storageClassName ?? "the default class",
      gib: gibOf(spec.resources.requests.storage),
    }),
  );
  return [...claimed, ...bundled.filter(({ operator }) => operator).flatMap(claimsOfStore)];
}

type Bundled = Extract<DatastorePlan, { mode: "bundled" }>;

function isBundled(store: DatastorePlan): store is Bundled {
  return store.mode === "bundled";
}

function claimsOfStore({ servers, volumes, storageClass = "the default class" }: Bundled): Claim[] {
  return servers.flatMap((server) =>
    volumes.map(({ name, storage }) => ({ name: `${name}-${server}`, storageClass, gib: gibOf(storage) })),
  );
}

function claimOfVolume({ name, storage, storageClass = "the default class" }: Plan["volumes"][number]): Claim {
  return { name, storageClass, gib: gibOf(storage) };
}

function gibOf(quantity: string): number {
  return Number(parseQuantity(quantity)) / 1000 / 1024 ** 3;
}

export function managedIn({ datastores }: Plan): ManagedDatastore[] {
  return datastores.filter((store) => store.mode === "managed");
}
