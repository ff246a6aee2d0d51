/**
 * Pod Security restricted, but for capabilities, which have a policy of their own.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import type { ResourceCheck } from "../check.ts";
import { at, isProps, listAt, type Props } from "../subject.ts";
import { containersOf, nameOf, podOf, WORKLOADS } from "./pods.ts";

const VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);
const HOST = ["hostNetwork", "hostPID", "hostIPC"];

export const restrictedPods: ResourceCheck = {
  types: WORKLOADS,
  problems(subject) {
    const pod = podOf(subject);
    const ofPod = at(pod, "securityContext");
    return [
      ...HOST.filter((key) => pod[key] === true).map((key) => `has ${key}`),
      ...listAt(pod, "volumes").flatMap(volumeProblems),
      ...containersOf(pod).flatMap((container) =>
        containerProblems(container, isProps(ofPod) ? ofPod : {}).map((problem) => `${nameOf(container)} ${problem}`),
      ),
    ];
  },
};

function volumeProblems(volume: unknown): string[] {
  if (!isProps(volume)) return [];
  const kinds = Object.keys(volume).filter((key) => key !== "name" && !VOLUMES.has(key));
  return kinds.map((kind) => `has the volume ${volume.name} of kind ${kind}`);
}

function containerProblems(container: Props, ofPod: Props): string[] {
  const own = at(container, "securityContext");
  const context = { ...ofPod, ...(isProps(own) ? own : {}) };
  const seccomp = at(context, "seccompProfile", "type");
  const appArmor = at(context, "appArmorProfile", "type");
  const ports = listAt(container, "ports").filter((port) => at(port, "hostPort"));
  return [
    ...(context.privileged === true ? ["is privileged"] : []),
    ...(context.allowPrivilegeEscalation === false ? [] : ["may gain privileges"]),
    ...(context.runAsNonRoot === true ? [] : ["may run as root"]),
    ...(context.runAsUser === 0 ? ["runs as root"] : []),
    ...(seccomp === "RuntimeDefault" || seccomp === "Localhost" ? [] : ["has no seccomp profile"]),
    ...(appArmor === "Unconfined" ? ["is unconfined by AppArmor"] : []),
    ...ports.map((port) => `takes port ${at(port, "hostPort")} of its node`),
  ];
}
