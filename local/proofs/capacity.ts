/** Whether all pods find a machine: at their fewest, with every autoscaler at its most, and with any one zone gone. */
import type { Plan } from "../../config/plan.ts";
import type { Api } from "../cluster/api.ts";
import { fill, lose, type Outcome, waitingIn } from "./capacity-attempts.ts";
import { findingsOf } from "./capacity-findings.ts";
import { type Pool, poolsOf, requestsOf, sum } from "./capacity-pools.ts";
import { type Machine, type Placeholder, type Placement, Trial } from "./capacity-trial.ts";
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
  /** Whether a quota, or whoever else has a say, did not let them in. */
  refused?: boolean;
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
  return proved({ name: "capacity", title: TITLE, summary: summaryOf(scenarios) }, findingsOf(plan, detail), detail);
}

function summaryOf([least, most, ...losses]: readonly Scenario[]): string {
  const added = Object.values(most?.added ?? {}).reduce((sum, count) => sum + count, 0);
  const down = new Set(losses.flatMap(({ waiting }) => waiting.map(({ subject }) => subject))).size;
  return `${least?.pods} to ${most?.pods} pods, ${added} machines added for the most; ${down} ${down === 1 ? "part waits" : "parts wait"} for a zone that is gone`;
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
      refused: all.some(({ refused }) => refused),
    })),
    waitedFirst,
    rooms: roomsOf(placements, machines),
    added: Object.fromEntries([...added].map(([pool, all]) => [pool, all.length])),
  };
}

function reasonOf({ workload, index, because = "" }: Placement, lost: string | undefined): string {
  return lost !== undefined && workload.zones[index] === lost ? "its disk is in that zone" : because;
}

function roomsOf(placements: readonly Placement[], machines: readonly Machine[]): Room[] {
  const groups = Map.groupBy(machines, ({ pool, zone }) => `${pool.name} ${zone}`);
  return [...groups.values()].map((group): Room => {
    const [{ pool, zone }] = group as [Machine];
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
