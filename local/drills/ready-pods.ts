/** How many pods of each tier and datastore are ready, from one moment to the next, as the API server tells its watchers. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "../cluster/api.ts";
import { UserError } from "../command.ts";
import type { ClusterObject } from "../proofs/snapshot.ts";
import type { Step } from "./drill.ts";

const NAME = "app.kubernetes.io/name";
const POLL_MILLISECONDS = 250;
/** Some times what the slowest change here takes, which is a lost zone's: a minute and a half. */
const PATIENCE_MILLISECONDS = 5 * 60_000;
const RETRY_MILLISECONDS = 500;

/** A Deployment or a StatefulSet. */
export interface Part {
  /** Tier or datastore that it is. */
  name: string;
  object: ClusterObject;
  replicas: number;
  /** Pods that its budget keeps from being evicted; left out where it has none. */
  reserve?: number;
  /** Pods that must be ready all the time while what is drilled goes on. */
  floor?: number;
}

/** Pods and what keeps them, without those of jobs. */
export interface PodObject extends ClusterObject {
  spec: { nodeName?: string; [field: string]: unknown };
  status?: {
    phase?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

/** Tiers and datastores that have pods of their own here, by name. */
export async function partsOf(api: Api, namespace: string): Promise<Part[]> {
  const list = (path: string) => api.list<ClusterObject>(`/apis/${path}`);
  const [deployments, statefulSets, budgets] = await Promise.all([
    list(`apps/v1/namespaces/${namespace}/deployments`),
    list(`apps/v1/namespaces/${namespace}/statefulsets`),
    list(`policy/v1/namespaces/${namespace}/poddisruptionbudgets`),
  ]);
  const all = [
    ...deployments.map((item) => ({ ...item, kind: "Deployment" }) as ClusterObject),
    ...statefulSets.map((item) => ({ ...item, kind: "StatefulSet" }) as ClusterObject),
  ];
  return all
    .map((object): Part => {
      const labels: Record<string, string> = object.spec.template.metadata.labels;
      const budget = budgets.find(({ spec }) =>
        Object.entries(spec.selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value),
      );
      const name = labels[NAME] ?? object.metadata.name;
      return { name, object, replicas: object.spec.replicas ?? 1, reserve: budget?.status?.desiredHealthy };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** Watches until it is stopped. */
export class ReadyPods {
  readonly #api: Api;
  readonly #path: string;
  readonly #pods = new Map<string, PodObject>();
  readonly #steps = new Map<string, Step[]>();
  readonly #stop = new AbortController();
  #started = performance.now();
  #lost: ReadonlySet<string> = new Set();
  #watching: Promise<void> = Promise.resolve();

  private constructor(api: Api, namespace: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
  }

  static async begin(api: Api, namespace: string): Promise<ReadyPods> {
    const watch = new ReadyPods(api, namespace);
    const version = await watch.#list();
    watch.#watching = watch.#follow(version);
    return watch;
  }

  /** Forgets what was until now. */
  beginAnew(): void {
    this.#started = performance.now();
    this.#steps.clear();
    this.#count();
  }

  /** Seconds since it began. */
  get now(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** Ready pods of each part whenever their number changed. */
  get steps(): ReadonlyMap<string, readonly Step[]> {
    return this.#steps;
  }

  get pods(): PodObject[] {
    return [...this.#pods.values()];
  }

  readyOf(name: string): number {
    return this.#steps.get(name)?.at(-1)?.ready ?? 0;
  }

  /** Machines that are gone, whose pods the API server takes for ready for a while. */
  lose(nodes: readonly string[]): void {
    this.#lost = new Set(nodes);
    this.#count();
  }

  /**
   * Waits until all is ready that is `wanted`, which is asked for again each time.
   *
   * @throws UserError that says what is not, where nothing has changed for long
   */
  async untilWhole(wanted: () => Promise<readonly Part[]>): Promise<void> {
    const changes = () => [...this.#steps.values()].reduce((sum, { length }) => sum + length, 0);
    let [seen, since] = [changes(), Date.now()];
    for (;;) {
      const parts = await wanted();
      if (this.#areWhole(parts)) return;
      if (changes() !== seen) [seen, since] = [changes(), Date.now()];
      if (Date.now() - since > PATIENCE_MILLISECONDS) throw this.#notWhole(parts);
      await sleep(POLL_MILLISECONDS);
    }
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  #areWhole(parts: readonly Part[]): boolean {
    return parts.every((part) => this.#isWhole(part));
  }

  /** Whether it has so many ready pods, and no others. */
  #isWhole({ name, replicas }: Part): boolean {
    const own = this.pods.filter((pod) => partOf(pod) === name && !this.#lost.has(pod.spec.nodeName ?? ""));
    return own.length === replicas && this.readyOf(name) === replicas;
  }

  #notWhole(parts: readonly Part[]): UserError {
    const lines = parts
      .filter((part) => !this.#isWhole(part))
      .map(({ name, replicas }) => `  ${name}: ${this.readyOf(name)} of ${replicas} pods are ready`);
    const minutes = PATIENCE_MILLISECONDS / 60_000;
    return new UserError(
      `The stack is not whole, and nothing has changed for ${minutes} minutes:\n${lines.join("\n")}`,
    );
  }

  async #follow(version: string): Promise<void> {
    let from: string | undefined = version;
    while (!this.#stop.signal.aborted) {
      if (from !== undefined) {
        await this.#api.follow(`${this.#path}?watch=1&resourceVersion=${from}`, this.#stop.signal, (line) => {
          this.#take(JSON.parse(line));
        });
      }
      if (this.#stop.signal.aborted) return;
      await sleep(RETRY_MILLISECONDS);
      // Not while the API server is away, which is one of the drills.
      from = await this.#list().catch(() => undefined);
    }
  }

  async #list(): Promise<string> {
    const { items, metadata } = await this.#api.get<{ items: PodObject[]; metadata: { resourceVersion: string } }>(
      this.#path,
    );
    this.#pods.clear();
    for (const pod of items) this.#pods.set(pod.metadata.name, pod);
    this.#count();
    return metadata.resourceVersion;
  }

  #take({ type, object }: { type: string; object: PodObject }): void {
    if (type === "DELETED") this.#pods.delete(object.metadata.name);
    else if (type === "ADDED" || type === "MODIFIED") this.#pods.set(object.metadata.name, object);
    this.#count();
  }

  #count(): void {
    const counts = new Map([...this.#steps.keys()].map((name) => [name, 0]));
    for (const pod of this.#pods.values()) {
      const part = partOf(pod);
      if (part === undefined) continue;
      counts.set(part, (counts.get(part) ?? 0) + (this.#isReady(pod) ? 1 : 0));
    }
    for (const [name, ready] of counts) {
      const steps = this.#steps.get(name) ?? [];
      if (steps.at(-1)?.ready !== ready) this.#steps.set(name, [...steps, { at: this.now, ready }]);
    }
  }

  /** A pod that ends gets no requests any more. */
  #isReady({ metadata, spec, status }: PodObject): boolean {
    if ("deletionTimestamp" in metadata || this.#lost.has(spec.nodeName ?? "")) return false;
    return status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;
  }
}

/** Undefined for a pod of a job. */
export function partOf({ metadata: { labels = {}, ownerReferences = [] } }: PodObject): string | undefined {
  return ownerReferences.some(({ kind }) => kind === "Job") ? undefined : labels[NAME];
}

/** The fewest that were ready in a stretch of time. */
export function lowest(steps: readonly Step[], from = 0): number {
  const before = steps.findLast(({ at }) => at <= from);
  const later = steps.filter(({ at }) => at > from);
  return Math.min(...[...(before ? [before] : []), ...later].map(({ ready }) => ready));
}
