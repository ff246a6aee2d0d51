import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import type { Manifests, ToolName } from "../toolchain/toolchain.ts";
import { KUBERNETES_VERSION } from "../toolchain/toolchain.ts";
import type { Ports } from "./ports.ts";

/** Tools that a cluster is made of. */
export const CLUSTER_TOOLS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kwokctl",
  "metrics-server",
  "kubectl",
] as const satisfies ToolName[];
export type Tools = Record<(typeof CLUSTER_TOOLS)[number], string>;

/**
 * Files that the cluster is started with, by their names in its `home`: kwokctl's configuration, and what kwok
 * tells metrics-server.
 */
export function configurationFiles(tools: Tools, manifests: Manifests, ports: Ports, home: string) {
  const metrics = readFileSync(join(manifests.kwok, "metrics/resource/metrics-resource.yaml"), "utf8");
  return {
    [KWOKCTL_FILE]: kwokctlConfiguration(tools, ports, join(home, SIMULATION_FILE)),
    [SIMULATION_FILE]: [metrics, stringify(usage)].join("---\n"),
  };
}

export const KWOKCTL_FILE = "kwokctl.yaml";
const SIMULATION_FILE = "simulation.yaml";

function kwokctlConfiguration(tools: Tools, ports: Ports, simulation: string): string {
  return stringify({
    apiVersion: "config.kwok.x-k8s.io/v1alpha1",
    kind: "KwokctlConfiguration",
    options: {
      runtime: "binary",
      bindAddress: "127.0.0.1",
      kubeVersion: KUBERNETES_VERSION,
      etcdBinary: tools.etcd,
      kubeApiserverBinary: tools["kube-apiserver"],
      kubeControllerManagerBinary: tools["kube-controller-manager"],
      kubeSchedulerBinary: tools["kube-scheduler"],
      kwokControllerBinary: tools.kwok,
      metricsServerBinary: tools["metrics-server"],
      metricsServerManifests: [fileURLToPath(new URL("metrics-server", import.meta.url))],
      enable: ["metrics-server"],
      ...ports,
    },
    componentsPatches: [
      // Outlives the death of any process, not that of the machine, and waits for no disk.
      { name: "etcd", extraArgs: [{ key: "unsafe-no-fsync", value: "true" }] },
      {
        name: "kube-apiserver",
        // A third of its work is clearing up after a start that needs much memory for a short while.
        extraEnvs: [{ name: "GOGC", value: "300" }],
        extraArgs: [
          // Without it the API server looks for a network interface, and does not start on a laptop that is offline.
          { key: "advertise-address", value: "192.0.2.1" },
          { key: "service-cluster-ip-range", value: "10.96.0.0/16" },
        ],
      },
      {
        name: "kube-controller-manager",
        extraArgs: [soleLeader, { key: "horizontal-pod-autoscaler-sync-period", value: "5s" }],
      },
      { name: "kube-scheduler", extraArgs: [soleLeader] },
      {
        name: "kwok-controller",
        extraArgs: [
          // Stages as objects in the cluster: they may name custom resources, whose definitions come later. kwokctl's
          // own option for it fails at the second start over the same data, and kwok refuses kwokctl's own stages.
          { key: "enable-crds", value: "Stage" },
          { key: "config", value: simulation, override: true },
        ],
      },
    ],
  });
}

/** A leader that a busy machine keeps from renewing its lease ends itself, and nobody starts it again. */
const soleLeader = { key: "leader-elect", value: "false" };

/** Containers use a fifth of what they ask for, unless their pod's annotations say how much. */
const usage = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "ClusterResourceUsage",
  metadata: { name: "usage" },
  spec: {
    usages: [
      { usage: { cpu: { expression: usageOf("cpu", "1m") }, memory: { expression: usageOf("memory", "1Mi") } } },
    ],
  },
};

function usageOf(resource: "cpu" | "memory", least: string): string {
  const annotation = `"kwok.x-k8s.io/usage-${resource}"`;
  const requests = "container.resources.requests";
  return (
    `${annotation} in pod.metadata.annotations ? Quantity(pod.metadata.annotations[${annotation}])` +
    ` : "${resource}" in ${requests} ? ${requests}["${resource}"] * 0.2 : Quantity("${least}")`
  );
}
