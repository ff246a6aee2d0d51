/** Node pools. Rules by https://learn.microsoft.com/azure/aks/create-node-pools and the REST reference of AgentPools. */
import type { NodeSpec, Taint } from "../../cluster/nodes.ts";
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import { firstCount } from "../control-planes.ts";
import type { Context, Entity, Values } from "../rules.ts";
import { CloudError } from "../rules.ts";
import type { Failure } from "../sdk.ts";
import { machineOf } from "./machines.ts";

export interface Pool extends Values {
  mode?: string;
  vmSize?: string;
  count?: number;
  minCount?: number;
  maxCount?: number;
  enableAutoScaling?: boolean;
  availabilityZones?: string[];
  orchestratorVersion?: string;
  nodeLabels?: Record<string, string>;
  nodeTaints?: string[];
  osDiskSizeGB?: number;
  scaleSetPriority?: string;
  scaleSetEvictionPolicy?: string;
  spotMaxPrice?: number;
  vnetSubnetID?: string;
  upgradeSettings?: Values;
}

const TAINT = /^([\w./-]+)(?:=([\w.-]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/;
const SPOT: Taint = { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" };
/** What AKS keeps of a machine's memory: 20 MiB for each of up to 110 pods and the threshold of eviction. */
const RESERVED_GIB = 3;

/** What may not be changed of a pool that is there. */
export const FIXED = [
  "vmSize",
  "osDiskSizeGB",
  "osDiskType",
  "availabilityZones",
  "vnetSubnetID",
  "scaleSetPriority",
  "type",
];

export function badPool(pool: Pool, name: unknown, at: string): Failure[] {
  const { mode = "User", count, minCount, maxCount, vmSize, osDiskSizeGB, enableAutoScaling } = pool;
  const place = (key: string) => (at === "" ? key : `${at}.${key}`);
  const machine = typeof vmSize === "string" ? machineOf(vmSize) : undefined;
  const spot = pool.scaleSetPriority === "Spot";
  return failures(
    badPattern(place(at === "" ? "agentPoolName" : "name"), name, /^[a-z][a-z0-9]{0,11}$/),
    typeof vmSize === "string" &&
      !machine && { property: place("vmSize"), reason: `"${vmSize}" is no size that is known here` },
    mode === "System" &&
      machine !== undefined &&
      (machine.cpus < 2 || machine.memoryGiB < 4) && {
        property: place("vmSize"),
        reason: "a system pool has machines of 2 CPUs and 4 GiB at least",
      },
    mode === "System" &&
      spot && { property: place("scaleSetPriority"), reason: "a system pool cannot be of the spot market" },
    mode === "System" &&
      (count ?? 0) < 1 && { property: place("count"), reason: "a system pool has a machine at least" },
    enableAutoScaling === true &&
      (minCount === undefined || maxCount === undefined) && {
        property: place("minCount"),
        reason: "minCount and maxCount are required where the pool scales by itself",
      },
    Number(minCount) > Number(maxCount) && { property: place("minCount"), reason: "is above maxCount" },
    enableAutoScaling !== true &&
      minCount !== undefined && { property: place("minCount"), reason: "is for pools that scale by themselves" },
    outside(place("maxCount"), maxCount, 1, 1000),
    outside(place("osDiskSizeGB"), osDiskSizeGB, 30, 2048),
    ...(pool.availabilityZones ?? []).map((zone) => notOneOf(place("availabilityZones"), zone, ["1", "2", "3"])),
    ...(pool.nodeTaints ?? []).map((taint) => badPattern(place("nodeTaints"), taint, TAINT)),
    // https://learn.microsoft.com/azure/aks/concepts-storage#ephemeral-os-disk
    pool.osDiskType === "Ephemeral" &&
      machine !== undefined &&
      !machine.hasDisk && { property: place("osDiskType"), reason: `${vmSize} has no disk for an ephemeral one` },
    !spot &&
      (pool.scaleSetEvictionPolicy ?? pool.spotMaxPrice) !== undefined && {
        property: place("scaleSetEvictionPolicy"),
        reason: "is for pools of the spot market",
      },
    spot &&
      pool.spotMaxPrice !== undefined &&
      pool.spotMaxPrice !== -1 &&
      pool.spotMaxPrice <= 0 && { property: place("spotMaxPrice"), reason: "is above 0, or -1 for the market's price" },
    spot &&
      pool.upgradeSettings?.maxSurge !== undefined && {
        property: place("upgradeSettings.maxSurge"),
        reason: "a pool of the spot market has no surge",
      },
  );
}

/** Pools follow the control plane, and are three minor versions behind it at most. */
export function checkVersion(version: string | undefined, ofCluster: string | undefined): void {
  const minor = (text = "") => Number(text.split(".")[1]);
  const behind = minor(ofCluster) - minor(version);
  if (version === undefined || (behind >= 0 && behind <= 3)) return;
  throw new CloudError(
    `NodePoolMcVersionIncompatible: node pool version ${version} and control plane version ${ofCluster}`,
  );
}

/** Gives the cluster the pool's machines, spread over its zones. */
export async function place(
  cluster: Entity,
  name: string,
  pool: Pool,
  { controlPlanes, settings }: Context,
): Promise<void> {
  const { vmSize = "", availabilityZones = ["1"], nodeLabels = {}, nodeTaints = [], mode = "User" } = pool;
  const machine = machineOf(vmSize);
  if (!machine) throw new CloudError(`InvalidParameter: ${vmSize} is no size that is known here`);
  const spot = pool.scaleSetPriority === "Spot";
  const { minCount = 0, maxCount = Number.POSITIVE_INFINITY } = pool;
  const least = Math.max(pool.count ?? 0, minCount);
  const count = pool.enableAutoScaling ? firstCount(least, maxCount) : Math.min(least, maxCount);
  const taints = nodeTaints.map((text): Taint => {
    const [, key = "", value, effect] = TAINT.exec(text) ?? [];
    return { key, value, effect: effect as Taint["effect"] };
  });
  const nodes = Array.from(
    { length: count },
    (_, index): NodeSpec => ({
      name: `aks-${name}-vmss00000${index}`,
      zone: `${settings.location}-${availabilityZones[index % availabilityZones.length]}`,
      region: settings.location as string,
      instanceType: vmSize,
      architecture: machine.architecture,
      cpu: String(machine.cpus),
      memory: `${machine.memoryGiB - RESERVED_GIB}Gi`,
      pods: 250,
      ephemeralStorage: `${pool.osDiskSizeGB ?? 128}Gi`,
      labels: {
        agentpool: name,
        "kubernetes.azure.com/agentpool": name,
        "kubernetes.azure.com/mode": mode.toLowerCase(),
        "kubernetes.azure.com/cluster": String(cluster.inputs.nodeResourceGroup),
        ...(spot ? { [SPOT.key]: SPOT.value as string } : {}),
        ...nodeLabels,
      },
      // AKS puts it on every machine of the spot market.
      taints: spot ? [...taints, SPOT] : taints,
    }),
  );
  await controlPlanes.setNodes(String(cluster.outputs.name), name, nodes);
}
