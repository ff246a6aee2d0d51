/** What Kubernetes would not take of an object, or somebody might have broken out by. */

import { isMapping } from "../../../config/mistakes.ts";
import type { Plan } from "../../../config/plan.ts";
import type { Registration } from "../mocks.ts";
import { CANARY } from "./strings.ts";

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const QUALIFIED = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const VARIABLE = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
/** Longest name by kind: those that become labels of pods, and a CronJob's, whose Jobs' names are eleven longer. */
const LONGEST: Readonly<Record<string, number>> = {
  Service: 63,
  Namespace: 63,
  Deployment: 63,
  StatefulSet: 52,
  Job: 63,
  CronJob: 52,
};
const ANNOTATIONS_BYTES = 256 * 1024;
/** What the provider adds to a name that it chooses. */
const AUTO_NAME_LENGTH = 9;
/** What a value that got lost on the way leaves in a text. */
const LOST = /\[object |\bundefined\b|\bNaN\b|Calling \[toString\]/;
const CLUSTER_SCOPED =
  /:(Namespace|StorageClass|PriorityClass|VolumeSnapshotClass|ClusterRole|ClusterRoleBinding|ClusterIssuer|GatewayClass)$/;

/** Everything that is wrong with what is registered for the plan. */
export function problemsIn(registrations: readonly Registration[], plan: Plan): string[] {
  const allowed = namespacesOf(plan);
  return registrations
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh"))
    .flatMap((registration) =>
      [
        ...nameProblems(registration),
        ...namespaceProblems(registration, allowed),
        ...valueProblems(registration.inputs, []),
      ].map((problem) => `${registration.type} ${registration.name}: ${problem}`),
    );
}

/** Namespaces that the plan may put something in. */
function namespacesOf({ namespace, edge, addons }: Plan): string[] {
  const gateway = "gatewayNamespace" in edge ? [edge.gatewayNamespace] : [];
  return [namespace, ...gateway, ...addons.namespaces.map(({ name }) => name)];
}

function nameProblems({ type, name, inputs }: Registration): string[] {
  const { metadata } = inputs as { metadata?: { name?: string } };
  const given = metadata?.name ?? `${name}-${"a".repeat(AUTO_NAME_LENGTH - 1)}`;
  const kind = type.split(":").at(-1) as string;
  const longest = LONGEST[kind] ?? 253;
  return [
    ...(given.length > longest ? [`the name ${given} is longer than ${longest}`] : []),
    ...((kind in LONGEST ? LABEL : SUBDOMAIN).test(given) ? [] : [`the name ${JSON.stringify(given)} is none`]),
  ];
}

function namespaceProblems({ type, inputs }: Registration, allowed: readonly string[]): string[] {
  const { namespace } = (inputs.metadata ?? {}) as { namespace?: string };
  if (namespace === undefined) return CLUSTER_SCOPED.test(type) ? [] : ["it is in no namespace"];
  return allowed.includes(namespace) ? [] : [`it is in the namespace ${namespace}`];
}

function valueProblems(value: unknown, path: readonly string[]): string[] {
  const at = path.join(".");
  if (typeof value === "string") return textProblems(value, path).map((problem) => `${at} ${problem}`);
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${at} is ${value}`];
  if (Array.isArray(value)) return value.flatMap((item, index) => valueProblems(item, [...path, String(index)]));
  if (!isMapping(value)) return [];
  const key = path.at(-1);
  return [
    ...(key === "labels" || key === "matchLabels" ? labelProblems(value, at) : []),
    ...(key === "annotations" ? annotationProblems(value, at) : []),
    ...(path.at(-2) === "env" && "name" in value && !VARIABLE.test(String(value.name))
      ? [`${at} is the variable ${JSON.stringify(value.name)}`]
      : []),
    ...Object.entries(value).flatMap(([inner, of]) => valueProblems(of, [...path, inner])),
  ];
}

function labelProblems(labels: Record<string, unknown>, at: string): string[] {
  return Object.entries(labels)
    .filter(([key, value]) => !QUALIFIED.test(key) || typeof value !== "string" || !LABEL_VALUE.test(value))
    .map(([key, value]) => `${at} has ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
}

function annotationProblems(annotations: Record<string, unknown>, at: string): string[] {
  const bytes = Buffer.byteLength(JSON.stringify(annotations));
  return [
    ...(bytes > ANNOTATIONS_BYTES ? [`${at} are ${bytes} bytes`] : []),
    ...Object.entries(annotations)
      .filter(([key, value]) => !QUALIFIED.test(key) || typeof value !== "string")
      .map(([key, value]) => `${at} has ${JSON.stringify(key)}: ${JSON.stringify(value)}`),
  ];
}

/** Where a text is a program to somebody: a shell, nginx. What is the owner's to say is data there, by a variable. */
const PROGRAMS = /(^|\.)(command|args)\.\d+$|snippet$/;

/** Where a text is the name of another object. */
const REFERENCES =
  /^(secretName|claimName|serviceAccountName|ingressClassName|storageClassName|priorityClassName|gatewayClassName)$/;

function textProblems(text: string, path: readonly string[]): string[] {
  return [
    ...(REFERENCES.test(path.at(-1) as string) && !(SUBDOMAIN.test(text) && text.length <= 253)
      ? [`names ${JSON.stringify(text.slice(0, 80))}, which no object can be called`]
      : []),
    ...(PROGRAMS.test(path.join(".")) && text.includes(CANARY) ? ["has a setting in its program"] : []),
    ...(LOST.test(text) && !PROGRAMS.test(path.join(".")) ? [`has a value that got lost: ${text.slice(0, 80)}`] : []),
  ];
}
