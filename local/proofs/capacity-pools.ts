/** Pools of machines: what they have, what is taken of it, and which of them grow for pods that found no room. */
import type { ClusterPlan } from "../../cloud/clouds.ts";
import { POOL_LABEL } from "../../config/nodes.ts";
import { parseQuantity } from "../../config/quantity.ts";
import type { PodSpec, Quantities, Toleration } from "./capacity-workloads.ts";
import { ZONE_LABEL } from "./capacity-workloads.ts";
import type { ClusterObject } from "./snapshot.ts";

/** Cores, GiB of memory, and pods. */
export interface Amounts {
  cpu: number;
  memory: number;
  pods: number;
}

interface Taint {
  key: string;
  value?: string;
  effect: string;
}

export interface Pool {
  name: string;
  /** The cloud's name of a machine. */
  machine: string;
  /** Machines that there are, by zone. */
  machines: Readonly<Record<string, number>>;
  /** Left out where nobody said: the machines are somebody else's. */
  most?: number;
  /** That its machines may be in. */
  zones: readonly string[];
  /** Of each machine, beside its name and zone. */
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  allocatable: Quantities;
  /** Of each machine. */
  room: Amounts;
}

/** By which clouds tell their pools; AKS' own has no label of this program's. */
const LABELS = [POOL_LABEL, "eks.amazonaws.com/nodegroup", "cloud.google.com/gke-nodepool", "agentpool"];
const NAMES = ["kubernetes.io/hostname", ZONE_LABEL];

/** Pools as the cluster's machines show them, with what the plan says of how far they grow. */
export function poolsOf(cluster: ClusterPlan, nodes: readonly ClusterObject[]): Pool[] {
  const grown = Map.groupBy(nodes, (node) => poolOf(cluster, node));
  const seen = [...new Set(nodes.map(zoneOf))].sort();
  return [...grown].map(([name, machines]): Pool => {
    const [first] = machines as [ClusterObject, ...ClusterObject[]];
    const labels = Object.entries(first.metadata.labels ?? {}).filter(([key]) => !NAMES.includes(key));
    const { allocatable } = first.status as { allocatable: Quantities };
    const most = mostOf(cluster, name);
    return {
      name,
      machine: first.metadata.labels?.["node.kubernetes.io/instance-type"] ?? "unknown",
      machines: countBy(machines.map(zoneOf)),
      most,
      zones: most === undefined ? [...new Set(machines.map(zoneOf))].sort() : (zonesOf(cluster) ?? seen),
      labels: Object.fromEntries(labels),
      taints: (first.spec?.taints ?? []).filter(({ key }: Taint) => !key.startsWith("node.kubernetes.io/")),
      allocatable,
      room: amountsOf(allocatable),
    };
  });
}

export function poolOf(cluster: ClusterPlan, { metadata: { labels = {} } }: ClusterObject): string {
  const own = LABELS.map((label) => labels[label]).find((name) => name !== undefined);
  if (own !== undefined) return own;
  if (cluster.provider !== "kubeconfig" && cluster.provider !== "stack") return "others";
  const named = Object.entries(cluster.nodePools ?? {}).find(([, pool]) =>
    Object.entries(pool.labels).every(([key, value]) => labels[key] === value),
  );
  return named?.[0] ?? "general";
}

function mostOf(cluster: ClusterPlan, name: string): number | undefined {
  switch (cluster.provider) {
    case "kubeconfig":
    case "stack":
      return undefined;
    case "aks":
      return [cluster.systemPool, ...cluster.nodePools].find((pool) => pool.name === name)?.max;
    default:
      return cluster.nodePools.find((pool) => pool.name === name)?.max;
  }
}

function zonesOf(cluster: ClusterPlan): string[] | undefined {
  switch (cluster.provider) {
    case "eks":
      return cluster.network.kind === "new" ? cluster.network.zones.map(({ zone }) => zone) : undefined;
    case "gke":
      return cluster.zones;
    case "aks":
      return cluster.zones.map((zone) => `${cluster.location}-${zone}`);
    default:
      return undefined;
  }
}

export function zoneOf({ metadata }: ClusterObject): string {
  return metadata.labels?.[ZONE_LABEL] ?? "unzoned";
}

function countBy(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}

const GIB = 1024 ** 3;

export function amountsOf({ cpu = 0, memory = 0, pods = 0 }: Quantities): Amounts {
  const number = (quantity: string | number) => Number(parseQuantity(String(quantity))) / 1000;
  return { cpu: number(cpu), memory: number(memory) / GIB, pods: Number(pods) };
}

/** What the scheduler counts for a pod: https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/ */
export function requestsOf({ containers, initContainers = [] }: PodSpec): Amounts {
  const asked = (container: PodSpec["containers"][number]) => amountsOf(container.resources?.requests ?? {});
  const sidecars = initContainers.filter(({ restartPolicy }) => restartPolicy === "Always").map(asked);
  const running = sum([...containers.map(asked), ...sidecars]);
  const early = initContainers.filter(({ restartPolicy }) => restartPolicy !== "Always").map(asked);
  return {
    cpu: Math.max(running.cpu, ...early.map(({ cpu }) => cpu)),
    memory: Math.max(running.memory, ...early.map(({ memory }) => memory)),
    pods: 1,
  };
}

export function sum(amounts: readonly Amounts[]): Amounts {
  const of = (kind: keyof Amounts) => amounts.reduce((total, amount) => total + amount[kind], 0);
  return { cpu: of("cpu"), memory: of("memory"), pods: of("pods") };
}

/** Whether the pool's machines take a pod at all, when there is nothing else on them. */
export function takes(pool: Pool, spec: PodSpec): boolean {
  return (
    fits(requestsOf(spec), pool.room) &&
    pool.taints.every((taint) => taint.effect === "PreferNoSchedule" || isTolerated(taint, spec.tolerations ?? [])) &&
    Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => key === ZONE_LABEL || pool.labels[key] === value) &&
    isWanted(pool, spec)
  );
}

function fits(asked: Amounts, room: Amounts): boolean {
  return asked.cpu <= room.cpu && asked.memory <= room.memory && asked.pods <= room.pods;
}

function isTolerated({ key, value = "", effect }: Taint, tolerations: readonly Toleration[]): boolean {
  return tolerations.some(
    (one) =>
      (one.key === undefined || one.key === key) &&
      (one.effect === undefined || one.effect === "" || one.effect === effect) &&
      (one.operator === "Exists" || (one.value ?? "") === value),
  );
}

/** By what a pod requires of a machine's labels; zones are chosen machine by machine. */
function isWanted({ labels }: Pool, { affinity }: PodSpec): boolean {
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms) return true;
  return terms.some(({ matchExpressions = [] }) =>
    matchExpressions
      .filter(({ key }) => key !== ZONE_LABEL)
      .every(({ key, operator, values = [] }) => {
        const value = labels[key];
        if (operator === "In") return value !== undefined && values.includes(value);
        if (operator === "NotIn") return value === undefined || !values.includes(value);
        return operator === "Exists" ? value !== undefined : operator !== "DoesNotExist" || value === undefined;
      }),
  );
}

/** A pod that found no room. */
export interface Waiting {
  spec: PodSpec;
  /** That its disk is in. */
  zone?: string;
}

/** A machine to add. */
export interface Addition {
  pool: Pool;
  zone: string;
}

/**
 * Machines that an autoscaler would add: of the pool whose machine leaves least over, where several would do, in the
 * zone that has fewest of them (https://github.com/kubernetes/autoscaler/tree/master/cluster-autoscaler/FAQ.md).
 *
 * @param counts machines that there are, by pool and zone
 * @param lost zone that is gone
 */
export function growth(
  waiting: readonly Waiting[],
  pools: readonly Pool[],
  counts: ReadonlyMap<string, Readonly<Record<string, number>>>,
  lost?: string,
): Addition[] {
  const opened: (Addition & { left: Amounts })[] = [];
  const inZone = (pool: Pool, zone: string) =>
    (counts.get(pool.name)?.[zone] ?? 0) + opened.filter((one) => one.pool === pool && one.zone === zone).length;
  const alive = (pool: Pool) => pool.zones.filter((zone) => zone !== lost);
  const largestFirst = waiting.toSorted((a, b) => requestsOf(b.spec).cpu - requestsOf(a.spec).cpu);
  for (const { spec, zone } of largestFirst) {
    const asked = requestsOf(spec);
    let machine = opened.find((one) => (!zone || one.zone === zone) && takes(one.pool, spec) && fits(asked, one.left));
    if (!machine) {
      const pool = pools
        .filter((pool) => takes(pool, spec) && (!zone || alive(pool).includes(zone)))
        .filter((pool) => alive(pool).reduce((total, each) => total + inZone(pool, each), 0) < (pool.most ?? 0))
        .toSorted((a, b) => a.room.cpu - asked.cpu - (b.room.cpu - asked.cpu))
        .at(0);
      if (!pool) continue;
      const [emptiest] = alive(pool).toSorted((a, b) => inZone(pool, a) - inZone(pool, b));
      if (!emptiest) continue;
      machine = { pool, zone: zone ?? emptiest, left: { ...pool.room } };
      opened.push(machine);
    }
    machine.left.cpu -= asked.cpu;
    machine.left.memory -= asked.memory;
    machine.left.pods -= 1;
  }
  return opened.map(({ pool, zone }) => ({ pool, zone }));
}
