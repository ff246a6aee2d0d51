/** The cluster that a stack has landed on, for as long as it is there. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Ask, openApiServer, type Send } from "../../cloud/api-server.ts";
import { ClusterError, kubeconfigFiles, readContext } from "../../cloud/kubeconfig-file.ts";
import { UserError } from "../command.ts";
import { type Scope, volumesOf, waysInOf } from "./found.ts";
import { at, nameOf, type State } from "./state.ts";
import { explain } from "./stuck.ts";

export interface Cluster {
  ask: Ask;
  send: Send;
  close: () => void;
}

export interface Patience {
  pollMilliseconds: number;
  /** How long something may take to go. */
  seconds: number;
}

/** Clouds take minutes for a load balancer and for a disk. */
export const PATIENCE: Patience = { pollMilliseconds: 2_000, seconds: 900 };

const PROVIDER = "pulumi:providers:kubernetes";

/** Opens the cluster by the kubeconfig of the stack's own provider; undefined where nothing of the stack is in one. */
export async function openCluster({ resources }: State): Promise<Cluster | undefined> {
  const provider = resources.find(({ type, urn }) => type === PROVIDER && nameOf({ urn }) === "cluster");
  const isUsed = resources.some(({ type }) => type.startsWith("kubernetes:"));
  if (!provider || !isUsed) return undefined;
  const kubeconfig = at(provider.inputs, "kubeconfig") as string | undefined;
  const context = at(provider.inputs, "context") as string | undefined;
  return inFiles(kubeconfig, async (files) => {
    try {
      const cluster = await openApiServer(readContext(files, context));
      await cluster.ask("/version");
      return cluster;
    } catch (error) {
      throw error instanceof ClusterError ? new UserError(error.message.trim()) : error;
    }
  });
}

/** What a provider takes for a kubeconfig is a path, or the text itself. */
async function inFiles<T>(kubeconfig: string | undefined, use: (files: string[]) => Promise<T>): Promise<T> {
  const isText = kubeconfig !== undefined && /^\s*\{|\n/.test(kubeconfig);
  if (!isText) return use(kubeconfigFiles(kubeconfig));
  const directory = mkdtempSync(join(tmpdir(), "landfall-kubeconfig-"));
  try {
    const file = join(directory, "kubeconfig");
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    return await use([file]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * Deletes what stands for load balancers, those first whose controllers make others, and waits until the controllers
 * have let go: without them, or without the cluster, nobody removes what they have made.
 *
 * @throws UserError that names the finalizers which hold one
 */
export async function closeWaysIn({ ask, send }: Cluster, scope: Scope, patience = PATIENCE): Promise<void> {
  await until(patience, async () => {
    const left = await waysInOf(ask, scope);
    const others = left.filter(({ kind }) => kind !== "Service");
    for (const { path, isGoing } of others.length > 0 ? others : left) if (!isGoing) await send("DELETE", path);
    return left.map(
      ({ kind, namespace, name, finalizers }) =>
        `${kind} ${namespace}/${name}, held by ${finalizers.join(", ") || "nothing: it is made anew"}`,
    );
  });
}

/** Waits until the drivers have deleted the volumes of the namespaces. @throws UserError that names those left */
export async function awaitVolumes(
  { ask }: Cluster,
  namespaces: readonly string[],
  patience = PATIENCE,
): Promise<void> {
  await until(patience, async () => {
    const volumes = await volumesOf(ask, namespaces);
    return volumes
      .filter(({ reclaimPolicy }) => reclaimPolicy === "Delete")
      .map(({ name, claim }) => `PersistentVolume ${name} of ${claim}: kubectl describe pv ${name}`);
  });
}

async function until(patience: Patience, left: () => Promise<string[]>): Promise<void> {
  const deadline = Date.now() + patience.seconds * 1000;
  for (;;) {
    const names = await left();
    if (names.length === 0) return;
    if (Date.now() > deadline) {
      throw new UserError(
        `Not gone after ${patience.seconds} seconds:\n${names.map((name) => `  ${name}`).join("\n")}\n  fix      see that the controller runs which has to remove it; then run this again, it goes on from here`,
      );
    }
    await sleep(patience.pollMilliseconds);
  }
}

/** A namespace that takes longer is told of. */
const QUIET_MILLISECONDS = 60_000;

/** Does the work, and tells meanwhile what holds namespaces that do not go. */
export async function tellingWhatHolds<T>(
  { ask }: Cluster,
  namespaces: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(async () => {
    try {
      for (const line of await explain(ask, namespaces)) console.error(line);
    } catch {
      // The work itself says what is wrong with the cluster.
    }
  }, QUIET_MILLISECONDS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
