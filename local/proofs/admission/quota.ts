/** What a namespace's quota has to hold: everything at its fewest, and everything at its most at once. */
import { formatBytes, formatCpu, parseQuantity } from "../../../config/quantity.ts";
import type { ClusterObject, Snapshot } from "../snapshot.ts";
import { replicasOf, type Workload, workloadsOf } from "../workloads.ts";

/** One line of a quota, in the quota's own words. */
export interface Held {
  quota: string;
  resource: string;
  hard: string;
  minimum: string;
  maximum: string;
  fits: "always" | "at the minimum only" | "never";
}

type Amounts = Record<string, bigint>;
type Resources = { requests?: Record<string, string>; limits?: Record<string, string> };

/** As a quota knows it by its other name. */
const SHORT: Record<string, string> = { cpu: "requests.cpu", memory: "requests.memory", storage: "requests.storage" };

export function heldByQuotas(snapshot: Snapshot, namespace: string): Held[] {
  const [minimum, maximum] = [needed(snapshot, namespace, "min"), needed(snapshot, namespace, "max")];
  return snapshot.of("ResourceQuota", namespace).flatMap(({ metadata, spec }) =>
    Object.entries(spec.hard as Record<string, string>).flatMap(([resource, hard]): Held[] => {
      const key = SHORT[resource] ?? resource;
      const [least, most] = [minimum[key], maximum[key]];
      if (least === undefined || most === undefined) return [];
      const limit = parseQuantity(hard);
      const fits = most <= limit ? "always" : least <= limit ? "at the minimum only" : "never";
      const [told, toldMost] = [format(key, least), format(key, most)];
      return [{ quota: metadata.name, resource, hard, minimum: told, maximum: toldMost, fits }];
    }),
  );
}

/** At the most, each Deployment is being updated and each job runs. */
function needed(snapshot: Snapshot, namespace: string, at: "min" | "max"): Amounts {
  const workloads = workloadsOf(snapshot, namespace);
  const defaults = defaultsOf(snapshot, namespace);
  const total: Amounts = { pods: 0n };
  for (const resource of ["cpu", "memory"])
    for (const side of ["requests", "limits"]) total[`${side}.${resource}`] = 0n;
  total["requests.storage"] = claimsOfNobody(snapshot, namespace);
  for (const workload of workloads) {
    const pods = podsOf(snapshot, workload, at);
    const each: Amounts = {
      pods: 1000n,
      ...ofPod(workload.template.spec, defaults),
      "requests.storage": volumesOf(workload, at === "max"),
    };
    for (const [key, amount] of Object.entries(each)) total[key] = (total[key] ?? 0n) + amount * BigInt(pods);
  }
  return total;
}

function podsOf(snapshot: Snapshot, workload: Workload, at: "min" | "max"): number {
  const { kind, spec, status } = workload.object;
  const isJob = kind === "Job" || kind === "CronJob";
  if (isJob && at === "min") return 0;
  if (kind === "Pod" && ["Succeeded", "Failed"].includes(status?.phase)) return 0;
  const replicas = replicasOf(snapshot, workload)[at];
  return replicas + (at === "max" && kind === "Deployment" && replicas > 0 ? surgeOf(spec.strategy) : 0);
}

/** One pod at least: a percentage goes by what there are, and an update does not wait for all of them at once. */
function surgeOf(strategy: { type?: string; rollingUpdate?: { maxSurge?: number | string } } = {}): number {
  if (strategy.type === "Recreate") return 0;
  const { maxSurge = 1 } = strategy.rollingUpdate ?? {};
  return typeof maxSurge === "number" ? maxSurge : maxSurge === "0%" ? 0 : 1;
}

interface Container {
  resources?: Resources;
  restartPolicy?: string;
}

/** Sidecars and containers together, or the largest that runs before them: KEP-753. */
// biome-ignore lint/suspicious/noExplicitAny: a PodSpec
function ofPod(spec: any, defaults: Resources): Amounts {
  const init: Container[] = spec.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === "Always");
  const keys = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
  return Object.fromEntries(
    keys.map((key) => {
      const of = (container: Container) => amountOf(container, key, defaults);
      const sum = (containers: readonly Container[]) => containers.reduce((total, one) => total + of(one), 0n);
      const running = sum([...spec.containers, ...sidecars]);
      const before = init.map(
        (one, index) => of(one) + sum(init.slice(0, index).filter((earlier) => sidecars.includes(earlier))),
      );
      return [key, before.reduce((most, one) => (one > most ? one : most), running)];
    }),
  );
}

function amountOf({ resources = {} }: Container, key: string, defaults: Resources): bigint {
  const [side, resource] = key.split(".") as ["requests" | "limits", string];
  // A limit alone is the request, too.
  const own = resources[side]?.[resource] ?? (side === "requests" ? resources.limits?.[resource] : undefined);
  const text = own ?? defaults[side]?.[resource];
  return text === undefined ? 0n : parseQuantity(text);
}

/** What the namespace's LimitRange gives a container that states nothing. */
function defaultsOf(snapshot: Snapshot, namespace: string): Resources {
  const limits: { type: string; default?: Record<string, string>; defaultRequest?: Record<string, string> }[] = snapshot
    .of("LimitRange", namespace)
    .flatMap(({ spec }) => spec.limits);
  const [first] = limits.filter(({ type }) => type === "Container");
  return { limits: first?.default, requests: first?.defaultRequest };
}

interface Claim {
  spec: { resources?: { requests?: { storage?: string } } };
}

function storageOf({ spec }: Claim): bigint {
  const text = spec.resources?.requests?.storage;
  return text === undefined ? 0n : parseQuantity(text);
}

/** Volumes that come with each pod. */
function volumesOf({ object, template }: Workload, withScratch: boolean): bigint {
  const claims: Claim[] = object.kind === "StatefulSet" ? (object.spec.volumeClaimTemplates ?? []) : [];
  const scratch = (template.spec.volumes ?? []).flatMap(
    ({ ephemeral }: { ephemeral?: { volumeClaimTemplate: Claim } }) =>
      ephemeral && withScratch ? [ephemeral.volumeClaimTemplate] : [],
  );
  return [...claims, ...scratch].reduce((sum, claim) => sum + storageOf(claim), 0n);
}

/** Claims that no template of a StatefulSet and no pod has made. */
function claimsOfNobody(snapshot: Snapshot, namespace: string): bigint {
  const prefixes = snapshot
    .of("StatefulSet", namespace)
    .flatMap(({ metadata, spec }) =>
      (spec.volumeClaimTemplates ?? []).map((claim: ClusterObject) => `${claim.metadata.name}-${metadata.name}-`),
    );
  return snapshot
    .of("PersistentVolumeClaim", namespace)
    .filter(({ metadata }) => !(metadata.ownerReferences ?? []).some(({ kind }) => kind === "Pod"))
    .filter(({ metadata }) => !prefixes.some((prefix) => metadata.name.startsWith(prefix)))
    .reduce((sum, claim) => sum + storageOf(claim as unknown as Claim), 0n);
}

function format(key: string, amount: bigint): string {
  if (key === "pods") return String(amount / 1000n);
  return key.endsWith("cpu") ? formatCpu(amount) : formatBytes(amount);
}
