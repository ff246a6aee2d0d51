/**
 * Pods scheduled for a trial: by the cluster's own scheduler, beside the stack and apart from it. Machines like the
 * stack's take nothing but the trial's pods, which hold the place of the stack's in a namespace of the trial's own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type Api, ApiError } from "../cluster/api.ts";
import type { Pool } from "./capacity-pools.ts";
import { type Pod, wordsOf } from "./capacity-words.ts";
import { HOST_LABEL, type PodSpec, type Workload, ZONE_LABEL } from "./capacity-workloads.ts";
import type { ClusterObject, Snapshot } from "./snapshot.ts";

const TRIAL_LABEL = "landfall.dev/trial";
const JSON_TYPE = "application/json";
const POLL_MILLISECONDS = 250;
/** The scheduler looks again at pods that found no room a second later: its podInitialBackoffSeconds. */
const QUIET_MILLISECONDS = 2500;
const PATIENCE_MILLISECONDS = 60_000;

/** One pod to place. */
export interface Placeholder {
  workload: Workload;
  /** From 0 for each workload. */
  index: number;
  /** Where it runs already. */
  machine?: Machine;
}

export interface Machine {
  name: string;
  pool: Pool;
  zone: string;
}

export interface Placement extends Placeholder {
  /** Left out where it found no room; `because` says why, in the scheduler's or the API server's words. */
  machine?: Machine;
  because?: string;
  /** Whether the API server did not let it in: no machine helps. */
  refused?: boolean;
}

export class Trial {
  readonly machines: Machine[] = [];
  readonly #api: Api;
  readonly #name: string;
  readonly #placeholders = new Map<string, Placeholder>();
  /** What the API server did not let in, and why. */
  readonly #refused = new Map<string, string>();

  /** @param name unique among trials that run at the same time */
  constructor(api: Api, name: string) {
    this.#api = api;
    this.#name = name;
  }

  /** Makes the namespaces, with the quotas and limits of those that they stand for. */
  async open(snapshot: Snapshot, namespaces: readonly string[]): Promise<void> {
    await Promise.all(
      namespaces.map(async (namespace) => {
        const name = this.#standIn(namespace);
        await this.#create("/api/v1/namespaces", { metadata: { name, labels: { [TRIAL_LABEL]: this.#name } } });
        const copies = ["ResourceQuota", "LimitRange"].flatMap((kind) => snapshot.of(kind, namespace));
        await Promise.all(copies.map((object) => this.#copy(name, object)));
        await this.#until(`the account of namespace ${name}`, () => this.#has(`${path(name)}/serviceaccounts/default`));
      }),
    );
  }

  async #copy(namespace: string, { kind, metadata, spec }: ClusterObject): Promise<void> {
    const place = `${path(namespace)}/${kind.toLowerCase()}s`;
    await this.#create(place, { metadata: { name: metadata.name }, spec });
    if (kind !== "ResourceQuota") return;
    await this.#until(`the quota ${metadata.name}`, async () => {
      const { status } = await this.#api.get<{ status?: { hard?: object } }>(`${place}/${metadata.name}`);
      return status?.hard !== undefined;
    });
  }

  /** Adds machines, and waits until pods can go there. */
  async add(wanted: readonly { pool: Pool; zone: string }[]): Promise<Machine[]> {
    const added = wanted.map(({ pool, zone }, index): Machine => {
      const name = `${this.#name}-${pool.name}-${this.machines.length + index + 1}`.toLowerCase();
      return { name, pool, zone };
    });
    this.machines.push(...added);
    await Promise.all(added.map((machine) => this.#create("/api/v1/nodes", this.#node(machine))));
    const names = new Set(added.map(({ name }) => name));
    await this.#until("machines of a trial", async () => {
      const items = await this.#api.list<ClusterObject>(`/api/v1/nodes?${this.#selector}`);
      const ready = items.filter(({ metadata, spec }) => names.has(metadata.name) && isOpen(spec));
      return ready.length === names.size;
    });
    return added;
  }

  #node({ name, pool: { labels, taints, allocatable }, zone }: Machine): object {
    return {
      metadata: {
        name,
        labels: { ...labels, [HOST_LABEL]: name, [ZONE_LABEL]: zone, [TRIAL_LABEL]: this.#name },
        annotations: { "kwok.x-k8s.io/node": "fake" },
      },
      spec: { taints: [...taints, { key: TRIAL_LABEL, value: this.#name, effect: "NoSchedule" }] },
      status: { capacity: allocatable, allocatable },
    };
  }

  /** No pod goes to a zone's machines any more. */
  async cordon(zone: string): Promise<void> {
    const gone = this.machines.filter((machine) => machine.zone === zone);
    await Promise.all(
      gone.map(({ name }) => this.#api.merge(`/api/v1/nodes/${name}`, { spec: { unschedulable: true } })),
    );
  }

  /** Asks for pods; what the API server refuses is told with the rest by `settle`. */
  async place(placeholders: readonly Placeholder[]): Promise<void> {
    await Promise.all(placeholders.map((placeholder) => this.#ask(placeholder)));
  }

  async #ask(placeholder: Placeholder): Promise<void> {
    const { workload, index, machine } = placeholder;
    const name = nameOf(placeholder);
    const namespace = this.#standIn(workload.namespace);
    this.#placeholders.set(`${namespace}/${name}`, placeholder);
    try {
      await this.#create(`${path(namespace)}/pods`, {
        metadata: { name, labels: workload.labels },
        spec: { ...this.#spec(workload.spec, workload.zones[index]), nodeName: machine?.name },
      });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#refused.set(`${namespace}/${name}`, error.message.replace(/^\S+ \S+: \d+ /, ""));
    }
  }

  /** The pod's own wishes, on the trial's machines only, where its disk is. */
  #spec({ affinity = {}, tolerations = [], nodeSelector, ...spec }: PodSpec, zone: string | undefined): object {
    return {
      ...spec,
      affinity: this.#apart(affinity),
      nodeSelector: { ...nodeSelector, ...(zone ? { [ZONE_LABEL]: zone } : {}), [TRIAL_LABEL]: this.#name },
      tolerations: [...tolerations, { key: TRIAL_LABEL, operator: "Exists" }],
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
    };
  }

  /** Namespaces that a pod names become those of the trial. */
  #apart<Value>(value: Value): Value {
    const text = JSON.stringify(value, (key, inner) =>
      key === "namespaces" && Array.isArray(inner) ? inner.map((name) => this.#standIn(name)) : inner,
    );
    return JSON.parse(text) as Value;
  }

  /** Waits until the scheduler has nothing left to try. Pods that gave way to more important ones wait again. */
  async settle(): Promise<Placement[]> {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    let before = "";
    let since = Date.now();
    for (;;) {
      const pods = await this.#pods();
      const missing = [...this.#placeholders].filter(([key]) => !pods.has(key) && !this.#refused.has(key));
      await Promise.all(missing.map(([, { machine: _, ...placeholder }]) => this.#ask(placeholder)));
      const waiting = [...pods.values()].filter(({ spec }) => !spec.nodeName);
      if (waiting.length === 0 && missing.length === 0) return this.#placements(pods);
      const seen = JSON.stringify([...pods].map(([key, { spec }]) => [key, spec.nodeName]));
      if (seen !== before || missing.length > 0) [before, since] = [seen, Date.now()];
      const decided = waiting.every((pod) => wordsOf(pod) !== undefined);
      if (decided && Date.now() - since > QUIET_MILLISECONDS) return this.#placements(pods);
      if (Date.now() > deadline) throw new Error("The scheduler came to no end with the pods of a trial.");
      await sleep(POLL_MILLISECONDS);
    }
  }

  async #pods(): Promise<Map<string, Pod>> {
    const namespaces = new Set([...this.#placeholders.keys()].map((key) => key.split("/")[0] as string));
    const lists = await Promise.all([...namespaces].map((namespace) => this.#api.list<Pod>(`${path(namespace)}/pods`)));
    const pods = lists.flat();
    return new Map(pods.map((pod) => [`${pod.metadata.namespace}/${pod.metadata.name}`, pod]));
  }

  #placements(pods: ReadonlyMap<string, Pod>): Placement[] {
    return [...this.#placeholders].map(([key, { workload, index }]) => {
      const pod = pods.get(key);
      const machine = this.machines.find(({ name }) => name === pod?.spec.nodeName);
      if (machine) return { workload, index, machine };
      const refusal = this.#refused.get(key);
      const because = refusal ?? (pod && wordsOf(pod)) ?? "the scheduler has said nothing";
      return { workload, index, because, refused: refusal !== undefined };
    });
  }

  /** Removes what the trial has made. */
  async close(): Promise<void> {
    const items = await this.#api.list<ClusterObject>(`/api/v1/namespaces?${this.#selector}`);
    const namespaces = items.map(({ metadata }) => metadata.name);
    const now = "gracePeriodSeconds=0";
    await Promise.all(namespaces.map((name) => this.#api.request("DELETE", `${path(name)}/pods?${now}`)));
    await Promise.all([
      this.#api.request("DELETE", `/api/v1/nodes?${this.#selector}`),
      ...namespaces.map((name) => this.#api.request("DELETE", path(name))),
    ]);
    await this.#until("a trial's namespaces are gone", async () => {
      const left = await this.#api.list(`/api/v1/namespaces?${this.#selector}`);
      return left.length === 0;
    });
  }

  get #selector(): string {
    return `labelSelector=${encodeURIComponent(`${TRIAL_LABEL}=${this.#name}`)}`;
  }

  #standIn(namespace: string): string {
    return `${this.#name}-${namespace}`.slice(0, 63);
  }

  async #create(place: string, object: object): Promise<void> {
    await this.#api.request("POST", place, JSON.stringify(object), JSON_TYPE);
  }

  async #has(place: string): Promise<boolean> {
    try {
      await this.#api.request("GET", place);
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    while (!(await isSo())) {
      if (Date.now() > deadline) throw new Error(`Not within ${PATIENCE_MILLISECONDS / 1000} seconds: ${what}.`);
      await sleep(POLL_MILLISECONDS);
    }
  }
}

function path(namespace: string): string {
  return `/api/v1/namespaces/${namespace}`;
}

function nameOf({ workload: { subject }, index }: Placeholder): string {
  return `${subject.replace("/", "-").toLowerCase()}-${index}`;
}

/** Whether a machine is up: Kubernetes taints those that are not. */
function isOpen({ taints = [] }: { taints?: { key: string }[] }): boolean {
  return !taints.some(({ key }) => key.startsWith("node.kubernetes.io/"));
}
