/** Pods, whatever makes them. */
import { at, isProps, listAt, type Props, type Subject } from "../subject.ts";

export const WORKLOADS =
  /^kubernetes:(apps\/v1:(Deployment|StatefulSet|DaemonSet|ReplicaSet)|batch\/v1:(Job|CronJob)|core\/v1:Pod)$/;
/** Those whose pods stay. */
export const SERVERS = /^kubernetes:apps\/v1:(Deployment|StatefulSet|DaemonSet)$/;

/** What the pods are to be. */
export function podOf({ type, props }: Pick<Subject, "type" | "props">): Props {
  const pod = type.endsWith(":Pod")
    ? at(props, "spec")
    : type.endsWith(":CronJob")
      ? at(props, "spec", "jobTemplate", "spec", "template", "spec")
      : at(props, "spec", "template", "spec");
  return isProps(pod) ? pod : {};
}

/** Labels of the pods. */
export function podLabels({ type, props }: Pick<Subject, "type" | "props">): Props {
  const labels = type.endsWith(":Pod")
    ? at(props, "metadata", "labels")
    : at(props, "spec", "template", "metadata", "labels");
  return isProps(labels) ? labels : {};
}

/** All containers of a pod, those that run first included. */
export function containersOf(pod: Props): Props[] {
  return [...listAt(pod, "initContainers"), ...listAt(pod, "containers")].filter(isProps);
}

export function nameOf(container: Props): string {
  return `container ${container.name}`;
}
