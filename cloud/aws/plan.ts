/** What a stack on EKS is going to have, as plain data. */
import { clusterName, type Layers } from "../../config/layers.ts";
import { type NodePoolPlan, resolveNodePools, SPOT_TAINT } from "../../config/nodes.ts";
import type { NodePool, Taint } from "../../config/schema/nodes.ts";
import type { VolumePlan } from "../../config/storage.ts";
import type { StorageClasses } from "../clouds.ts";
import type { Manager } from "../managed.ts";
import { subnetsOf } from "../subnets.ts";
import { unsupportedVersion } from "../versions.ts";
import { checkCaches, type EcrCache, ecrCaches } from "./image-cache-plan.ts";
import { type AmiType, amiTypeOf } from "./machines.ts";
import { offersTo, POD_IDENTITY_AGENT } from "./offers.ts";
import type { AddonName, AwsSite, EksSettings } from "./settings.ts";

/** In standard support on 2026-11-21 and for a month at least; the first is the default. */
export const EKS_VERSIONS = ["1.36", "1.35"] as const;

/** 4 CPUs, 16 GiB. */
const DEFAULT_MACHINE = "m6i.xlarge";
/** The first is the default. */
const DISK_TYPES = ["gp3", "gp2"];
const DEFAULT_CIDR = "10.0.0.0/16";
/** Class of volumes that pods on several nodes mount. */
const SHARED_CLASS = "efs";
const ALWAYS: readonly AddonName[] = [
  ...(["vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns"] as const),
  ...(["aws-ebs-csi-driver", "snapshot-controller", "metrics-server"] as const),
];

export interface NewNetwork {
  kind: "new";
  cidr: string;
  /** By zone. */
  zones: { zone: string; publicCidr: string; privateCidr: string; dataCidr: string }[];
  natGateways: "perZone" | "one";
  flowLogs: boolean;
  interfaceEndpoints: boolean;
}

export interface ExistingNetwork {
  kind: "existing";
  cidr: string;
  vpcId: string;
  privateSubnetIds: string[];
  dataSubnetIds: string[];
}

export interface EksNodePool extends NodePoolPlan {
  amiType: AmiType;
  /** Of one architecture. */
  machines: string[];
}

/** Add-ons that a cluster has; the shared file system's driver where volumes need it. */
export interface AddonPlan {
  name: AddonName;
  /** @default AWS's own default for the version of Kubernetes */
  version?: string;
}

export interface EksPlan {
  provider: "eks";
  region: string;
  account?: string;
  name: string;
  version: string;
  network: NewNetwork | ExistingNetwork;
  publicAccess: string[];
  administrators: string[];
  nodePools: EksNodePool[];
  nodeRelease?: string;
  /** Machines of a pool that an upgrade replaces at a time. */
  nodeUpgradePercent: number;
  addons: AddonPlan[];
  /** Whether volumes are on a file system that pods on several nodes mount. */
  sharedFileSystem: boolean;
  repositories: string[];
  imageCaches: EcrCache[];
  deletionProtection: boolean;
}

export function resolveEks(layers: Layers, settings: EksSettings, volumes: readonly VolumePlan[]): EksPlan {
  const { profile } = layers;
  const name = clusterName(layers, settings);
  const imageCaches = ecrCaches(settings, name);
  checkCaches(layers, settings, imageCaches);
  const sharedFileSystem = volumes.some(({ storageClass }) => storageClass === SHARED_CLASS);
  return {
    provider: "eks",
    region: settings.region,
    account: settings.account,
    name,
    version: versionOf(layers, settings),
    network: networkOf(layers, settings),
    publicAccess: settings.publicAccess ?? [],
    administrators: settings.administrators ?? [],
    nodePools: nodePoolsOf(layers, settings),
    nodeRelease: settings.nodeRelease,
    nodeUpgradePercent: settings.nodeUpgradePercent ?? 33,
    addons: addonsOf(settings, sharedFileSystem),
    sharedFileSystem,
    repositories: settings.repositories ?? [],
    imageCaches,
    deletionProtection: settings.deletionProtection ?? profile.protectData,
  };
}

function versionOf({ mistakes }: Layers, { version = EKS_VERSIONS[0] }: EksSettings): string {
  if (!EKS_VERSIONS.some((known) => known === version)) mistakes.push(unsupportedVersion("EKS", version, EKS_VERSIONS));
  return version;
}

function nodePoolsOf(
  layers: Layers,
  { nodePools, version = EKS_VERSIONS[0], nodeRelease }: EksSettings,
): EksNodePool[] {
  if (nodeRelease !== undefined && !nodeRelease.startsWith(`${version}.`)) {
    layers.mistakes.push({
      path: "landfall:cluster.nodeRelease",
      got: nodeRelease,
      problem: `is no release for Kubernetes ${version}`,
      allowed: `releases such as ${version}.0-20261112`,
      fix: "name one of the cluster's version, or remove it for AWS's newest",
    });
  }
  const offered = { machine: DEFAULT_MACHINE, diskTypes: DISK_TYPES, spotTaint: SPOT_TAINT };
  return resolveNodePools(layers, nodePools, offered).map((pool) => {
    const machines = machinesOf(layers, pool, nodePools?.[pool.name] ?? {});
    return { ...pool, machines, amiType: amiTypeOf(pool.machine) ?? "AL2023_x86_64_STANDARD" };
  });
}

/** All of them, where the pool has several. */
function machinesOf({ mistakes }: Layers, { name, machine }: NodePoolPlan, given: NodePool): string[] {
  const path = `landfall:cluster.nodePools.${name}`;
  const machines = given.machines ?? [machine];
  if (given.machine !== undefined && given.machines !== undefined) {
    mistakes.push({
      path: `${path}.machine`,
      got: given.machine,
      problem: "machines is set too, and stands in its place",
      fix: "remove one of the two",
    });
  }
  for (const got of machines.filter((machine) => amiTypeOf(machine) === undefined)) {
    mistakes.push({
      path: `${path}.${given.machines ? "machines" : "machine"}`,
      got,
      problem: "is no instance type of EC2",
      allowed: "names such as m6i.xlarge, or m7g.xlarge for Graviton",
      fix: "use EC2's own name of a machine",
    });
  }
  const images = new Set(machines.map(amiTypeOf).filter((image) => image !== undefined));
  if (images.size > 1) {
    mistakes.push({
      path: `${path}.machines`,
      got: machines,
      problem: `they start from several images: ${[...images].join(", ")}`,
      allowed: "machines of one architecture, with GPUs all or none",
      fix: "make a pool of each architecture",
    });
  }
  return machines;
}

/** Machines of the spot market take only what asks for them. */
export function eksTaints({ spot }: NodePool): Taint[] {
  return spot ? [SPOT_TAINT] : [];
}

function addonsOf({ addonVersions = {}, cloudWatch = false }: EksSettings, sharedFileSystem: boolean): AddonPlan[] {
  const names: AddonName[] = [
    ...ALWAYS,
    ...(sharedFileSystem ? (["aws-efs-csi-driver"] as const) : []),
    ...(cloudWatch ? (["amazon-cloudwatch-observability"] as const) : []),
  ];
  return names.map((name) => ({ name, version: addonVersions[name] }));
}

function networkOf(layers: Layers, { region, zones, network = {} }: EksSettings): NewNetwork | ExistingNetwork {
  if ("vpcId" in network) return { kind: "existing", dataSubnetIds: network.privateSubnetIds, ...network };
  const cidr = network.cidr ?? DEFAULT_CIDR;
  const production = layers.stack.profile === "production";
  const names = zones ?? ["a", "b", "c"].map((letter) => `${region}${letter}`);
  for (const zone of names.filter((zone) => !zone.startsWith(region))) {
    layers.mistakes.push({
      path: "landfall:cluster.zones",
      got: zone,
      problem: `is not in region ${region}`,
      allowed: `names such as ${region}a`,
      fix: "name zones of the region, or change the region",
    });
  }
  const subnets = subnetsOf(layers, cidr, names.length);
  return {
    kind: "new",
    cidr,
    zones: names.map((zone, index) => ({ zone, ...subnets[index] }) as NewNetwork["zones"][number]),
    natGateways: network.natGateways ?? (production ? "perZone" : "one"),
    flowLogs: network.flowLogs ?? production,
    interfaceEndpoints: network.interfaceEndpoints ?? false,
  };
}

export function eksStorage({ storageClass, storageClasses }: EksSettings): StorageClasses {
  return {
    storageClass: storageClass ?? "gp3",
    storageClasses: { standard: "gp3", fast: "gp3-fast", shared: SHARED_CLASS, ...storageClasses },
  };
}

/** Addresses of the whole network. */
export function eksRange({ network }: EksSettings): string {
  return network?.cidr ?? DEFAULT_CIDR;
}

export function eksManager(settings: EksSettings): Manager {
  return {
    title: "AWS",
    offers: offersTo({ identity: true }),
    cidrs: [eksRange(settings)],
    credentials: POD_IDENTITY_AGENT,
  };
}

/** For a cluster that is not this stack's. */
export function awsManager({ cidrs, eksCluster }: AwsSite): Manager {
  const identity = eksCluster !== undefined;
  return { title: "AWS", offers: offersTo({ identity }), cidrs, credentials: POD_IDENTITY_AGENT };
}
