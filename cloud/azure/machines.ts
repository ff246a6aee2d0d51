import type { NodePoolPlan } from "../../config/nodes.ts";
import type { ClusterArgs } from "./cluster.ts";

/** System disks on the machine's own disk. */
export const EPHEMERAL = "Ephemeral";

/** By a letter of its name: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions */
export function hasDisk(machine: string): boolean {
  return /^Standard_[A-Z]+\d+(-\d+)?[a-z]*d[a-z]*(_|$)/.test(machine);
}

/** What the machines of a pool are, whichever resource says it. */
export function machinesOf(pool: NodePoolPlan, mode: "System" | "User", { plan, ground }: ClusterArgs) {
  const spot = { scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: MARKET_PRICE };
  return {
    mode,
    type: "VirtualMachineScaleSets",
    orchestratorVersion: plan.version,
    vmSize: pool.machine,
    osType: "Linux",
    osSKU: "AzureLinux3",
    osDiskSizeGB: pool.diskGiB,
    osDiskType: pool.diskType ?? "Managed",
    availabilityZones: plan.zones,
    vnetSubnetID: ground.subnetIds.nodes,
    enableNodePublicIP: false,
    enableAutoScaling: true,
    count: pool.min,
    minCount: pool.min,
    maxCount: pool.max,
    nodeLabels: pool.labels,
    nodeTaints: pool.taints.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ""}:${effect}`),
    securityProfile: { sshAccess: "Disabled", enableSecureBoot: true, enableVTPM: true },
    // Machines of the spot market are not replaced one by one, Azure takes them back all the same.
    upgradeSettings: pool.spot
      ? undefined
      : { maxSurge: plan.nodeUpgrade.maxSurge, drainTimeoutInMinutes: plan.nodeUpgrade.drainTimeoutMinutes },
    ...(pool.spot ? spot : {}),
  };
}

/** Whatever the market asks, up to the price of machines that stay. */
const MARKET_PRICE = -1;
