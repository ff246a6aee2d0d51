/** What a stack on AKS is going to have, as plain data. */
import { clusterName, type Layers } from "../../config/layers.ts";
import { unknownName } from "../../config/mistakes.ts";
import { checkOneMachine, type NodePoolPlan, resolveNodePools } from "../../config/nodes.ts";
import type { NodePool, Taint } from "../../config/schema/nodes.ts";
import type { StorageClasses } from "../clouds.ts";
import type { Manager } from "../managed.ts";
import { unsupportedVersion } from "../versions.ts";
import { type AcrCache, acrCaches, checkCaches } from "./image-cache-plan.ts";
import { ZONAL_LOCATIONS } from "./locations.ts";
import { EPHEMERAL, hasDisk } from "./machines.ts";
import { LONGEST_POOL_NAME } from "./names.ts";
import { type AzureNetwork, DEFAULT_CIDR, networkOf, rangesOf } from "./network-plan.ts";
import { offers, offersByPassword } from "./offers.ts";
import type { AksSettings, AzureSite } from "./settings.ts";

/** In support on 2026-11-21 and for a month at least; the first is the default. */
export const AKS_VERSIONS = ["1.36", "1.35"] as const;

/** 4 CPUs, 16 GiB. */
const DEFAULT_MACHINE = "Standard_D4s_v5";
const SYSTEM_POOL = "system";
/** The first is the default; the other is on the machine's own disk, and gone with it. */
const DISK_TYPES = ["Managed", EPHEMERAL];
const SMALLEST_DISK_GIB = 30;
const LARGEST_DISK_GIB = 2048;

/**
 * Microsoft Entra, where pods change their service account's token for one of Azure's:
 * https://learn.microsoft.com/microsoft-365/enterprise/urls-and-ip-address-ranges, id 56
 */
const ENTRA = ["20.20.32.0/19", "20.190.128.0/18", "20.231.128.0/19", "40.126.0.0/18"];

export interface AksPlan {
  provider: "aks";
  subscription: string;
  location: string;
  administrators: string[];
  login: string;
  name: string;
  version: string;
  nodeOsUpgrade: "NodeImage" | "SecurityPatch" | "None";
  nodeUpgrade: { maxSurge: string; drainTimeoutMinutes: number };
  maintenanceDay: string;
  zones: string[];
  network: AzureNetwork;
  publicAccess: string[];
  /** AKS' own pods run on it, and nothing else. */
  systemPool: NodePoolPlan;
  nodePools: NodePoolPlan[];
  /** "new", "private", or the resource id of one that is there. */
  containerRegistry?: string;
  imageCaches: AcrCache[];
  /** What Azure Monitor collects of machines and pods. */
  azureMonitor: { metrics: boolean; logs: boolean };
  keyVaultSecrets: boolean;
  /** Whether the stack has a key vault of its own. */
  keyVault?: {
    /** Whether a deleted vault is kept for as long as can be, and nobody can purge it; Azure lets neither be changed. */
    purgeProtection: boolean;
  };
  secretsKey?: AksSettings["secretsKey"];
  geoRedundantBackups: boolean;
  deletionProtection: boolean;
}

export function resolveAks(layers: Layers, settings: AksSettings): AksPlan {
  const { profile } = layers;
  checkLocation(layers, "landfall:cluster", settings.location);
  const name = clusterName(layers, settings);
  const imageCaches = acrCaches(settings, name);
  checkCaches(layers, settings, imageCaches);
  const nodePools = resolveNodePools(layers, settings.nodePools, { machine: DEFAULT_MACHINE, diskTypes: DISK_TYPES });
  checkOneMachine(layers, "AKS", settings.nodePools);
  const systemPool = systemPoolOf(layers, settings);
  for (const { name } of nodePools) checkPoolName(layers, name);
  for (const pool of [systemPool, ...nodePools]) checkMachines(layers, pool);
  return {
    provider: "aks",
    subscription: settings.subscription,
    location: settings.location,
    administrators: settings.administrators,
    login: settings.login ?? "azurecli",
    name,
    version: versionOf(layers, settings),
    nodeOsUpgrade: settings.nodeOsUpgrade ?? "NodeImage",
    nodeUpgrade: { maxSurge: "33%", drainTimeoutMinutes: 30, ...settings.nodeUpgrade },
    maintenanceDay: settings.maintenanceDay ?? "Sunday",
    zones: settings.zones ?? ["1", "2", "3"],
    network: networkOf(layers, settings),
    publicAccess: settings.publicAccess ?? [],
    systemPool,
    nodePools,
    containerRegistry: settings.containerRegistry ?? (imageCaches.length > 0 ? "new" : undefined),
    imageCaches,
    azureMonitor: azureMonitorOf(settings),
    keyVaultSecrets: (settings.keyVaultSecrets ?? false) !== false,
    keyVault: settings.keyVaultSecrets === "new" ? { purgeProtection: profile.protectData } : undefined,
    secretsKey: settings.secretsKey,
    geoRedundantBackups: settings.geoRedundantBackups ?? false,
    deletionProtection: settings.deletionProtection ?? profile.protectData,
  };
}

function azureMonitorOf({ azureMonitor = false }: AksSettings): AksPlan["azureMonitor"] {
  if (typeof azureMonitor === "boolean") return { metrics: azureMonitor, logs: azureMonitor };
  return { metrics: azureMonitor.metrics ?? false, logs: azureMonitor.logs ?? false };
}

function checkLocation({ mistakes }: Layers, place: string, location: string): void {
  if (ZONAL_LOCATIONS.includes(location)) return;
  mistakes.push(unknownName(`${place}.location`, location, ZONAL_LOCATIONS, "region with availability zones"));
}

/** Where the stores of a cluster that is not this stack's are to stand. */
export function checkAzureSite(layers: Layers, { location }: AzureSite): void {
  checkLocation(layers, "landfall:cluster.cloud", location);
}

function versionOf({ mistakes }: Layers, { version = AKS_VERSIONS[0] }: AksSettings): string {
  if (!AKS_VERSIONS.some((known) => known === version)) mistakes.push(unsupportedVersion("AKS", version, AKS_VERSIONS));
  return version;
}

function systemPoolOf({ stack, mistakes }: Layers, { systemPool = {} }: AksSettings): NodePoolPlan {
  const min = systemPool.min ?? (stack.profile === "dev" ? 1 : 3);
  const max = systemPool.max ?? Math.max(min, 3);
  if (min < 1 || min > max) {
    mistakes.push({
      path: "landfall:cluster.systemPool.min",
      got: min,
      problem: min < 1 ? "AKS' own pods need a machine" : "the fewest machines are more than the most",
      allowed: `1 to ${Math.max(max, 1)} (systemPool.max)`,
      fix: min < 1 ? "set it to 1 or more" : "lower min or raise max",
    });
  }
  return {
    name: SYSTEM_POOL,
    machine: systemPool.machine ?? DEFAULT_MACHINE,
    min,
    max,
    spot: false,
    diskGiB: systemPool.diskGiB ?? 64,
    labels: {},
    taints: [{ key: "CriticalAddonsOnly", value: "true", effect: "NoSchedule" }],
  };
}

/** What AKS itself taints machines of the spot market with: https://learn.microsoft.com/azure/aks/spot-node-pool */
const SPOT_TAINT: Taint = { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" };

export function aksTaints({ spot }: NodePool): Taint[] {
  return spot ? [SPOT_TAINT] : [];
}

/** https://learn.microsoft.com/azure/aks/create-node-pools#limitations */
function checkPoolName({ mistakes }: Layers, name: string): void {
  const path = `landfall:cluster.nodePools.${name}`;
  if (name === SYSTEM_POOL) {
    mistakes.push({
      path,
      problem: "the name is taken by the pool of AKS' own pods",
      fix: "choose another; landfall:cluster.systemPool sizes that one",
    });
  } else if (!new RegExp(`^[a-z][a-z0-9]{0,${LONGEST_POOL_NAME - 1}}$`).test(name)) {
    mistakes.push({
      path,
      got: name,
      problem: "is no name of a node pool of AKS",
      allowed: `1 to ${LONGEST_POOL_NAME} lower-case letters and digits`,
      fix: "choose a shorter one without dashes",
    });
  }
}

function checkMachines({ mistakes }: Layers, { name, machine, diskGiB, diskType }: NodePoolPlan): void {
  const path = name === SYSTEM_POOL ? "landfall:cluster.systemPool" : `landfall:cluster.nodePools.${name}`;
  if (diskGiB < SMALLEST_DISK_GIB || diskGiB > LARGEST_DISK_GIB) {
    mistakes.push({
      path: `${path}.diskGiB`,
      got: diskGiB,
      problem: "AKS has no system disk of that size",
      allowed: `${SMALLEST_DISK_GIB} to ${LARGEST_DISK_GIB}`,
      fix: "set it to one of these, or remove it",
    });
  }
  if (diskType === EPHEMERAL && !hasDisk(machine)) {
    mistakes.push({
      path: `${path}.diskType`,
      got: diskType,
      problem: `${machine} has no disk of its own for it`,
      allowed: "Managed; Ephemeral on machines with a d among their letters, such as Standard_D4ds_v5",
      fix: "use Managed, or another machine",
    });
  }
  if (/^Standard_[A-Z][A-Za-z0-9-]*(_[A-Za-z0-9]+)*$/.test(machine)) return;
  mistakes.push({
    path: `${path}.machine`,
    got: machine,
    problem: "is no size of a virtual machine",
    allowed: `names such as ${DEFAULT_MACHINE}`,
    fix: "az vm list-skus --location <location> --output table lists them",
  });
}

/** AKS brings these classes itself. */
export function aksStorage({ storageClass, storageClasses }: AksSettings): StorageClasses {
  return {
    storageClass: storageClass ?? "managed-csi",
    storageClasses: {
      standard: "managed-csi",
      fast: "managed-csi-premium",
      shared: "azurefile-csi",
      ...storageClasses,
    },
  };
}

/** Of the whole network. Cilium lets a range name neither pods nor machines, so it is open to what stands beside them. */
export function aksRange({ network }: AksSettings): string {
  return network?.cidr ?? DEFAULT_CIDR;
}

export function aksManager({ network }: AksSettings): Manager {
  const { postgres, endpoints } = rangesOf(network);
  return { title: "Azure", offers, cidrs: [postgres, endpoints], credentials: { cidrs: ENTRA, ports: [443] } };
}

/** For a cluster that is not this stack's. */
export function azureManager({ subnets, oidcIssuer }: AzureSite): Manager {
  return {
    title: "Azure",
    offers: oidcIssuer ? offers : offersByPassword,
    cidrs: [subnets.postgres.cidr, subnets.endpoints.cidr],
    credentials: oidcIssuer ? { cidrs: ENTRA, ports: [443] } : undefined,
  };
}
