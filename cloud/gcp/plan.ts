/** What a stack on GKE is going to have, as plain data. */
import { clusterName, type Layers } from "../../config/layers.ts";
import { type NodePoolPlan, resolveNodePools } from "../../config/nodes.ts";
import type { StorageClasses } from "../clouds.ts";
import type { Manager, Reach } from "../managed.ts";
import { badNetwork, cutterOf } from "../subnets.ts";
import { unsupportedVersion } from "../versions.ts";
import { checkRemotes, type RemoteRegistry, remoteRegistries } from "./image-cache-plan.ts";
import { checkMachines, diskTypeOf } from "./machines.ts";
import { offers, offersByPassword } from "./offers.ts";
import type { GcpSite, GkeSettings } from "./settings.ts";

/** In the regular channel on 2026-11-21; the first is the default. */
export const GKE_VERSIONS = ["1.35", "1.36"] as const;

/** 4 CPUs, 16 GiB. */
const DEFAULT_MACHINE = "e2-standard-4";
/** In UTC. */
export const DEFAULT_HOUR = 2;
const DEFAULT_CIDR = "10.0.0.0/16";
/** Regions without a zone a: https://cloud.google.com/compute/docs/regions-zones */
const ZONES: Readonly<Record<string, string>> = { "europe-west1": "bcd", "us-east1": "bcd" };

export interface GkeRanges {
  /** Of machines. */
  nodes: string;
  pods: string;
  services: string;
  /** Of managed datastores, which Google runs in a network of its own. */
  privateServices: string;
  controlPlane: string;
}

export interface GkePlan {
  provider: "gke";
  project: string;
  region: string;
  zones: string[];
  name: string;
  version: string;
  releaseChannel: "RAPID" | "REGULAR" | "STABLE" | "EXTENDED";
  maintenance: { hour: number; days: string[] };
  ranges: GkeRanges;
  publicAccess: string[];
  nodePools: NodePoolPlan[];
  nodeImage: string;
  /** Kind of disk that the machines of the cluster's own pods take. */
  diskType: "pd-balanced" | "hyperdisk-balanced";
  /** Whether shared file systems survive the loss of a zone. */
  regionalFiles: boolean;
  binaryAuthorization: boolean;
  secretManager: boolean;
  artifactRegistry: boolean;
  imageCaches: RemoteRegistry[];
  /** How long backups of the namespace are kept; left out where there are none. */
  backupRetentionDays?: number;
  deletionProtection: boolean;
}

export function resolveGke(layers: Layers, settings: GkeSettings): GkePlan {
  const { stack, profile } = layers;
  const production = stack.profile === "production";
  const name = clusterName(layers, settings);
  const nodePools = resolveNodePools(layers, settings.nodePools, DEFAULT_MACHINE);
  const imageCaches = remoteRegistries(settings, name);
  checkRemotes(layers, settings, imageCaches);
  checkNames(layers, name, nodePools);
  checkMachines(layers, nodePools);
  const ranges = rangesOf(settings);
  if (ranges) checkPodAddresses(layers, ranges, nodePools);
  else layers.mistakes.push(badNetwork(settings.network?.cidr as string));
  return {
    provider: "gke",
    project: settings.project,
    region: settings.region,
    zones: zonesOf(layers, settings),
    name,
    version: versionOf(layers, settings),
    releaseChannel: settings.releaseChannel ?? "REGULAR",
    maintenance: { hour: settings.maintenance?.hour ?? DEFAULT_HOUR, days: settings.maintenance?.days ?? ["SA", "SU"] },
    ranges: ranges as GkeRanges,
    publicAccess: settings.publicAccess ?? [],
    nodePools,
    nodeImage: settings.nodeImage ?? "COS_CONTAINERD",
    diskType: diskTypeOf(layers, nodePools),
    regionalFiles: production,
    binaryAuthorization: settings.binaryAuthorization ?? false,
    secretManager: settings.secretManager ?? false,
    artifactRegistry: settings.artifactRegistry ?? false,
    imageCaches,
    backupRetentionDays: settings.backup ? (production ? 30 : 7) : undefined,
    deletionProtection: settings.deletionProtection ?? profile.protectData,
  };
}

function versionOf({ mistakes }: Layers, { version = GKE_VERSIONS[0] }: GkeSettings): string {
  if (!GKE_VERSIONS.some((known) => known === version)) mistakes.push(unsupportedVersion("GKE", version, GKE_VERSIONS));
  return version;
}

function zonesOf({ mistakes }: Layers, { region, zones }: GkeSettings): string[] {
  const letters = ZONES[region] ?? "abc";
  const names = zones ?? [...letters].map((letter) => `${region}-${letter}`);
  for (const zone of names.filter((zone) => !new RegExp(`^${region}-[a-f]$`).test(zone))) {
    mistakes.push({
      path: "landfall:cluster.zones",
      got: zone,
      problem: `is not in region ${region}`,
      allowed: `names such as ${region}-b`,
      fix: "name zones of the region, or change the region",
    });
  }
  return names;
}

/** Names of clusters and node pools have 40 characters at most, and the provider adds a dash and seven of its own. */
const LONGEST_NAME = 32;

function checkNames({ mistakes }: Layers, name: string, pools: readonly NodePoolPlan[]): void {
  const names = [name, ...pools.map((pool) => `${name}-${pool.name}`)];
  for (const got of names.filter((name) => name.length > LONGEST_NAME)) {
    mistakes.push({
      path: "landfall:cluster.name",
      got,
      problem: "is too long for a name of GKE's",
      allowed: `${LONGEST_NAME} characters, of <name> and of <name>-<node pool>`,
      fix: "set landfall:cluster.name to a shorter one, or shorten the node pool's",
    });
  }
}

/** Half for the pods, an eighth each for machines and managed datastores, a sixteenth for Services. */
function rangesOf({ network }: GkeSettings): GkeRanges | undefined {
  const found = cutterOf(network?.cidr ?? DEFAULT_CIDR);
  if (!found) return undefined;
  const { cut, bits } = found;
  return {
    pods: cut(0, bits + 1),
    nodes: cut(16, bits + 3),
    services: cut(20, bits + 4),
    privateServices: cut(24, bits + 3),
    controlPlane: cut(28, 28),
  };
}

/** GKE gives each machine a /24 for its 110 pods: https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr */
const POD_BITS = 24;

function checkPodAddresses({ mistakes }: Layers, { pods }: GkeRanges, pools: readonly NodePoolPlan[]): void {
  const room = 2 ** (POD_BITS - Number(pods.split("/")[1]));
  const most = pools.reduce((sum, { max }) => sum + max, 0);
  if (most <= room) return;
  mistakes.push({
    path: "landfall:cluster.nodePools",
    got: most,
    problem: `is how far the machines may grow, and pods have addresses (${pods}) for ${room} of them`,
    allowed: `${room} machines in all pools together`,
    fix: "lower nodePools.<name>.max, or choose a larger landfall:cluster.network.cidr",
  });
}

export function gkeStorage({ storageClass, storageClasses }: GkeSettings): StorageClasses {
  return {
    storageClass: storageClass ?? "balanced",
    storageClasses: { standard: "balanced", fast: "ssd", shared: "filestore", ...storageClasses },
  };
}

/** Where pods get credentials: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity#network-policy */
const METADATA: Reach = { cidrs: ["169.254.169.254/32"], ports: [80] };

export function gkeManager(settings: GkeSettings): Manager {
  const ranges = rangesOf(settings);
  return { title: "Google Cloud", offers, cidrs: ranges ? [ranges.privateServices] : [], credentials: METADATA };
}

/** For a cluster that is not this stack's. */
export function gcpManager({ privateServices, workloadIdentity }: GcpSite): Manager {
  const cidrs = [privateServices.cidr];
  return { title: "Google Cloud", offers: workloadIdentity ? offers : offersByPassword, cidrs, credentials: METADATA };
}

/** Google's front ends: https://cloud.google.com/load-balancing/docs/https#firewall-rules */
export const LOAD_BALANCERS = ["130.211.0.0/22", "35.191.0.0/16"] as const;
