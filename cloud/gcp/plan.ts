/** What a stack on GKE is going to have, as plain data. */
import { clusterName, type Layers } from "../../config/layers.ts";
import { checkOneMachine, type NodePoolPlan, POOL_LABEL, resolveNodePools, SPOT_TAINT } from "../../config/nodes.ts";
import type { DatastorePlan } from "../../config/plan.ts";
import type { NodePool, Taint } from "../../config/schema/nodes.ts";
import type { StorageClasses } from "../clouds.ts";
import type { Manager, Reach } from "../managed.ts";
import { badNetwork, cutterOf, overlap } from "../subnets.ts";
import { unsupportedVersion } from "../versions.ts";
import { checkRemotes, type RemoteRegistry, remoteRegistries } from "./image-cache-plan.ts";
import { acceleratorOf, checkMachines, DISK_TYPES, diskTypeOf } from "./machines.ts";
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
  /** Of managed datastores, which Google runs in a network of its own; left out where there are none. */
  privateServices?: string;
  controlPlane: string;
}

/** A network that is there, by the names of what the cluster uses of it. */
export interface ExistingNetwork {
  name: string;
  subnetwork: string;
  /** Secondary ranges. */
  pods: string;
  services: string;
  /** Range of managed datastores that is connected; left out where it is to be. */
  privateServices?: string;
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
  /** Left out where the stack makes the network. */
  existingNetwork?: ExistingNetwork;
  publicAccess: string[];
  nodePools: NodePoolPlan[];
  nodeUpgrade: { maxSurge: number; maxUnavailable: number };
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

export function resolveGke(layers: Layers, settings: GkeSettings, datastores: readonly DatastorePlan[]): GkePlan {
  const { stack, profile } = layers;
  const production = stack.profile === "production";
  const name = clusterName(layers, settings);
  const imageCaches = remoteRegistries(settings, name);
  checkRemotes(layers, settings, imageCaches);
  const offered = { machine: DEFAULT_MACHINE, diskTypes: DISK_TYPES, spotTaint: SPOT_TAINT };
  const nodePools = resolveNodePools(layers, settings.nodePools, offered);
  checkOneMachine(layers, "GKE", settings.nodePools);
  checkNames(layers, name, nodePools);
  checkMachines(layers, nodePools);
  const ranges = rangesOf(settings);
  if (ranges) checkPodAddresses(layers, ranges, nodePools);
  else layers.mistakes.push(badNetwork((settings.network as { cidr: string }).cidr));
  checkPrivateServices(layers, ranges, datastores);
  if (ranges) checkApart(layers, ranges);
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
    existingNetwork: existingNetworkOf(settings),
    publicAccess: settings.publicAccess ?? [],
    nodePools,
    nodeUpgrade: { maxSurge: 1, maxUnavailable: 0, ...settings.nodeUpgrade },
    nodeImage: settings.nodeImage ?? "COS_CONTAINERD",
    diskType: diskTypeOf(layers, nodePools, datastores.flatMap(poolOf)),
    regionalFiles: production,
    binaryAuthorization: settings.binaryAuthorization ?? false,
    secretManager: settings.secretManager ?? false,
    artifactRegistry: settings.artifactRegistry ?? false,
    imageCaches,
    backupRetentionDays: settings.backup ? (production ? 30 : 7) : undefined,
    deletionProtection: settings.deletionProtection ?? profile.protectData,
  };
}

/** The pool that a datastore is put on. */
function poolOf(datastore: DatastorePlan): string[] {
  const name = datastore.mode === "bundled" ? datastore.scheduling?.nodeSelector?.[POOL_LABEL] : undefined;
  return name === undefined ? [] : [name];
}

/** GKE's own: https://cloud.google.com/kubernetes-engine/docs/how-to/prepare-arm-workloads-for-deployment */
const ARM_TAINT: Taint = { key: "kubernetes.io/arch", value: "arm64", effect: "NoSchedule" };
const ARM = /^(t2a|c4a)-/;
/** GKE's own, where the pool beside has no GPUs: https://cloud.google.com/kubernetes-engine/docs/how-to/gpus */
const GPU_TAINT: Taint = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" };

/** Machines of the spot market take only what asks for them. */
export function gkeTaints({ spot, machine = DEFAULT_MACHINE }: NodePool): Taint[] {
  return [
    ...(spot ? [SPOT_TAINT] : []),
    ...(acceleratorOf(machine) ? [GPU_TAINT] : []),
    ...(ARM.test(machine) ? [ARM_TAINT] : []),
  ];
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

function existingNetworkOf({ network = {} }: GkeSettings): ExistingNetwork | undefined {
  if (!("name" in network)) return undefined;
  const { name, subnetwork, pods, services, privateServices } = network;
  return {
    name,
    subnetwork: subnetwork.name,
    pods: pods.range,
    services: services.range,
    privateServices: privateServices && "range" in privateServices ? privateServices.range : undefined,
  };
}

function checkApart({ mistakes }: Layers, ranges: GkeRanges): void {
  const all = Object.entries(ranges).filter(([, cidr]) => cidr !== undefined);
  for (const [index, [kind, cidr]] of all.entries()) {
    const other = all.slice(index + 1).find(([, beside]) => overlap(cidr, beside));
    if (!other) continue;
    mistakes.push({
      path: "landfall:cluster.network",
      got: [cidr, other[1]],
      problem: `the ranges ${kind} and ${other[0]} overlap`,
      fix: "give each the range that it has in the network, and the control plane one that is free",
    });
  }
}

/** Google runs these in a network of its own, which a network that is there has to be connected to. */
function checkPrivateServices(
  { mistakes }: Layers,
  ranges: GkeRanges | undefined,
  datastores: readonly DatastorePlan[],
): void {
  const store = datastores.find(
    ({ mode, engine }) => mode === "managed" && offers[engine]?.reached === "in the network",
  );
  if (!ranges || ranges.privateServices !== undefined || !store) return;
  mistakes.push({
    path: "landfall:cluster.network.privateServices",
    problem: `is missing: Google runs "${store.name}" in a network of its own`,
    allowed: "{ range, cidr } of a range that is connected, or { new } with a free one such as 10.8.64.0/20",
    fix: "gcloud compute addresses list --filter purpose=VPC_PEERING lists ranges that there are",
  });
}

/** Half for the pods, an eighth each for machines and managed datastores, a sixteenth for Services. */
function rangesOf({ network = {} }: GkeSettings): GkeRanges | undefined {
  if ("name" in network) {
    const { subnetwork, pods, services, controlPlane, privateServices } = network;
    return {
      nodes: subnetwork.cidr,
      pods: pods.cidr,
      services: services.cidr,
      privateServices: privateServices && ("new" in privateServices ? privateServices.new : privateServices.cidr),
      controlPlane,
    };
  }
  const found = cutterOf(network.cidr ?? DEFAULT_CIDR);
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
    fix: "lower nodePools.<name>.max, or choose a larger range of pods in landfall:cluster.network",
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
  const cidrs = ranges?.privateServices === undefined ? [] : [ranges.privateServices];
  return { title: "Google Cloud", offers, cidrs, credentials: METADATA };
}

/** For a cluster that is not this stack's. */
export function gcpManager({ privateServices, workloadIdentity }: GcpSite): Manager {
  const cidrs = [privateServices.cidr];
  return { title: "Google Cloud", offers: workloadIdentity ? offers : offersByPassword, cidrs, credentials: METADATA };
}

/** Google's front ends: https://cloud.google.com/load-balancing/docs/https#firewall-rules */
export const LOAD_BALANCERS = ["130.211.0.0/22", "35.191.0.0/16"] as const;
