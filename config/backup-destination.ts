import { engines } from "../components/datastores/engines.ts";
import { RCLONE } from "../components/datastores/rclone.ts";
import type { UrlText } from "../components/secrets/secret-text.ts";
import { fromRegistry } from "./images.ts";
import { type Layers, placeOf } from "./layers.ts";
import { unknownName } from "./mistakes.ts";
import { storeCalled } from "./moves.ts";
import type { BundledDatastore, DatastorePlan, Peer } from "./plan.ts";
import { formatBytes, parseQuantity } from "./quantity.ts";
import type { DestinationInput } from "./schema/backup.ts";
import { namespaceOf, storageClassOf } from "./storage.ts";

/** Name of the secret that is the key of a bucket elsewhere. */
export const BACKUP_KEY = "backup";
/** Name of the secret that copies are encrypted with. */
export const ENCRYPTION_KEY = "backup-encryption";

/** Where the copies of one datastore go. */
export type Destination =
  /** The application's volume of that name. */
  | { kind: "volume"; volume: string }
  /** A volume of its own. */
  | { kind: "claim"; storage: string; storageClass?: string }
  | BucketDestination;

export interface BucketDestination {
  kind: "bucket";
  /** Address of its S3 API. */
  endpoint: string;
  region?: string;
  accessKeyId: string;
  /** Name of the secret that is its key. */
  secret: string;
  /** Bucket and folder. */
  path: string;
  /** Name of the secret that copies are encrypted with. */
  encryption?: string;
  /** Image of the client that uploads. */
  image: string;
  /** Volume that a copy is put together on. */
  scratch: { storage: string; storageClass?: string };
  peer: Peer;
  port: number;
}

type InBucket = Extract<DestinationInput, { bucket: string }>;

/** Undefined where it has a mistake. */
export function resolveDestination(
  layers: Layers,
  to: DestinationInput,
  datastore: BundledDatastore,
  datastores: readonly DatastorePlan[],
): Destination | undefined {
  if ("volume" in to) {
    const known = Object.keys(layers.application.volumes ?? {});
    if (known.includes(to.volume)) return { kind: "volume", volume: to.volume };
    layers.mistakes.push(unknownName(placeOf(layers, "backup", "to", "volume"), to.volume, known, "volume"));
    return undefined;
  }
  if ("storage" in to) {
    return { kind: "claim", storage: to.storage, storageClass: storageClassOf(layers, to.storageClass) };
  }
  const store = "datastore" in to ? ownStore(layers, to, datastores) : storeElsewhere(layers, to);
  if (!store) return undefined;
  return {
    kind: "bucket",
    ...store,
    path: `${to.bucket}/${to.prefix ?? namespaceOf(layers)}`,
    encryption: to.encrypt ? ENCRYPTION_KEY : undefined,
    image: fromRegistry(RCLONE.reference, layers.registry),
    scratch: { storage: to.scratch ?? sizeOf(datastore), storageClass: datastore.storageClass },
  };
}

type Store = Pick<BucketDestination, "endpoint" | "region" | "accessKeyId" | "secret" | "peer" | "port">;

function ownStore(
  layers: Layers,
  { datastore: name, bucket }: Extract<InBucket, { datastore: string }>,
  datastores: readonly DatastorePlan[],
): Store | undefined {
  const place = (key: string) => placeOf(layers, "backup", "to", key);
  const stores = datastores.filter(({ engine }) => engine === "objectstore");
  const store = storeCalled(stores, name);
  if (!store) {
    const known = stores.map(({ declared }) => declared);
    layers.mistakes.push(unknownName(place("datastore"), name, known, "object store"));
    return undefined;
  }
  if (store.mode === "managed") {
    layers.mistakes.push({
      path: place("datastore"),
      got: name,
      problem: "is run by the cloud, which asks its clients who they are; the backups' pods are nobody to it",
      allowed: "an object store that is bundled or external, or { endpoint, bucket, accessKeyId }",
      fix: "set to: { storage } or { endpoint, bucket, accessKeyId, cidrs }",
    });
    return undefined;
  }
  const { endpoint, mode, engine } = store;
  if (!endpoint.buckets.includes(bucket)) {
    layers.mistakes.push(unknownName(place("bucket"), bucket, endpoint.buckets, `bucket of "${name}"`));
  }
  return {
    endpoint: engines[engine].url(endpoint, "" as UrlText),
    accessKeyId: endpoint.username,
    secret: name,
    peer: mode === "bundled" ? { kind: "pods", component: name } : { kind: "addresses", name, cidrs: store.cidrs },
    port: endpoint.port,
  };
}

function storeElsewhere(
  layers: Layers,
  { endpoint, region, accessKeyId, cidrs }: Extract<InBucket, { endpoint: string }>,
): Store {
  const { hostname, port, protocol } = new URL(endpoint);
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
  if (!isAddress && !cidrs) {
    layers.mistakes.push({
      path: `${placeOf(layers, "backup", "to")}.cidrs`,
      problem: `is missing: a NetworkPolicy needs the addresses behind "${hostname}"`,
      allowed: "a list of address ranges",
      fix: "name the ranges that the provider publishes, or those of your private endpoint",
    });
  }
  return {
    endpoint,
    region,
    accessKeyId,
    secret: BACKUP_KEY,
    peer: { kind: "addresses", name: "backups", cidrs: cidrs ?? [`${hostname}/32`] },
    port: Number(port) || (protocol === "https:" ? 443 : 80),
  };
}

/** A copy is seldom larger than the data. */
function sizeOf({ engine, servers, volumes }: BundledDatastore): string {
  const data = parseQuantity(volumes[0]?.storage ?? "0");
  return formatBytes(engines[engine].backup?.ofEachServer ? data * BigInt(servers.length) : data);
}
