/** Processes of the tests' cluster that end, as machines die. */
import { dirname, join } from "node:path";
import { homeOf } from "../../../local/cluster/kwokctl.ts";
import { type Component, processesOf } from "../../../local/cluster/processes.ts";
import type { TestCluster } from "../../support/cluster.ts";

/** `sharedCluster` starts it again. */
export function killComponent({ kubeconfig, context }: TestCluster, killed: Component): void {
  for (const [pid, component] of processesOf(homeOf(join(dirname(kubeconfig), "cluster"), context))) {
    if (component === killed) process.kill(pid, "SIGKILL");
  }
}
