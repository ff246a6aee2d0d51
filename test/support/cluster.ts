/** One local cluster for all tests that need a Kubernetes API server; it goes when the last test has run. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "mocha";
import { deleteCluster, ensureCluster } from "../../local/cluster/cluster.ts";
import { terminalProgress } from "../../local/progress.ts";
import { type Clients, clientsFor } from "./read.ts";

export interface TestCluster {
  kubeconfig: string;
  context: string;
  clients: Clients;
}

const NAME = "landfall";
const directory = mkdtempSync(join(tmpdir(), "landfall-cluster-"));

/** Started by whoever asks first, and again where one of its processes has ended since: what follows is not to blame. */
export async function sharedCluster(): Promise<TestCluster> {
  const { kubeconfig, context } = await ensureCluster({
    directory: join(directory, "cluster"),
    name: NAME,
    context: NAME,
    kubeconfig: join(directory, "kubeconfig"),
    progress: terminalProgress(),
  });
  return { kubeconfig, context, clients: clientsFor(kubeconfig) };
}

after("the shared cluster goes", async function () {
  this.timeout(60_000);
  await deleteCluster({ directory: join(directory, "cluster"), name: NAME });
  rmSync(directory, { recursive: true, force: true });
});

/** `landfall:cluster` for a stack on that cluster. */
export function clusterConfig({ kubeconfig, context }: TestCluster): Record<string, unknown> {
  return { provider: "kubeconfig", path: kubeconfig, context };
}
