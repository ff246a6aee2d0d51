/** What a cluster's objects ask of its machines: pods by what makes them, at their fewest and at their most. */
import type { ClusterObject, Snapshot } from "./snapshot.ts";

export const ZONE_LABEL = "topology.kubernetes.io/zone";
export const HOST_LABEL = "kubernetes.io/hostname";

/** Pods that are alike, and what makes them. */
export interface Workload {
  namespace: string;
  /** Such as `Deployment/api`. */
  subject: string;
  least: number;
  /** What its autoscaler may ask for. */
  most: number;
  labels: Readonly<Record<string, string>>;
  /** What the scheduler goes by, and nothing else. */
  spec: PodSpec;
  /** Zones that disks of its pods are in already, by the pod's number; a new disk follows its pod. */
  zones: readonly (string | undefined)[];
}

/** The part of a pod that decides where it can run: https://kubernetes.io/docs/concepts/scheduling-eviction/ */
export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  nodeSelector?: Readonly<Record<string, string>>;
  affinity?: Affinity;
  tolerations?: readonly Toleration[];
  topologySpreadConstraints?: readonly object[];
  priorityClassName?: string;
}

interface Container {
  name: string;
  image: string;
  resources?: { requests?: Quantities; limits?: Quantities };
  restartPolicy?: string;
  ports?: readonly { containerPort: number; hostPort?: number }[];
}

export type Quantities = Readonly<Record<string, string | number>>;

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}

export interface Affinity {
  nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] } };
  [kind: string]: unknown;
}

export interface NodeSelectorTerm {
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
  [field: string]: unknown;
}

/** Runs nowhere: the machines are simulated. */
const IMAGE = "registry.k8s.io/pause:3.10";

/** Everything that keeps pods; scheduled jobs count at the most, where all of them run at once. */
export function workloadsOf(snapshot: Snapshot): Workload[] {
  const scaled = snapshot.of("HorizontalPodAutoscaler");
  const replicated = ["Deployment", "StatefulSet"]
    .flatMap((kind) => snapshot.of(kind))
    .map((object) => {
      const scaler = scaled.find(
        ({ metadata, spec }) =>
          metadata.namespace === object.metadata.namespace &&
          spec.scaleTargetRef.kind === object.kind &&
          spec.scaleTargetRef.name === object.metadata.name,
      );
      const replicas: number = object.spec.replicas ?? 1;
      const { least, most } = scaler
        ? { least: scaler.spec.minReplicas ?? 1, most: scaler.spec.maxReplicas }
        : { least: replicas, most: replicas };
      return workload(snapshot, object, { template: object.spec.template, least, most });
    });
  const scheduled = snapshot.of("CronJob").map((object) => {
    const { template, parallelism = 1 } = object.spec.jobTemplate.spec;
    return workload(snapshot, object, { template, least: 0, most: parallelism });
  });
  return [
    ...replicated,
    ...scheduled,
    ...snapshot
      .of("Cluster")
      .filter(isCloudNativePg)
      .map((it) => ofCloudNativePg(snapshot, it)),
  ];
}

interface Pods {
  template: { metadata?: { labels?: Record<string, string> }; spec: Record<string, unknown> };
  least: number;
  most: number;
}

function workload(snapshot: Snapshot, object: ClusterObject, { template, least, most }: Pods): Workload {
  const { name, namespace = "default" } = object.metadata;
  return {
    namespace,
    subject: `${object.kind}/${name}`,
    least,
    most,
    labels: template.metadata?.labels ?? {},
    spec: specOf(template.spec),
    zones: zonesOfDisks(snapshot, object, template.spec, most),
  };
}

function specOf(spec: Record<string, unknown>): PodSpec {
  const given = spec as unknown as PodSpec;
  const bare = ({ name, resources, restartPolicy, ports = [] }: Container): Container => ({
    name,
    image: IMAGE,
    resources: { requests: resources?.requests, limits: resources?.limits },
    restartPolicy,
    ports: ports.filter(({ hostPort }) => hostPort !== undefined),
  });
  return {
    containers: given.containers.map(bare),
    initContainers: given.initContainers?.map(bare),
    nodeSelector: given.nodeSelector,
    affinity: given.affinity,
    tolerations: given.tolerations,
    topologySpreadConstraints: given.topologySpreadConstraints,
    priorityClassName: given.priorityClassName,
  };
}

function isCloudNativePg({ apiVersion }: ClusterObject): boolean {
  return apiVersion.startsWith("postgresql.cnpg.io/");
}

/** Its operator makes the pods, and does not run here: https://cloudnative-pg.io/documentation/current/scheduling/ */
function ofCloudNativePg(snapshot: Snapshot, { metadata, spec }: ClusterObject): Workload {
  const labels = { "cnpg.io/cluster": metadata.name };
  const {
    nodeSelector,
    tolerations,
    topologyKey = HOST_LABEL,
    podAntiAffinityType = "preferred",
  } = spec.affinity ?? {};
  const term = { topologyKey, labelSelector: { matchLabels: labels } };
  const podAntiAffinity =
    podAntiAffinityType === "required"
      ? { requiredDuringSchedulingIgnoredDuringExecution: [term] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] };
  return {
    namespace: metadata.namespace ?? "default",
    subject: `Cluster/${metadata.name}`,
    least: spec.instances,
    most: spec.instances,
    labels,
    spec: {
      containers: [{ name: "postgres", image: IMAGE, resources: spec.resources }],
      initContainers: archiversOf(snapshot, { metadata, spec }),
      affinity: { podAntiAffinity },
      nodeSelector,
      tolerations,
      topologySpreadConstraints: spec.topologySpreadConstraints,
      priorityClassName: spec.priorityClassName,
    },
    zones: [],
  };
}

/** What the plugin Barman Cloud puts beside each server, as its ObjectStore says. */
function archiversOf(snapshot: Snapshot, { metadata, spec }: Pick<ClusterObject, "metadata" | "spec">): Container[] {
  const stores = (spec.plugins ?? []).map((plugin: Plugin) => plugin.parameters?.barmanObjectName);
  return snapshot
    .of("ObjectStore", metadata.namespace)
    .filter((store) => stores.includes(store.metadata.name))
    .map((store) => ({
      name: "plugin-barman-cloud",
      image: IMAGE,
      resources: store.spec.instanceSidecarConfiguration?.resources,
      restartPolicy: "Always",
    }));
}

interface Plugin {
  parameters?: { barmanObjectName?: string };
}

interface Volume {
  persistentVolumeClaim?: { claimName: string };
}

/** Of each pod, in their order. */
export function zonesOfDisks(
  snapshot: Snapshot,
  { kind, metadata, spec }: ClusterObject,
  template: Record<string, unknown>,
  pods: number,
): (string | undefined)[] {
  const shared = ((template.volumes ?? []) as Volume[]).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  const templates: ClusterObject[] = kind === "StatefulSet" ? (spec.volumeClaimTemplates ?? []) : [];
  return Array.from({ length: pods }, (_, index) => {
    const own = templates.map((claim) => `${claim.metadata.name}-${metadata.name}-${index}`);
    const zones = [...shared, ...own].flatMap((claim) => zoneOfDisk(snapshot, metadata.namespace, claim) ?? []);
    return zones[0];
  });
}

/** Undefined for a disk that pods of any zone can have, and for one that is still to be made. */
function zoneOfDisk(snapshot: Snapshot, namespace: string | undefined, name: string): string | undefined {
  const claim = snapshot.of("PersistentVolumeClaim", namespace).find(({ metadata }) => metadata.name === name);
  const storageClass = snapshot
    .of("StorageClass")
    .find(({ metadata }) => metadata.name === claim?.spec.storageClassName);
  if (!claim || !storageClass || !isOfOneZone(storageClass)) return undefined;
  const chosen = claim.metadata.annotations?.["volume.kubernetes.io/selected-node"];
  return snapshot.of("Node").find(({ metadata }) => metadata.name === chosen)?.metadata.labels?.[ZONE_LABEL];
}

/** Whether only machines of the disk's zone can mount it, by who makes it. */
export function isOfOneZone({ provisioner, parameters = {} }: ClusterObject): boolean {
  switch (provisioner) {
    case "ebs.csi.aws.com":
      return true;
    case "pd.csi.storage.gke.io":
      return parameters["replication-type"] !== "regional-pd";
    case "disk.csi.azure.com":
      return !String(parameters.skuName ?? parameters.skuname ?? "").endsWith("_ZRS");
    default:
      return false;
  }
}
