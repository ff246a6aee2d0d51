/** What runs pods: controllers with their templates, and pods that no controller of Kubernetes' own stands behind. */
import type { ClusterObject, Snapshot } from "./snapshot.ts";

export interface Workload {
  /** `Deployment/api`. */
  title: string;
  /** Tier, datastore or job that it is, by the recommended label; else its own name. */
  component: string;
  object: ClusterObject;
  template: PodTemplate;
}

export interface PodTemplate {
  metadata?: { labels?: Readonly<Record<string, string>>; annotations?: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: a PodSpec
  spec: any;
}

const CONTROLLERS = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"];
const NAME = "app.kubernetes.io/name";

/** Of one namespace, or of all. */
export function workloadsOf(snapshot: Snapshot, namespace?: string): Workload[] {
  const ofItsOwn = ({ metadata }: ClusterObject) =>
    !(metadata.ownerReferences ?? []).some(({ kind }) => CONTROLLERS.includes(kind));
  return [...CONTROLLERS, "Pod"].flatMap((kind) =>
    snapshot
      .of(kind, namespace)
      .filter(ofItsOwn)
      .map((object) => {
        const template = templateOf(object);
        const name = template.metadata?.labels?.[NAME];
        return {
          title: `${kind}/${object.metadata.labels?.[NAME] ?? object.metadata.name}`,
          component: name ?? object.metadata.name,
          object,
          template,
        };
      }),
  );
}

function templateOf({ kind, metadata, spec }: ClusterObject): PodTemplate {
  if (kind === "Pod") return { metadata, spec };
  return kind === "CronJob" ? spec.jobTemplate.spec.template : spec.template;
}

/** Pods of a controller, at its fewest and at its most. */
export interface Replicas {
  min: number;
  max: number;
  /** Whether something but its own count says how many. */
  scaled: boolean;
}

/** As its autoscaler has it, else as it says itself. Of a job, pods that run at once. */
export function replicasOf(snapshot: Snapshot, { object }: Workload): Replicas {
  const { kind, metadata, spec } = object;
  const isItsOwn = ({ spec: { scaleTargetRef: target } }: ClusterObject) =>
    (target.kind ?? "Deployment") === kind && target.name === metadata.name;
  const [autoscaler] = snapshot.of("HorizontalPodAutoscaler", metadata.namespace).filter(isItsOwn);
  // KEDA's own autoscaler has a floor of one where KEDA itself goes to none.
  const [scaled] = snapshot.of("ScaledObject.keda.sh", metadata.namespace).filter(isItsOwn);
  if (autoscaler || scaled) {
    const { minReplicas = 1, maxReplicas = 0 } = autoscaler?.spec ?? {};
    const { minReplicaCount = minReplicas, maxReplicaCount = maxReplicas } = scaled?.spec ?? {};
    return { min: minReplicaCount, max: maxReplicaCount, scaled: true };
  }
  const own = ownCount(kind, spec);
  return { min: own, max: own, scaled: false };
}

// biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own
function ownCount(kind: string, spec: any): number {
  switch (kind) {
    case "Job":
      return spec.parallelism ?? 1;
    case "CronJob":
      return spec.jobTemplate.spec.parallelism ?? 1;
    case "Pod":
      return 1;
    default:
      return spec.replicas ?? 1;
  }
}
