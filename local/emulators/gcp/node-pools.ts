/** Machines of GKE's clusters. Rules by https://cloud.google.com/kubernetes-engine/docs and its API reference. */
import type { NodeSpec } from "../../cluster/nodes.ts";
import { badPattern, failures, notOneOf, outside } from "../checks.ts";
import { firstCount } from "../control-planes.ts";
import type { Context, Entity, Rules, Values } from "../rules.ts";
import { CLUSTER, NAME } from "./gke.ts";
import { ACCOUNT } from "./iam.ts";
import { machineOf } from "./machines.ts";

/** A machine keeps this much of its memory for itself. */
const RESERVED_GIB = 1;

export const nodePools: Record<string, Rules> = {
  "gcp:container/nodePool:NodePool": {
    autoname: { property: "name", maxLength: 40 },
    immutable: ["name", "cluster", "location", "nodeConfig.spot", "nodeConfig.serviceAccount", "initialNodeCount"],
    references: { cluster: { to: CLUSTER }, "nodeConfig.serviceAccount": { to: ACCOUNT, by: "email" } },
    check(inputs, { world }) {
      const { name, nodeConfig = {}, autoscaling = {}, upgradeSettings = {} } = inputs;
      const { initialNodeCount, management, cluster } = inputs;
      const { machineType = "e2-medium", diskType, diskSizeGb, taints = [] } = nodeConfig as Record<string, unknown>;
      const machine = machineOf(machineType as string);
      return failures(
        badPattern("name", name, NAME),
        !machine && { property: "nodeConfig.machineType", reason: `"${machineType}" is no machine that is known here` },
        machine?.hyperdisksOnly &&
          !String(diskType).startsWith("hyperdisk-") && {
            property: "nodeConfig.diskType",
            reason: `${diskType} disk type cannot be used by ${machineType} machine type`,
          },
        machine &&
          !machine.hyperdisksOnly &&
          String(diskType).startsWith("hyperdisk-balanced") &&
          /^(e2|n2|n2d|t2d)-/.test(machineType as string) && {
            property: "nodeConfig.diskType",
            reason: `${diskType} disk type cannot be used by ${machineType} machine type`,
          },
        machine?.gpus !== undefined &&
          (nodeConfig as Values).guestAccelerators === undefined && {
            property: "nodeConfig.guestAccelerators",
            reason: `are missing: ${machineType} comes with ${machine.gpus}`,
          },
        outside("nodeConfig.diskSizeGb", diskSizeGb, 10, 65_536),
        ...(taints as { effect: string }[]).map(({ effect }) =>
          notOneOf("nodeConfig.taints", effect, ["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"]),
        ),
        outside("initialNodeCount", initialNodeCount, 0, 1000),
        badSurge(upgradeSettings as Record<string, number>),
        badAutoscaling(autoscaling as Record<string, number>),
        // https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels
        isEnrolled(world.get(CLUSTER, cluster as string)) &&
          (management as Values | undefined)?.autoUpgrade === false && {
            property: "management.autoUpgrade",
            reason: "must be true where the cluster is in a release channel",
          },
      );
    },
    async create(inputs, context) {
      await place(inputs, context);
      return { id: `${inputs.cluster}/nodePools/${inputs.name}`, outputs: { instanceGroupUrls: [] } };
    },
    async update({ outputs }, inputs, context) {
      await place(inputs, context);
      return { ...outputs, ...inputs };
    },
    async remove({ inputs }, { controlPlanes, world }) {
      const name = world.get(CLUSTER, inputs.cluster as string)?.inputs.name as string;
      await controlPlanes.setNodes(name, inputs.name as string, []);
    },
  },
};

function isEnrolled(cluster: Entity | undefined): boolean {
  const channel = (cluster?.inputs.releaseChannel as { channel?: string } | undefined)?.channel;
  return channel !== undefined && channel !== "UNSPECIFIED";
}

/** https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies */
function badSurge({ maxSurge = 1, maxUnavailable = 0 }: Record<string, number>) {
  if (maxSurge + maxUnavailable > 0 && maxSurge + maxUnavailable <= 20) return undefined;
  return { property: "upgradeSettings", reason: "maxSurge and maxUnavailable together are 1 to 20" };
}

function badAutoscaling({ totalMinNodeCount, totalMaxNodeCount, minNodeCount, maxNodeCount }: Record<string, number>) {
  const property = "autoscaling";
  if (totalMaxNodeCount !== undefined && maxNodeCount !== undefined) {
    return { property, reason: "counts either the machines of each zone or those of all, not both" };
  }
  const [least = 0, most = 1] = [totalMinNodeCount ?? minNodeCount, totalMaxNodeCount ?? maxNodeCount];
  if (most < 1 || least > most) return { property, reason: `${least} to ${most} machines are none` };
  return undefined;
}

/** https://cloud.google.com/kubernetes-engine/docs/how-to/gpus */
const GPU_TAINT = { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" } as const;

const EFFECTS: Readonly<Record<string, NonNullable<NodeSpec["taints"]>[number]["effect"]>> = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
};

/** Gives the cluster the pool's machines, spread over its zones. */
async function place(inputs: Values, { world, controlPlanes, settings }: Context): Promise<void> {
  const {
    name,
    cluster,
    initialNodeCount = 1,
    nodeLocations,
    autoscaling,
    nodeConfig,
  } = inputs as {
    name: string;
    cluster: string;
    initialNodeCount?: number;
    nodeLocations?: string[];
    autoscaling?: { totalMinNodeCount?: number; totalMaxNodeCount?: number };
    nodeConfig: {
      machineType: string;
      spot?: boolean;
      diskSizeGb?: number;
      guestAccelerators?: { type: string; count: number }[];
      labels?: Record<string, string>;
      taints?: { key: string; value: string; effect: string }[];
    };
  };
  const made = world.get(CLUSTER, cluster) as Entity;
  const zones = nodeLocations ?? (made.inputs.nodeLocations as string[]);
  const machine = machineOf(nodeConfig.machineType) as NonNullable<ReturnType<typeof machineOf>>;
  const { totalMinNodeCount, totalMaxNodeCount = 1 } = autoscaling ?? {};
  const count =
    totalMinNodeCount === undefined
      ? initialNodeCount * zones.length
      : firstCount(totalMinNodeCount, totalMaxNodeCount);
  const [accelerator] = nodeConfig.guestAccelerators ?? [];
  const taints = nodeConfig.taints?.map(({ key, value, effect }) => ({
    key,
    value,
    effect: EFFECTS[effect] as "NoExecute",
  }));
  const nodes = Array.from(
    { length: count },
    (_, index): NodeSpec => ({
      name: `gke-${name}-${index + 1}`,
      zone: zones[index % zones.length] as string,
      region: settings.region as string,
      instanceType: nodeConfig.machineType,
      architecture: machine.architecture,
      cpu: String(machine.cpus),
      memory: `${machine.memoryGiB - RESERVED_GIB}Gi`,
      pods: 110,
      ephemeralStorage: `${nodeConfig.diskSizeGb ?? 100}Gi`,
      labels: {
        "cloud.google.com/gke-nodepool": name,
        ...(nodeConfig.spot ? { "cloud.google.com/gke-spot": "true" } : {}),
        ...(accelerator ? { "cloud.google.com/gke-accelerator": accelerator.type } : {}),
        ...nodeConfig.labels,
      },
      taints: accelerator ? [...(taints ?? []), GPU_TAINT] : taints,
    }),
  );
  await controlPlanes.setNodes(made.inputs.name as string, name, nodes);
}
