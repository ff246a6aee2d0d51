/** Carries a restore out through the stack's config; run again, it goes on where it was cut short. */
import { recoveredName } from "../../config/restores.ts";
import { operatedAs } from "../../config/servers.ts";
import { UserError } from "../command.ts";
import type { Settings } from "../rehearsal/stack-file.ts";
import type { Cluster } from "../teardown/cluster.ts";
import type { Engine } from "../teardown/engine.ts";
import { failureOf, type Job, jobsOf } from "../teardown/jobs.ts";
import { at } from "../teardown/state.ts";
import { named } from "./copies.ts";
import type { Restore } from "./report.ts";
import { stoppedFor, type Target } from "./target.ts";

/** What the stack's config says of a restore that has begun. */
export type Pending = { copy: string; copyFirst?: boolean } | { at: string; from?: string };

export function pendingIn(settings: Settings, declared: string): Pending | undefined {
  return at(settings, `datastores.${declared}.restore`) as Pending | undefined;
}

/** Says in the stack's config what is wanted, and lands that: it stops tiers, copies, restores and compares. */
export async function putBack(
  engine: Engine,
  cluster: Cluster,
  restore: Restore,
  pending: Pending | undefined,
): Promise<void> {
  const { target, wanted } = restore;
  const path = `datastores.${target.datastore.declared}.restore`;
  const said: Record<string, string> =
    wanted.kind === "moment"
      ? { at: named(wanted.at) }
      : { copy: wanted.copy.name, ...(wanted.copyFirst ? {} : { copyFirst: "false" }) };
  for (const key of Object.keys(pending ?? {}).filter((key) => isOther(key, said)))
    await engine.unset(`${path}.${key}`);
  for (const [key, value] of Object.entries(said)) await engine.configure(`${path}.${key}`, value);
  await removeFailed(cluster, target);
  try {
    await engine.up();
  } catch (error) {
    throw error instanceof UserError ? new UserError(await failure(cluster, restore)) : error;
  }
}

/** Whether it is of the other kind of restore, which the config must not say beside this one. */
function isOther(key: string, said: Record<string, string>): boolean {
  return ("at" in said ? ["copy", "copyFirst"] : ["at", "from"]).includes(key);
}

/** Takes that out of the config again: with the next update, tiers start. */
export async function takeOut(engine: Engine, settings: Settings, declared: string): Promise<void> {
  for (const path of tracesOf(settings, declared)) await engine.unset(path);
}

/** An engine that was killed may not know of the servers that it was making, to recover a moment. */
export async function removeRecovered(cluster: Cluster, { plan, datastore }: Target, pending: Pending | undefined) {
  const operated = operatedAs(datastore);
  if (!operated || !pending || !("at" in pending)) return;
  const { apiVersion, plural } = operated.resource;
  const path = `/apis/${apiVersion}/namespaces/${plan.namespace}/${plural}/${recoveredName(datastore, pending.at)}`;
  await cluster.send("DELETE", path);
}

/** What a restore has put into the config, with what is empty without it. */
export function tracesOf(settings: Settings, declared: string): string[] {
  if (!pendingIn(settings, declared)) return [];
  const holdsOnly = (path: string, key: string) => Object.keys(at(settings, path) as object).every((it) => it === key);
  if (!holdsOnly(`datastores.${declared}`, "restore")) return [`datastores.${declared}.restore`];
  return holdsOnly("datastores", declared) ? ["datastores"] : [`datastores.${declared}`];
}

interface RestoreJob extends Job {
  metadata: Job["metadata"] & { uid: string };
}

async function failedJobs({ ask }: Cluster, { plan, backup }: Target): Promise<RestoreJob[]> {
  const selector = `app.kubernetes.io%2Fname%3D${restoreName(backup)}`;
  const jobs = await ask<{ items: RestoreJob[] }>(`${jobsOf(plan.namespace)}?labelSelector=${selector}`);
  return (jobs?.items ?? []).filter((job) => failureOf(job) !== undefined);
}

function restoreName({ datastore }: Target["backup"]): string {
  return `${datastore.name}-restore`;
}

/** The engine takes a job that it was killed over for its own, and one that has failed would fail it at once. */
async function removeFailed(cluster: Cluster, target: Target): Promise<void> {
  for (const { metadata } of await failedJobs(cluster, target)) {
    const path = `${jobsOf(target.plan.namespace)}/${metadata.name}`;
    await cluster.send("DELETE", `${path}?propagationPolicy=Background`);
  }
}

async function failure(cluster: Cluster, { stack, target }: Restore): Promise<string> {
  const { datastore, plan } = target;
  const failed = await failedJobs(cluster, target);
  const command = `npm run restore -- ${stack} ${datastore.declared}`;
  return [
    failed.length > 0
      ? `The copy was not put back: kubectl -n ${plan.namespace} logs job/${failed[0]?.metadata.name} says why.`
      : "pulumi up failed, as it says above.",
    `  stopped  ${stoppedFor(target).join(", ") || "nobody"}: nobody uses ${datastore.declared} until one of these is run`,
    `  fix      ${command}               goes on with the same copy`,
    `           ${command} --at TIME     takes another one; what was there before is among them`,
    `           ${command} --give-up     starts them on what ${datastore.declared} has now`,
  ].join("\n");
}
