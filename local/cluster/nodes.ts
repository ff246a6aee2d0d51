import type { KubernetesObject } from "./api.ts";

/** A simulated machine. */
export interface NodeSpec {
  name: string;
  zone: string;
  region: string;
  instanceType: string;
  architecture: string;
  cpu: string;
  memory: string;
  pods: number;
  ephemeralStorage: string;
  /** Beside those that every node has. */
  labels?: Readonly<Record<string, string>>;
  taints?: readonly Taint[];
}

export interface Taint {
  key: string;
  value?: string;
  effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

const REGION = "local-1";
const ZONES = ["a", "b", "c"];

/**
 * Machines spread over three zones, as a managed node group spreads them.
 *
 * @param count of machines. @default 6
 * @param size of each, and what else it has. @default 8 CPUs, 32 GiB
 * @param name that theirs begin with
 */
export function nodeGroup(count = 6, size: Partial<NodeSpec> = {}, name = "node"): NodeSpec[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}-${index + 1}`,
    zone: `${REGION}${ZONES[index % ZONES.length]}`,
    region: REGION,
    instanceType: "landfall.2xlarge",
    architecture: "amd64",
    cpu: "8",
    memory: "32Gi",
    pods: 110,
    ephemeralStorage: "100Gi",
    ...size,
  }));
}

/**
 * @param podCidr range of its pods, which stays with it
 * @param port where kwok answers for every kubelet
 */
export function nodeObject(spec: NodeSpec, podCidr: string, kubernetes: string, port: number): KubernetesObject {
  const capacity = {
    cpu: spec.cpu,
    memory: spec.memory,
    pods: String(spec.pods),
    "ephemeral-storage": spec.ephemeralStorage,
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: spec.name,
      labels: {
        "kubernetes.io/hostname": spec.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": spec.architecture,
        "node.kubernetes.io/instance-type": spec.instanceType,
        "topology.kubernetes.io/region": spec.region,
        "topology.kubernetes.io/zone": spec.zone,
        ...spec.labels,
      },
      annotations: {
        "kwok.x-k8s.io/node": "fake",
        "metrics.k8s.io/resource-metrics-path": `/metrics/nodes/${spec.name}/metrics/resource`,
      },
    },
    spec: {
      podCIDR: podCidr,
      podCIDRs: [podCidr],
      providerID: `landfall:///${spec.zone}/${spec.name}`,
      taints: spec.taints,
    },
    status: {
      // Every kubelet is kwok itself, for metrics-server to reach.
      addresses: [
        { type: "InternalIP", address: "127.0.0.1" },
        { type: "Hostname", address: spec.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      capacity,
      allocatable: capacity,
      nodeInfo: {
        architecture: spec.architecture,
        operatingSystem: "linux",
        kubeletVersion: kubernetes,
        kubeProxyVersion: kubernetes,
        containerRuntimeVersion: "kwok",
        kernelVersion: "kwok",
        osImage: "kwok",
        machineID: "",
        systemUUID: "",
        bootID: "",
      },
    },
  };
}

/** Ranges for the pods of new nodes, beside those that are taken. */
export function* freePodCidrs(taken: readonly string[]): Generator<string, never> {
  for (let index = 0; ; index++) {
    const cidr = `10.${244 + Math.floor(index / 256)}.${index % 256}.0/24`;
    if (!taken.includes(cidr)) yield cidr;
  }
}
