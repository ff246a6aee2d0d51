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
