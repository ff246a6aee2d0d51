import type { types } from "@pulumi/kubernetes";
import type { ConfinementPlan } from "../config/confinement.ts";
import type { Plan, ProbePlan } from "../config/plan.ts";
import type { SchedulingPlan } from "../config/scheduling.ts";
import { selectorOf } from "./labels.ts";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;

/** How pods of one kind keep apart. */
export interface Spread {
  topologySpreadConstraints: types.input.core.v1.TopologySpreadConstraint[];
  affinity: types.input.core.v1.Affinity;
}

/** A pod's security context under Pod Security *restricted*. */
export function podSecurity(
  { appArmor, seccomp }: ConfinementPlan,
  uid: number,
  gid = uid,
): types.input.core.v1.PodSecurityContext {
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: gid,
    fsGroup: gid,
    fsGroupChangePolicy: "OnRootMismatch",
    seccompProfile: seccomp,
    appArmorProfile: appArmor,
  };
}

/** A container's security context under Pod Security *restricted*, with nothing to write to but its volumes. */
export const containerSecurity: types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/** The containers with the policy of the plan; a digest is the same image for ever, and is asked for once. */
export function pulled(
  { imagePullPolicy }: Pick<Plan, "imagePullPolicy">,
  containers: readonly Container[],
): Container[] {
  return containers.map((container) => ({
    ...container,
    imagePullPolicy: String(container.image).includes("@") ? "IfNotPresent" : imagePullPolicy,
  }));
}

/** Scratch volumes for the directories that a container may write to. */
export function scratch(directories: readonly string[]): {
  volumes: types.input.core.v1.Volume[];
  volumeMounts: types.input.core.v1.VolumeMount[];
} {
  const named = directories.map((mountPath) => ({
    mountPath,
    name: `scratch${mountPath.replaceAll(/[^a-z0-9]+/gi, "-")}`,
  }));
  return {
    volumes: named.map(({ name }) => ({ name, emptyDir: {} })),
    volumeMounts: named.map(({ name, mountPath }) => ({ name, mountPath })),
  };
}

/** Machines that pods run on. @param affinity what draws them to or from a machine beside */
export function onMachines(
  scheduling: SchedulingPlan | undefined,
  affinity?: types.input.core.v1.Affinity,
): Pick<PodSpec, "nodeSelector" | "tolerations" | "affinity"> {
  if (!scheduling) return { affinity };
  const { nodeSelector, tolerations, spot } = scheduling;
  return {
    nodeSelector,
    tolerations,
    affinity: spot ? { ...affinity, nodeAffinity: toSpot(spot) } : affinity,
  };
}

function toSpot({ rule, pools }: NonNullable<SchedulingPlan["spot"]>): types.input.core.v1.NodeAffinity {
  const terms = pools.map((labels) => ({
    matchExpressions: Object.entries(labels).map(([key, value]) => ({ key, operator: "In", values: [value] })),
  }));
  return rule === "required"
    ? { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } }
    : {
        preferredDuringSchedulingIgnoredDuringExecution: terms.map((preference) => ({ weight: 100, preference })),
      };
}

/** Replicas in different zones and on different nodes; and rather in the zones of the datastores that they are `near`. */
export function spread(plan: Plan, component: string, near: readonly string[] = []): Spread {
  const labelSelector = { matchLabels: selectorOf(plan, component) };
  return {
    topologySpreadConstraints: [
      // Counted within one rollout: the pods that are about to go do not hold a zone's place.
      { ...overZones(plan, labelSelector), matchLabelKeys: ["pod-template-hash"] },
    ],
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector } },
        ],
      },
      ...(near.length > 0 ? { podAffinity: nextTo(plan, near) } : {}),
    },
  };
}

function overZones(plan: Plan, labelSelector: types.input.meta.v1.LabelSelector) {
  return {
    topologyKey: "topology.kubernetes.io/zone",
    maxSkew: 1,
    whenUnsatisfiable: plan.profile.spread === "required" ? "DoNotSchedule" : "ScheduleAnyway",
    // A zone that has machines for others only is none to wait for.
    nodeTaintsPolicy: "Honor",
    labelSelector,
  };
}

function nextTo(plan: Plan, components: readonly string[]): types.input.core.v1.PodAffinity {
  return {
    preferredDuringSchedulingIgnoredDuringExecution: components.map((component) => ({
      weight: 50,
      podAffinityTerm: {
        topologyKey: "topology.kubernetes.io/zone",
        labelSelector: { matchLabels: selectorOf(plan, component) },
      },
    })),
  };
}

/** Servers of one store on different nodes and in different zones; a must where the profile says so. */
export function serversApart(plan: Plan, component: string): Spread {
  const labelSelector = { matchLabels: selectorOf(plan, component) };
  const podAffinityTerm = { topologyKey: "kubernetes.io/hostname", labelSelector };
  const required = plan.profile.spread === "required";
  return {
    topologySpreadConstraints: [overZones(plan, labelSelector)],
    affinity: {
      podAntiAffinity: required
        ? { requiredDuringSchedulingIgnoredDuringExecution: [podAffinityTerm] }
        : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm }] },
    },
  };
}

/** Of a readiness probe; a pod that is only busy is taken out of service well before it would be started anew. */
const FAILURES = 3;

export function probesOf(
  probes: Record<"readiness" | "liveness" | "startup", ProbePlan | undefined>,
): Partial<Container> {
  return {
    readinessProbe: probeOf(probes.readiness),
    livenessProbe: probeOf(probes.liveness, 2 * FAILURES),
    startupProbe: probeOf(probes.startup),
  };
}

function probeOf(probe: ProbePlan | undefined, failures = FAILURES): types.input.core.v1.Probe | undefined {
  if (!probe) return undefined;
  return {
    ...(probe.http === undefined ? { exec: { command: probe.exec } } : { httpGet: { path: probe.http, port: "http" } }),
    periodSeconds: probe.periodSeconds ?? 10,
    timeoutSeconds: probe.timeoutSeconds ?? 5,
    failureThreshold: probe.failureThreshold ?? failures,
  };
}
