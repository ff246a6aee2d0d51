/** Takes a stack down in an order that does not hang; run again, it goes on where it was cut short. */
import type { Progress } from "../progress.ts";
import { backUp, backupsOf } from "./backup.ts";
import { awaitVolumes, type Cluster, closeWaysIn, tellingWhatHolds } from "./cluster.ts";
import type { Engine } from "./engine.ts";
import type { TeardownPlan } from "./plan.ts";
import type { Lifting } from "./protections.ts";
import type { State } from "./state.ts";

/** The last copies of the bundled stores; those of managed ones are made when they go. */
export async function backUpAll(state: State, cluster: Cluster | undefined, progress: Progress): Promise<void> {
  if (!cluster) return;
  for (const cronJob of backupsOf(state)) {
    const step = progress.step(`A last backup by ${cronJob}`);
    try {
      await backUp(cluster, cronJob);
      step.done();
    } catch (error) {
      step.failed();
      throw error;
    }
  }
}

export async function lift(engine: Engine, { settings, update }: Lifting): Promise<void> {
  for (const [path, value] of Object.entries(settings)) await engine.configure(path, value);
  if (update) await engine.up();
  await engine.unprotect();
}

/**
 * What makes things outside of the cluster goes first, and its controllers are waited for while they still run; then
 * the application's namespace and its volumes, the add-ons' namespaces and theirs, and the rest.
 */
export async function takeDown(
  engine: Engine,
  cluster: Cluster | undefined,
  { namespaces, scope }: TeardownPlan,
  progress: Progress,
): Promise<void> {
  if (cluster) {
    await step(progress, "Gateways, Ingresses and load balancers", () => closeWaysIn(cluster, scope));
    for (const { urns, names } of namespaces) {
      await tellingWhatHolds(cluster, names, () => engine.destroy(urns));
      await step(progress, `Volumes of ${names.join(", ")}`, () => awaitVolumes(cluster, names));
    }
  }
  await engine.destroy();
}

async function step(progress: Progress, title: string, work: () => Promise<void>): Promise<void> {
  const step = progress.step(title);
  try {
    await work();
    step.done(`${title}: gone`);
  } catch (error) {
    step.failed();
    throw error;
  }
}
