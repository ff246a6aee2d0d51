/** Whether all pods find a machine: at their fewest, with every autoscaler at its most, and with any one zone gone. */
import type { Plan } from "../../config/plan.ts";
import type { Api } from "../cluster/api.ts";
import { findingsOf } from "./capacity-findings.ts";
import { growth, type Pool, poolsOf, requestsOf, sum } from "./capacity-pools.ts";
import { type Placeholder, type Placement, Trial } from "./capacity-trial.ts";
import { type Workload, workloadsOf } from "./capacity-workloads.ts";
import { type Proof, proved } from "./proof.ts";
import type { Snapshot } from "./snapshot.ts";

export interface CapacityDetail {
  pools: PoolDetail[];
  /** At the fewest pods, at the most, and without each zone. */
  scenarios: Scenario[];
  /** Of which pool there is least left at the most pods, were it grown as far as it may. */
  firstFull?: { pool: string; resource: "cpu" | "memory"; percent: number };
}

export interface PoolDetail {
  name: string;
  machine: string;
  /** Machines that the stack begins with, and may have; the latter left out where nobody said. */
  least: number;
  most?: number;
  zones: string[];
}

export interface Scenario {
  name: string;
  /** The one that is gone. */
  zone?: string;
  pods: number;
  /** What found no room even when the pools had grown, by workload. */
  waiting: Waiting[];
  /** What found none before. */
  waitedFirst: number;
  rooms: Room[];
  /** Machines that the autoscaler has to add, by pool. */
  added: Record<string, number>;
}

export interface Waiting {
  subject: string;
  pods: number;
  /** Pods of it that have a machine. */
  placed: number;
  /** In the words of the scheduler, or of the API server's quotas. */
  because: string;
}

/** Machines of a pool in a zone, and how much of them is asked for. */
export interface Room {
  pool: string;
  zone: string;
  machines: number;
  cpu: Share;
  /** In GiB. */
  memory: Share;
  pods: Share;
}

export interface Share {
  used: number;
  of: number;
}

const TITLE = "All pods find a machine: at their fewest, at their most, and with any one zone gone";
/** An autoscaler that is still adding machines after so many rounds is after room that machines do not give. */
const ROUNDS = 8;

/** Schedules the stack's pods anew, by the cluster's own scheduler; the stack itself stays as it is. */
export async function proveCapacity(plan: Plan, snapshot: Snapshot, api: Api): Promise<Proof<CapacityDetail>> {
  const pools = poolsOf(plan.cluster, snapshot.of("Node"));
  const workloads = workloadsOf(snapshot);
  const run = (name: string, attempt: (trial: Trial) => Promise<Outcome>) =>
    inTrial(api, `trial-${name}`, snapshot, workloads, attempt);

  const least = await run("least", (trial) => fill(trial, pools, podsOf(workloads, "least")));
  const zones = [...new Set(pools.flatMap(({ machines }) => Object.keys(machines)))].sort();
  const [most, ...losses] = await Promise.all([
    run("most", (trial) => fill(trial, pools, podsOf(workloads, "most"))),
    ...zones.map((zone, index) => run(`zone-${index + 1}`, (trial) => lose(trial, pools, least, zone))),
  ]);
  const scenarios = [
    scenarioOf("at the fewest pods", least),
    scenarioOf("at the most pods", most as Outcome),
    ...losses.map((loss, index) => scenarioOf(`without ${zones[index]}`, loss, zones[index])),
  ];
  const detail: CapacityDetail = {
    pools: pools.map(({ name, machine, machines, most, zones }) => {
      const least = Object.values(machines).reduce((total, count) => total + count, 0);
      return { name, machine, least, most, zones: [...zones] };
    }),
    scenarios,
    firstFull: firstFull(pools, most as Outcome),
  };
  return proved({ name: "capacity", title: TITLE }, findingsOf(plan, detail), detail);
}

interface Outcome {
  placements: Placement[];
  /** Pods that had no machine before any was added. */
  waitedFirst: number;
  machines: Trial["machines"];
  /** Machines of the pools as they were. */
  first: number;
}

async function inTrial(
  api: Api,
  name: string,
  snapshot: Snapshot,
  workloads: readonly Workload[],
  attempt: (trial: Trial) => Promise<Outcome>,
): Promise<Outcome> {
  const trial = new Trial(api, name);
  try {
    // What a rehearsal that was killed has left.
    await trial.close();
    await trial.open(snapshot, [...new Set(workloads.map(({ namespace }) => namespace))]);
    return await attempt(trial);
  } finally {
    await trial.close();
  }
}

function podsOf(workloads: readonly Workload[], count: "least" | "most"): Placeholder[] {
  return workloads.flatMap((workload) => Array.from({ length: workload[count] }, (_, index) => ({ workload, index })));
}

/** Machines that the stack begins with. */
function begin(pools: readonly Pool[]): { pool: Pool; zone: string }[] {
  return pools.flatMap((pool) =>
    Object.entries(pool.machines).flatMap(([zone, count]) => Array.from({ length: count }, () => ({ pool, zone }))),
  );
}

async function fill(trial: Trial, pools: readonly Pool[], pods: readonly Placeholder[]): Promise<Outcome> {
  await trial.add(begin(pools));
  await trial.place(pods);
  return grow(trial, pools);
}

/** The pods as they are, but for those of the zone, which look for another machine. */
async function lose(trial: Trial, pools: readonly Pool[], { placements }: Outcome, zone: string): Promise<Outcome> {
  const machines = await trial.add(begin(pools));
  await trial.cordon(zone);
  const alike = (name: string | undefined) =>
    machines.find((machine) => machine.zone !== zone && suffix(machine.name) === suffix(name ?? ""));
  const pods = placements.map(({ workload, index, machine }) => ({ workload, index, machine: alike(machine?.name) }));
  await trial.place(pods.filter(({ machine }) => machine));
  await trial.place(pods.filter(({ machine }) => !machine));
  return grow(trial, pools, zone);
}

/** A machine's name without that of its trial: the same pool and number in each. */
function suffix(name: string): string {
  return name.replace(/^trial-(least|most|zone-\d+)-/, "");
}

/** Adds machines until nothing waits, none may be added, or they do not help. */
async function grow(trial: Trial, pools: readonly Pool[], lost?: string): Promise<Outcome> {
  const first = trial.machines.length;
  let placements = await trial.settle();
  const waitedFirst = waitingIn(placements).length;
  for (let round = 0; round < ROUNDS; round++) {
    const before = waitingIn(placements);
    const counts = new Map(pools.map(({ name }) => [name, countsOf(trial.machines, name)]));
    const waiting = before.map(({ workload, index }) => ({ spec: workload.spec, zone: workload.zones[index] }));
    const additions = growth(waiting, pools, counts, lost);
    if (additions.length === 0) break;
    await trial.add(additions);
    placements = await trial.settle();
    if (waitingIn(placements).length === before.length) break;
  }
  const taken = new Set(placements.map(({ machine }) => machine?.name));
  // An autoscaler takes away what stays empty.
  const machines = trial.machines.filter(
    (machine, index) => machine.zone !== lost && (index < first || taken.has(machine.name)),
  );
  const begun = trial.machines.slice(0, first).filter((machine) => machine.zone !== lost).length;
  return { placements, waitedFirst, machines, first: begun };
}

function waitingIn(placements: readonly Placement[]): Placement[] {
  return placements.filter(({ machine }) => !machine);
}

function countsOf(machines: Trial["machines"], pool: string): Record<string, number> {
  const own = machines.filter((machine) => machine.pool.name === pool);
  return Object.fromEntries([...Map.groupBy(own, ({ zone }) => zone)].map(([zone, all]) => [zone, all.length]));
}

function scenarioOf(name: string, { placements, waitedFirst, machines, first }: Outcome, zone?: string): Scenario {
  const byWorkload = Map.groupBy(waitingIn(placements), ({ workload }) => workload);
  const added = Map.groupBy(machines.slice(first), ({ pool }) => pool.name);
  return {
    name,
    zone,
    pods: placements.length,
    waiting: [...byWorkload].map(([workload, all]) => ({
      subject: workload.subject,
      pods: all.length,
      placed: placements.filter((one) => one.workload === workload && one.machine).length,
      because: reasonOf(all[0] as Placement, zone),
    })),
    waitedFirst,
    rooms: roomsOf(placements, machines),
    added: Object.fromEntries([...added].map(([pool, all]) => [pool, all.length])),
  };
}

function reasonOf({ workload, index, because = "" }: Placement, lost: string | undefined): string {
  return lost !== undefined && workload.zones[index] === lost ? "its disk is in that zone" : because;
}

function roomsOf(placements: readonly Placement[], machines: Trial["machines"]): Room[] {
  const groups = Map.groupBy(machines, ({ pool, zone }) => `${pool.name} ${zone}`);
  return [...groups.values()].map((group): Room => {
    const [{ pool, zone }] = group as [Trial["machines"][number]];
    const names = new Set(group.map(({ name }) => name));
    const pods = placements.filter(({ machine }) => machine && names.has(machine.name));
    const used = sum(pods.map(({ workload }) => requestsOf(workload.spec)));
    const share = (kind: "cpu" | "memory" | "pods"): Share => ({
      used: round(used[kind]),
      of: round(pool.room[kind] * group.length),
    });
    return {
      pool: pool.name,
      zone,
      machines: group.length,
      cpu: share("cpu"),
      memory: share("memory"),
      pods: share("pods"),
    };
  });
}

function round(amount: number): number {
  return Math.round(amount * 1000) / 1000;
}

function firstFull(pools: readonly Pool[], { placements }: Outcome): CapacityDetail["firstFull"] {
  const shares = pools.flatMap((pool) => {
    const { name, room, most = Object.values(pool.machines).reduce((total, count) => total + count, 0) } = pool;
    const used = sum(
      placements.filter(({ machine }) => machine?.pool === pool).map(({ workload }) => requestsOf(workload.spec)),
    );
    return (["cpu", "memory"] as const).map((resource) => ({
      pool: name,
      resource,
      percent: Math.round((used[resource] / (room[resource] * most)) * 100),
    }));
  });
  return shares.toSorted((a, b) => b.percent - a.percent).at(0);
}
