/** What is done in a trial: pods put on the machines that there are, a zone taken away, machines added. */
import { growth, type Pool } from "./capacity-pools.ts";
import type { Machine, Placeholder, Placement, Trial } from "./capacity-trial.ts";

/** An autoscaler that is still adding machines after so many rounds is after room that machines do not give. */
const ROUNDS = 8;

export interface Outcome {
  placements: Placement[];
  /** Pods that had no machine before any was added. */
  waitedFirst: number;
  machines: readonly Machine[];
  /** Machines of the pools as they were. */
  first: number;
}

/** Machines that the stack begins with. */
function begin(pools: readonly Pool[]): { pool: Pool; zone: string }[] {
  return pools.flatMap((pool) =>
    Object.entries(pool.machines).flatMap(([zone, count]) => Array.from({ length: count }, () => ({ pool, zone }))),
  );
}

export async function fill(trial: Trial, pools: readonly Pool[], pods: readonly Placeholder[]): Promise<Outcome> {
  await trial.add(begin(pools));
  await trial.place(pods);
  return grow(trial, pools);
}

/** The pods as they are, but for those of the zone, which look for another machine. */
export async function lose(
  trial: Trial,
  pools: readonly Pool[],
  { placements }: Outcome,
  zone: string,
): Promise<Outcome> {
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
    const unplaced = before.filter(({ refused }) => !refused);
    const waiting = unplaced.map(({ workload, index }) => ({ spec: workload.spec, zone: workload.zones[index] }));
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

export function waitingIn(placements: readonly Placement[]): Placement[] {
  return placements.filter(({ machine }) => !machine);
}

function countsOf(machines: readonly Machine[], pool: string): Record<string, number> {
  const own = machines.filter((machine) => machine.pool.name === pool);
  return Object.fromEntries([...Map.groupBy(own, ({ zone }) => zone)].map(([zone, all]) => [zone, all.length]));
}
