/** The cluster's machines, as drills take them away and as an autoscaler adds them. */
import type { ClusterPlan } from "../../cloud/clouds.ts";
import { type Api, ApiError } from "../cluster/api.ts";
import { freePodCidrs } from "../cluster/nodes.ts";
import { growth, type Pool, poolOf, poolsOf, zoneOf } from "../proofs/capacity-pools.ts";
import { wordsOf } from "../proofs/capacity-words.ts";
import { HOST_LABEL, isOfOneZone, type PodSpec, ZONE_LABEL } from "../proofs/capacity-workloads.ts";
import type { ClusterObject } from "../proofs/snapshot.ts";
import { type Part, type PodObject, partOf, type ReadyPods } from "./ready-pods.ts";

const NODES = "/api/v1/nodes";
/** The scheduler looks again each second. */
const LOOK_MILLISECONDS = 2000;
/** How long nothing must have changed before pods without a machine are given up. */
const QUIET_MILLISECONDS = 6000;

export interface Stuck {
  pod: PodObject;
  /** In the scheduler's words. */
  because: string;
}

export class Machines {
  readonly #api: Api;
  readonly #cluster: ClusterPlan;
  readonly #pools: readonly Pool[];
  /** One of each pool, to make others after. */
  readonly #patterns: ReadonlyMap<string, ClusterObject>;
  readonly #added: string[] = [];
  #lost?: string;
  /** Pods that have no machine, and since when it is these. */
  #stuck = { names: "", since: 0 };

  private constructor(api: Api, cluster: ClusterPlan, nodes: readonly ClusterObject[]) {
    this.#api = api;
    this.#cluster = cluster;
    this.#pools = poolsOf(cluster, nodes);
    this.#patterns = new Map(nodes.map((node) => [poolOf(cluster, node), node]));
  }

  static async of(api: Api, cluster: ClusterPlan): Promise<Machines> {
    return new Machines(api, cluster, await api.list<ClusterObject>(NODES));
  }

  /** Names of those that were added, as an autoscaler would. */
  get added(): readonly string[] {
    return this.#added;
  }

  all(): Promise<ClusterObject[]> {
    return this.#api.list(NODES);
  }

  async cordon(name: string, unschedulable: boolean): Promise<void> {
    await this.#api.merge(`${NODES}/${name}`, { spec: { unschedulable } });
  }

  /** Takes a zone's machines away, as a cloud does that has lost them. @returns what `bringBack` takes */
  async lose(zone: string): Promise<ClusterObject[]> {
    const gone = (await this.all()).filter((node) => zoneOf(node) === zone);
    this.#lost = zone;
    await Promise.all(gone.map(({ metadata }) => this.#api.request("DELETE", `${NODES}/${metadata.name}`)));
    return gone;
  }

  async bringBack(nodes: readonly ClusterObject[]): Promise<void> {
    this.#lost = undefined;
    await Promise.all(nodes.map((node) => this.#make(node, node.metadata.name, zoneOf(node), node.spec.podCIDR)));
  }

  /** One machine more in each zone of each pool that may grow, as clouds' upgrades have it. */
  async surge(): Promise<string[]> {
    const growing = this.#pools.filter(({ most }) => most !== undefined);
    return this.#addAll(growing.flatMap((pool) => pool.zones.map((zone) => ({ pool, zone }))));
  }

  async remove(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#api.request("DELETE", `${NODES}/${name}`)));
  }

  /** Waits until all pods are ready, with machines added as they are wanted. @returns pods that find none for good */
  async settle(ready: ReadyPods, parts: readonly Part[]): Promise<Stuck[]> {
    let stuck: Stuck[] = [];
    await ready.untilWhole(async () => {
      stuck = await this.autoscale(ready.pods);
      const waiting = new Set(stuck.map(({ pod }) => partOf(pod)));
      return parts.filter(({ name }) => !waiting.has(name));
    });
    return stuck;
  }

  /** Looks once, as an autoscaler does, whether pods want machines. @returns pods that no machine helps */
  async autoscale(pods: readonly PodObject[]): Promise<Stuck[]> {
    const stuck = stuckOf(pods);
    const names = JSON.stringify(stuck.map(({ pod }) => pod.metadata.name));
    if (names !== this.#stuck.names) this.#stuck = { names, since: Date.now() };
    const quiet = Date.now() - this.#stuck.since;
    if (stuck.length === 0 || quiet < LOOK_MILLISECONDS) return [];
    if ((await this.#grow(stuck)) > 0) this.#stuck = { names: "", since: Date.now() };
    return quiet < QUIET_MILLISECONDS ? [] : stuck;
  }

  /** Volumes that only a zone's machines can mount are told so, as a cloud's driver does. */
  async pinVolumes(namespace: string): Promise<void> {
    const [claims, classes, nodes] = await Promise.all([
      this.#api.list<ClusterObject>(`/api/v1/namespaces/${namespace}/persistentvolumeclaims`),
      this.#api.list<ClusterObject>("/apis/storage.k8s.io/v1/storageclasses"),
      this.all(),
    ]);
    const zonal = new Set(classes.filter(isOfOneZone).map(({ metadata }) => metadata.name));
    await Promise.all(
      claims
        .filter(({ spec }) => zonal.has(spec.storageClassName) && spec.volumeName)
        .map(async ({ metadata, spec }) => {
          const chosen = metadata.annotations?.["volume.kubernetes.io/selected-node"];
          const node = nodes.find((one) => one.metadata.name === chosen);
          if (node) await this.#pin(spec.volumeName, zoneOf(node));
        }),
    );
  }

  async #pin(volume: string, zone: string): Promise<void> {
    const expression = { key: ZONE_LABEL, operator: "In", values: [zone] };
    const nodeAffinity = { required: { nodeSelectorTerms: [{ matchExpressions: [expression] }] } };
    await this.#api.merge(`/api/v1/persistentvolumes/${volume}`, { spec: { nodeAffinity } });
  }

  /** @returns how many machines were added */
  async #grow(stuck: readonly Stuck[]): Promise<number> {
    const nodes = await this.all();
    const counts = new Map(
      this.#pools.map(({ name }) => {
        const own = nodes.filter((node) => poolOf(this.#cluster, node) === name);
        return [name, Object.fromEntries([...Map.groupBy(own, zoneOf)].map(([zone, all]) => [zone, all.length]))];
      }),
    );
    const waiting = await Promise.all(
      stuck.map(async ({ pod }) => ({ spec: pod.spec as unknown as PodSpec, zone: await this.#zoneOfDisk(pod) })),
    );
    const additions = growth(waiting, this.#pools, counts, this.#lost);
    await this.#addAll(additions);
    return additions.length;
  }

  async #zoneOfDisk({ metadata: { namespace }, spec }: PodObject): Promise<string | undefined> {
    const volumes = (spec.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[];
    const claimed = volumes.flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
    for (const name of claimed) {
      const claim = await this.#api.get<ClusterObject>(
        `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`,
      );
      if (!claim.spec.volumeName) continue;
      const volume = await this.#api.get<ClusterObject>(`/api/v1/persistentvolumes/${claim.spec.volumeName}`);
      const [term] = volume.spec.nodeAffinity?.required.nodeSelectorTerms ?? [];
      if (term) return term.matchExpressions[0].values[0];
    }
    return undefined;
  }

  async #addAll(additions: readonly { pool: Pool; zone: string }[]): Promise<string[]> {
    const free = freePodCidrs((await this.all()).map(({ spec }) => spec.podCIDR as string));
    return Promise.all(
      additions.map(async ({ pool, zone }) => {
        const name = `${pool.name}-added-${this.#added.length + 1}`.toLowerCase();
        this.#added.push(name);
        const pattern = this.#patterns.get(pool.name) as ClusterObject;
        await this.#make(pattern, name, zone, free.next().value);
        return name;
      }),
    );
  }

  async #make({ metadata, spec, status }: ClusterObject, name: string, zone: string, podCidr: string): Promise<void> {
    const taints = (spec.taints ?? []).filter(({ key }: { key: string }) => !key.startsWith("node.kubernetes.io/"));
    const node = {
      metadata: {
        name,
        labels: { ...metadata.labels, [HOST_LABEL]: name, [ZONE_LABEL]: zone },
        annotations: {
          "kwok.x-k8s.io/node": "fake",
          "metrics.k8s.io/resource-metrics-path": `/metrics/nodes/${name}/metrics/resource`,
        },
      },
      spec: { taints, podCIDR: podCidr, podCIDRs: [podCidr] },
      status: { ...status, conditions: [] },
    };
    try {
      await this.#api.request("POST", NODES, JSON.stringify(node), "application/json");
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
}

function stuckOf(pods: readonly PodObject[]): Stuck[] {
  return pods.flatMap((pod) => {
    const because = pod.spec.nodeName || "deletionTimestamp" in pod.metadata ? undefined : wordsOf(pod as never);
    return because === undefined ? [] : [{ pod, because }];
  });
}
