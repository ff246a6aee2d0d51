/** Whether the API server takes every pod, under Pod Security, limit range and quota, at the fewest and at the most. */
import { RefusedError, type Send } from "../../../cloud/api-server.ts";
import type { Plan } from "../../../config/plan.ts";
import { type Finding, type Proof, proved } from "../proof.ts";
import type { ClusterObject, Snapshot } from "../snapshot.ts";
import { type Workload, workloadsOf } from "../workloads.ts";
import { type Held, heldByQuotas } from "./quota.ts";

export interface Admission {
  /** Whether the namespace refuses what is not *restricted*. */
  restricted: boolean;
  pods: { title: string; admitted: boolean; reason?: string }[];
  quotas: Held[];
}

const ENFORCE = "pod-security.kubernetes.io/enforce";
/** Volume that the API server itself adds for an account's token. */
const TOKEN_VOLUME = /^kube-api-access-/;

export async function proveAdmission(plan: Plan, snapshot: Snapshot, send: Send): Promise<Proof<Admission>> {
  const { namespace } = plan;
  const [home] = snapshot.of("Namespace").filter(({ metadata }) => metadata.name === namespace);
  const restricted = home?.metadata.labels?.[ENFORCE] === "restricted";
  const pods = await Promise.all(
    workloadsOf(snapshot, namespace).map((workload) => attempt(send, namespace, workload)),
  );
  const quotas = heldByQuotas(snapshot, namespace);
  const findings = [
    ...(restricted ? [] : [lax(namespace)]),
    ...["ResourceQuota", "LimitRange"].flatMap((kind) =>
      snapshot.of(kind, namespace).length === 0 ? [unbounded(kind)] : [],
    ),
    ...pods.flatMap(({ title, reason }) => (reason === undefined ? [] : [refused(title, reason)])),
    ...quotas.flatMap((held) => (held.fits === "always" ? [] : [tooSmall(held)])),
  ];
  const title = "Every pod is admitted under Pod Security restricted, and the quota holds everything at its most";
  const admitted = pods.filter((pod) => pod.admitted).length;
  const summary = `${admitted} of ${pods.length} pod templates admitted, ${quotas.length} limits of the quota added up`;
  return proved({ name: "admission", title, summary }, findings, { restricted, pods, quotas });
}

/** Asks for the pod without making it. */
async function attempt(
  send: Send,
  namespace: string,
  { title, object, template }: Workload,
): Promise<Admission["pods"][number]> {
  const { labels, annotations } = template.metadata ?? {};
  const body = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { generateName: "landfall-admission-", labels, annotations },
    spec: asNew({ ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claimed(object)] }),
  };
  try {
    await send("POST", `/api/v1/namespaces/${namespace}/pods?dryRun=All`, body);
    return { title, admitted: true };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    // What there is now may fill the quota for a moment; what it has to hold is added up beside.
    if (error.reason.includes("exceeded quota")) return { title, admitted: true };
    return { title, admitted: false, reason: error.reason };
  }
}

/** Volumes that the controller adds to the first pod of a StatefulSet. */
function claimed({ kind, metadata, spec }: ClusterObject): object[] {
  const templates: ClusterObject[] = kind === "StatefulSet" ? (spec.volumeClaimTemplates ?? []) : [];
  return templates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` },
  }));
}

interface Mounting {
  volumeMounts?: { name: string }[];
}

/** Without what a pod has been given since it was asked for. */
// biome-ignore lint/suspicious/noExplicitAny: a PodSpec
function asNew({ nodeName: _, volumes = [], containers, initContainers, priority: __, ...spec }: any) {
  const own = ({ volumeMounts = [], ...container }: Mounting) => ({
    ...container,
    volumeMounts: volumeMounts.filter(({ name }) => !TOKEN_VOLUME.test(name)),
  });
  return {
    ...spec,
    volumes: volumes.filter(({ name }: { name: string }) => !TOKEN_VOLUME.test(name)),
    containers: containers.map(own),
    ...(initContainers ? { initContainers: initContainers.map(own) } : {}),
  };
}

function lax(namespace: string): Finding {
  return {
    severity: "failure",
    subject: `Namespace/${namespace}`,
    sentence: "It does not enforce Pod Security restricted: a pod may run as root or take its node's disk.",
    fix: `bring the label ${ENFORCE}: restricted back with pulumi up --refresh`,
  };
}

function unbounded(kind: string): Finding {
  const what =
    kind === "ResourceQuota" ? "one tier could take the whole cluster" : "a pod that states nothing is unlimited";
  return {
    severity: "failure",
    subject: kind,
    sentence: `The namespace has none: ${what}.`,
    fix: "bring it back with pulumi up --refresh",
  };
}

function refused(title: string, reason: string): Finding {
  return {
    severity: "failure",
    subject: title,
    sentence: `The API server refuses its pods: ${reason}`,
    fix: "change the pod so that it is admitted; what runs now would not start again",
  };
}

function tooSmall({ quota, resource, hard, minimum, maximum, fits }: Held): Finding {
  const sentence =
    fits === "never"
      ? `It allows ${hard} of ${resource}, and everything at its fewest needs ${minimum}: not all pods start.`
      : `It allows ${hard} of ${resource}, and every autoscaler at its most, each tier being updated, needs ${maximum}: growth or an update stops half-way.`;
  return { severity: "failure", subject: `ResourceQuota/${quota}`, sentence, fix: `raise ${resource} to ${maximum}` };
}
