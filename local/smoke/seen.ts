/** What stands in a stack's namespace, read once. */
import type { Ask } from "../../cloud/api-server.ts";

interface Metadata {
  name: string;
  uid: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: { kind: string; name: string; uid: string }[];
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  terminated?: { exitCode: number; reason?: string; message?: string };
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Pod {
  metadata: Metadata;
  status?: {
    phase?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

interface Workload<Status> {
  metadata: Metadata;
  spec: { replicas?: number; paused?: boolean; selector: { matchLabels?: Record<string, string> }; template: Template };
  status?: Status & { observedGeneration?: number; conditions?: Condition[] };
}

export interface Template {
  metadata?: { labels?: Record<string, string> };
  spec: Record<string, unknown> & { containers: (Record<string, unknown> & { name: string })[] };
}

export type Deployment = Workload<{ replicas?: number; updatedReplicas?: number; availableReplicas?: number }>;
export type StatefulSet = Workload<{
  readyReplicas?: number;
  updatedReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
}>;
export type DaemonSet = Workload<{
  desiredNumberScheduled: number;
  updatedNumberScheduled?: number;
  numberReady: number;
}>;

export interface Job {
  metadata: Metadata;
  spec: { suspend?: boolean; selector?: { matchLabels?: Record<string, string> } };
  status?: { conditions?: Condition[] };
}

export interface Service {
  metadata: Metadata;
  spec: { type?: string; selector?: Record<string, string> };
  status?: { loadBalancer?: { ingress?: Address[] } };
}

/** Of a load balancer. */
export interface Address {
  ip?: string;
  hostname?: string;
}

interface EndpointSlice {
  metadata: Metadata;
  endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] | null;
}

export interface Claim {
  metadata: Metadata;
  spec: { storageClassName?: string };
  status?: { phase?: string; capacity?: { storage?: string } };
}

export interface Autoscaler {
  metadata: Metadata;
  spec: { minReplicas?: number; maxReplicas: number; scaleTargetRef: { kind: string; name: string } };
  status?: { currentReplicas?: number; conditions?: Condition[] };
}

export interface Event {
  type?: string;
  reason?: string;
  message?: string;
  lastTimestamp?: string;
  eventTime?: string;
  involvedObject: { uid?: string };
}

interface Node {
  metadata: Metadata;
}

export interface Seen {
  namespace: string;
  pods: Pod[];
  deployments: Deployment[];
  statefulSets: StatefulSet[];
  daemonSets: DaemonSet[];
  replicaSets: { metadata: Metadata }[];
  jobs: Job[];
  services: Service[];
  slices: EndpointSlice[];
  claims: Claim[];
  autoscalers: Autoscaler[];
  /** Warnings only. */
  events: Event[];
  /** Whether there are machines, and kwok simulates all of them: no container runs there. */
  isSimulated: boolean;
}

/** Mark of machines that kwok simulates: https://kwok.sigs.k8s.io/docs/user/kwok-manage-nodes-and-pods/ */
export const SIMULATED = "kwok.x-k8s.io/node";

export async function see(ask: Ask, namespace: string): Promise<Seen> {
  const list = async <T>(path: string) => (await ask<{ items: T[] }>(path))?.items ?? [];
  const inside = <T>(api: string, plural: string) => list<T>(`${api}/namespaces/${namespace}/${plural}`);
  const [core, apps, batch] = ["/api/v1", "/apis/apps/v1", "/apis/batch/v1"] as const;
  const [pods, deployments, statefulSets, daemonSets, replicaSets, jobs, services] = await Promise.all([
    inside<Pod>(core, "pods"),
    inside<Deployment>(apps, "deployments"),
    inside<StatefulSet>(apps, "statefulsets"),
    inside<DaemonSet>(apps, "daemonsets"),
    inside<{ metadata: Metadata }>(apps, "replicasets"),
    inside<Job>(batch, "jobs"),
    inside<Service>(core, "services"),
  ]);
  const [slices, claims, autoscalers, events, nodes] = await Promise.all([
    inside<EndpointSlice>("/apis/discovery.k8s.io/v1", "endpointslices"),
    inside<Claim>(core, "persistentvolumeclaims"),
    inside<Autoscaler>("/apis/autoscaling/v2", "horizontalpodautoscalers"),
    inside<Event>(core, "events?fieldSelector=type%3DWarning"),
    list<Node>("/api/v1/nodes?limit=500"),
  ]);
  const isSimulated = nodes.length > 0 && nodes.every(({ metadata }) => SIMULATED in (metadata.annotations ?? {}));
  return {
    ...{ namespace, pods, deployments, statefulSets, daemonSets, replicaSets, jobs },
    ...{ services, slices, claims, autoscalers, events, isSimulated },
  };
}

export function isOwnedBy({ metadata }: { metadata: Metadata }, uid: string): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
}
