/** Load that comes and goes: the real autoscaler's answer to what metrics-server tells it. */
import { setTimeout as sleep } from "node:timers/promises";
import { parseQuantity } from "../../config/quantity.ts";
import { type Api, ApiError } from "../cluster/api.ts";
import { until } from "../cluster/until.ts";
import { type Finding, proved } from "../proofs/proof.ts";
import type { ClusterObject } from "../proofs/snapshot.ts";
import { type Asked, type Behavior, behaviorOf, faster, tooFast, tooSoon } from "./behavior.ts";
import { type Drill, duration, notDrilled } from "./drill.ts";
import type { Machines } from "./machines.ts";
import { type Part, partOf, partsOf } from "./ready-pods.ts";
import { autoscalersIn, detailOf, type Stage } from "./stage.ts";

const NAME = "load";
const TITLE =
  "Load comes and goes: autoscalers follow at the rates declared, from their fewest pods to their most and back";
/** Windows and periods are so many times as short as declared, all of them. */
const FACTOR = 20;
const PLAYED = `Pods' usage is simulated, shared out evenly and never above their limits; metrics-server reads it every 15 s and the real controller acts on it every 5 s. Windows and periods are played ${FACTOR} times as fast as they are declared. Who goes by other figures, too, does not come down, for nobody gives them here; nor who may not: they are set back by hand.`;
const POLL_MILLISECONDS = 500;
/** Nothing that is declared takes as long as this at the pace that it is played, on a busy machine either. */
const PATIENCE_SECONDS = 900;
/** Of what an autoscaler aims at: more than enough for all the pods that it may ask for. */
const HIGH = 1.5;
const LOW = 0.05;

interface Scaler {
  object: ClusterObject;
  /** Tier that it scales. */
  part: string;
  min: number;
  max: number;
  resource: "cpu" | "memory";
  /** Of one pod, in thousandths: what it asks for, what it gets at most, and what the autoscaler aims at. */
  request: number;
  limit: number;
  target: number;
  containers: number;
  /** As it is declared. */
  behavior: Behavior;
  /** Whether it goes by other figures, too, that nobody gives here: it goes up without them, and never down. */
  hasOthers: boolean;
  asked: Asked[];
  /** The most of its pods that found no machine. */
  homeless: number;
}

export async function drillLoad(stage: Stage): Promise<Drill> {
  const { api, plan, ready, machines, mark } = stage;
  const path = autoscalersIn(plan.namespace);
  const scalers = (await api.list<ClusterObject>(path)).flatMap((object) => scalerOf(object, stage.parts));
  const elsewhere = plan.tiers.flatMap(({ name, events }) => (events ? [name] : []));
  const untold = elsewhere.length > 0 ? `; ${elsewhere.join(", ")} by KEDA, whose operator does not run here` : "";
  if (scalers.length === 0) return notDrilled(NAME, TITLE, `no tier scales by CPU or memory${untold}`);

  const play = (spec: (scaler: Scaler) => object) =>
    Promise.all(scalers.map((scaler) => api.merge(`${path}/${scaler.object.metadata.name}`, { spec: spec(scaler) })));
  await play(({ behavior }) => ({ behavior: faster(behavior, FACTOR) }));
  try {
    const rise = ready.now;
    mark("load rises");
    const risen = await follow(stage, scalers, machines, HIGH, ({ max }) => max);
    mark(risen ? "all at their most" : "not all reached their most");
    const fall = ready.now;
    mark("load falls");
    const shrinking = scalers.filter(
      ({ hasOthers, behavior }) => !hasOthers && behavior.scaleDown.selectPolicy !== "Disabled",
    );
    const fallen = await follow(stage, scalers, machines, LOW, ({ min }) => min, shrinking);
    mark(shrinking.length === 0 ? "none comes down here" : fallen ? "all at their fewest" : "not all came down");
    const [deployments, autoscalers] = await Promise.all([
      api.list<ClusterObject>(`/apis/apps/v1/namespaces/${plan.namespace}/deployments`),
      api.list<ClusterObject>(path),
    ]);
    const findings = [
      ...scalers.flatMap((scaler) =>
        judge(scaler, rise, fall, shrinking.includes(scaler), saidOf(scaler, autoscalers)),
      ),
      ...deployments.flatMap(refused),
    ];
    const words = scalers
      .map(({ part, min, max, homeless }) => {
        const without = homeless > 0 ? ` (${homeless} of them without a machine)` : "";
        return `${part} ${min} to ${max}${without}`;
      })
      .join(", ");
    const staying = scalers.filter((scaler) => !shrinking.includes(scaler)).map(({ part }) => part);
    const up = `up within ${duration(fall - rise)}`;
    const down = shrinking.length > 0 ? `, down within ${duration(ready.now - fall)}` : "";
    const stays = staying.length > 0 ? `; down again not drilled: ${staying.join(", ")}` : "";
    const summary = `${words}; ${up}${down} at ${FACTOR} times the pace${stays}${untold}`;
    const detail = detailOf(stage, PLAYED);
    const timelines = detail.timelines
      .map((line) => ({ line, scaler: scalers.find(({ part }) => part === line.subject) }))
      .flatMap(({ line, scaler }) => (scaler ? [{ ...line, floor: scaler.min, ceiling: scaler.max }] : []));
    return proved({ name: NAME, title: TITLE, summary }, findings, { ...detail, timelines });
  } finally {
    await play(({ object }) => ({ behavior: object.spec.behavior ?? null }));
    await Promise.all(ready.pods.map(({ metadata }) => setUsage(api, metadata, {})));
    const now = await partsOf(api, plan.namespace);
    await Promise.all(
      scalers.map(async (scaler) => {
        const [before, after] = [stage.parts, now].map((parts) => parts.find(({ name }) => name === scaler.part));
        if (before && after && after.replicas !== before.replicas) await setBack(api, path, scaler, before);
      }),
    );
  }
}

/** Gives it the replicas that it had, once its autoscaler sees that the load is gone: until then it would go up again. */
async function setBack(api: Api, autoscalers: string, { part, object, resource }: Scaler, before: Part): Promise<void> {
  await until(`the autoscaler of ${part} sees that the load is gone`, async () =>
    isAtRest(await api.get<ClusterObject>(`${autoscalers}/${object.metadata.name}`), resource),
  );
  const { kind, metadata } = before.object;
  const path = `/apis/apps/v1/namespaces/${metadata.namespace}/${kind.toLowerCase()}s/${metadata.name}/scale`;
  await api.merge(path, { spec: { replicas: before.replicas } });
}

function isAtRest({ spec, status }: ClusterObject, resource: Scaler["resource"]): boolean {
  const ofResource = (metrics: Metric[] = []) => metrics.find((metric) => metric.resource?.name === resource)?.resource;
  const target = ofResource(spec.metrics)?.target.averageUtilization ?? 100;
  const current = ofResource(status?.currentMetrics)?.current?.averageUtilization;
  return current !== undefined && current < target;
}

function scalerOf(object: ClusterObject, parts: Stage["parts"]): Scaler[] {
  const { scaleTargetRef, minReplicas = 1, maxReplicas, metrics = [], behavior } = object.spec;
  const part = parts.find(
    (one) => one.object.kind === scaleTargetRef.kind && one.object.metadata.name === scaleTargetRef.name,
  );
  const own = metrics.filter(({ type }: Metric) => type === "Resource") as Metric[];
  const metric = own.find(({ resource }) => resource?.name === "cpu") ?? own[0];
  if (!part || !metric?.resource) return [];
  const resource = metric.resource.name;
  const containers: ContainerSpec[] = part.object.spec.template.spec.containers;
  const sum = (of: (container: ContainerSpec) => string | undefined) =>
    containers.reduce((total, container) => total + Number(parseQuantity(of(container) ?? "0")), 0);
  const request = sum(({ resources }) => resources?.requests?.[resource]);
  return [
    {
      object,
      part: part.name,
      min: minReplicas,
      max: maxReplicas,
      resource,
      request,
      limit: sum(({ resources }) => resources?.limits?.[resource] ?? resources?.requests?.[resource]),
      target: (request * (metric.resource.target.averageUtilization ?? 100)) / 100,
      containers: containers.length,
      behavior: behaviorOf(behavior),
      hasOthers: own.length < metrics.length,
      asked: [{ at: 0, replicas: part.replicas }],
      homeless: 0,
    },
  ];
}

interface Metric {
  type: string;
  resource?: {
    name: "cpu" | "memory";
    target: { averageUtilization?: number };
    /** In its status only. */
    current?: { averageUtilization?: number };
  };
}

interface ContainerSpec {
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

/** Keeps the load up until those of `awaited` have what they go for. @returns whether they all came there */
async function follow(
  { api, plan, ready }: Stage,
  scalers: readonly Scaler[],
  machines: Machines,
  load: number,
  goal: (scaler: Scaler) => number,
  awaited: readonly Scaler[] = scalers,
): Promise<boolean> {
  const deadline = ready.now + PATIENCE_SECONDS;
  for (;;) {
    for (const scaler of scalers) await press(api, ready, scaler, load);
    const parts = await partsOf(api, plan.namespace);
    for (const { asked, part } of scalers) {
      const replicas = parts.find(({ name }) => name === part)?.replicas ?? 0;
      if (asked.at(-1)?.replicas !== replicas) asked.push({ at: ready.now, replicas });
    }
    const stuck = Map.groupBy(await machines.autoscale(ready.pods), ({ pod }) => partOf(pod));
    for (const scaler of scalers) scaler.homeless = Math.max(scaler.homeless, stuck.get(scaler.part)?.length ?? 0);
    const isThere = (scaler: Scaler) =>
      scaler.asked.at(-1)?.replicas === goal(scaler) &&
      (stuck.has(scaler.part) || ready.readyOf(scaler.part) === goal(scaler));
    if (awaited.every(isThere)) return true;
    if (ready.now > deadline) return false;
    await sleep(POLL_MILLISECONDS);
  }
}

/** Shares the load out over the pods that are ready. */
async function press(api: Api, ready: Stage["ready"], scaler: Scaler, load: number): Promise<void> {
  const { part, resource, target, max, limit, containers } = scaler;
  const pods = ready.pods.filter((pod) => partOf(pod) === part && !("deletionTimestamp" in pod.metadata));
  const each = Math.min((target * max * load) / Math.max(ready.readyOf(part), 1), limit) / containers;
  // Thousandths of a core, or of a byte.
  const usage = resource === "cpu" ? `${Math.max(Math.round(each), 1)}m` : String(Math.max(Math.round(each / 1000), 1));
  const late = pods.filter(({ metadata }) => metadata.annotations?.[`kwok.x-k8s.io/usage-${resource}`] !== usage);
  await Promise.all(late.map(({ metadata }) => setUsage(api, metadata, { [resource]: usage })));
}

async function setUsage(
  api: Api,
  { name, namespace }: ClusterObject["metadata"],
  usage: { cpu?: string; memory?: string },
) {
  const { cpu = null, memory = null } = usage;
  const annotations = { "kwok.x-k8s.io/usage-cpu": cpu, "kwok.x-k8s.io/usage-memory": memory };
  try {
    await api.merge(`/api/v1/namespaces/${namespace}/pods/${name}`, { metadata: { annotations } });
  } catch (error) {
    // The pod may be gone by now.
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}

function judge(scaler: Scaler, rise: number, fall: number, shrinks: boolean, said: string): Finding[] {
  const { part, min, max, asked, behavior } = scaler;
  const played = faster(behavior, FACTOR);
  const failure = (sentence: string, fix: string): Finding => ({ severity: "failure", subject: part, sentence, fix });
  const most = Math.max(...asked.map(({ replicas }) => replicas));
  const last = asked.at(-1)?.replicas;
  return [
    ...(most < max
      ? [failure(`It went up to ${most} only, not to ${max}${said}.`, "see the autoscaler's conditions and its rates")]
      : []),
    ...(most > max
      ? [failure(`It went up to ${most}, beyond its most, ${max}.`, "see who else changes its replicas")]
      : []),
    ...(shrinks && last !== min
      ? [failure(`It stayed at ${last} when the load was gone, above ${min}.`, "see its scaleDown")]
      : []),
    ...tooFast(asked, played).map((words) => failure(`It went ${words}.`, "see who else changes its replicas")),
    ...(tooSoon(asked, rise, played.scaleUp)
      ? [failure("It went up before its window was over.", "see who else changes its replicas")]
      : []),
    ...(tooSoon(asked, fall, played.scaleDown)
      ? [failure("It came down before its window was over.", "see who else changes its replicas")]
      : []),
  ];
}

/** Why it does not scale, where it says so. */
function saidOf({ object }: Scaler, autoscalers: readonly ClusterObject[]): string {
  const now = autoscalers.find(({ metadata }) => metadata.name === object.metadata.name);
  const conditions: { type: string; status: string; message: string }[] = now?.status?.conditions ?? [];
  const said = conditions.find(({ type, status }) => type === "ScalingActive" && status === "False");
  return said ? `: ${said.message}` : "";
}

/** Pods that the API server did not let in, such as those past the quota. */
function refused({ metadata, status }: ClusterObject): Finding[] {
  const conditions: { type: string; status: string; message: string }[] = status?.conditions ?? [];
  return conditions
    .filter(({ type, status }) => type === "ReplicaFailure" && status === "True")
    .map(({ message }) => ({
      severity: "failure",
      subject: metadata.name,
      sentence: `It has fewer pods than its autoscaler asks for: ${message}.`,
      fix: "raise the quota, or lower autoscale.max",
    }));
}
