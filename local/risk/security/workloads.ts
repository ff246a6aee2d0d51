/** What pods may do on their node, and accounts in the cluster. */
import type { Change } from "../changes.ts";
import { containersOf, isWorkload, templateOf } from "../pods.ts";
import type { Inputs } from "../preview.ts";
import type { Rule } from "../rule.ts";
import { added, at, listAt, textsAt } from "../values.ts";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const ROLE = /^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?Role$/;
const BINDING = /^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?RoleBinding$/;

export const workloads: readonly Rule[] = [
  {
    id: "pod-security-lowered",
    theme: "security",
    applies: (change) =>
      change.type === NAMESPACE &&
      change.operation === "update" &&
      strictness(change.after) < strictness(change.before),
    level: "data at risk",
    sentence: ({ subject }) =>
      `Pod Security of the namespace (${subject}) is lowered: pods may have rights over the node that others' data is on.`,
    instead: "keep `restricted`; put what needs more into a namespace of its own",
  },
  {
    id: "container-loosened",
    theme: "security",
    applies: (change) => isWorkload(change) && change.operation !== "delete" && loosened(change).length > 0,
    level: "data at risk",
    sentence: (change) => `Containers of ${change.subject} may do more than before: ${loosened(change).join(", ")}.`,
    instead: "keep the container confined, and give it a writable directory or one capability where it needs that",
  },
  {
    id: "rbac-widened",
    theme: "security",
    applies: (change) => ROLE.test(change.type) && rights(change).length > 0 && change.operation !== "create",
    level: (change) => (rights(change).some(isDangerous) ? "data at risk" : "safe"),
    sentence: (change) => `The Role ${change.subject} allows more: ${shortened(rights(change))}.`,
    instead: "name the resources and verbs that are needed",
  },
  {
    id: "rbac-powerful",
    theme: "security",
    applies: (change) => ROLE.test(change.type) && change.operation === "create" && rights(change).some(isDangerous),
    level: "data at risk",
    sentence: (change) =>
      `A new Role, ${change.subject}, allows ${shortened(rights(change).filter(isDangerous))}: who has it can get at everything.`,
    instead: "name the resources and verbs that are needed",
  },
  {
    id: "rbac-bound",
    theme: "security",
    applies: ({ type, operation, before, after }) =>
      BINDING.test(type) &&
      operation === "update" &&
      added(listAt(before, "subjects"), listAt(after, "subjects")).length > 0,
    level: "safe",
    sentence: ({ subject }) => `More accounts have the rights of ${subject}.`,
  },
  {
    id: "admission-loosened",
    theme: "security",
    applies: ({ type, operation }) =>
      operation === "delete" && /:(LimitRange|ResourceQuota)$/.test(type) && type.startsWith("kubernetes:core/"),
    level: "brief interruption",
    sentence: ({ type }) =>
      `The namespace has no ${type.split(":").at(-1)} any more: one tier may take what the others need.`,
    instead: "keep it",
  },
];

const STANDARDS = ["privileged", "baseline", "restricted"];

function strictness(inputs: Inputs): number {
  const labels = at(inputs, "metadata.labels") as Record<string, unknown> | undefined;
  return Math.max(0, STANDARDS.indexOf(String(labels?.["pod-security.kubernetes.io/enforce"])));
}

const is = (wanted: unknown) => (value: unknown) => value === wanted;
const isNot = (unwanted: unknown) => (value: unknown) => value !== unwanted;

/** What a confined container or pod says, and what it may else. */
const CONFINED: readonly (readonly [path: string, confined: (value: unknown) => boolean, words: string])[] = [
  ["securityContext.privileged", isNot(true), "everything that the node may (privileged)"],
  ["securityContext.allowPrivilegeEscalation", is(false), "gain privileges"],
  ["securityContext.readOnlyRootFilesystem", is(true), "write to its own root file system"],
  ["securityContext.capabilities.drop[0]", is("ALL"), "keep the runtime's capabilities"],
  ["securityContext.capabilities.add[0]", is(undefined), "use more capabilities"],
];
const CONFINED_POD: typeof CONFINED = [
  ["spec.securityContext.runAsNonRoot", is(true), "run as root"],
  ["spec.securityContext.seccompProfile.type", isNot("Unconfined"), "call everything in the kernel (seccomp)"],
  ["spec.securityContext.appArmorProfile.type", isNot("Unconfined"), "run without AppArmor"],
  ["spec.hostNetwork", isNot(true), "use the node's network"],
  ["spec.hostPID", isNot(true), "see the node's processes"],
  ["spec.automountServiceAccountToken", isNot(true), "ask the API server with a token"],
];

function loosened(change: Change): string[] {
  const [before, after] = [templateOf(change, change.before), templateOf(change, change.after)];
  const isNew = change.operation === "create";
  const loose = (rules: typeof CONFINED, was: unknown, becomes: unknown) =>
    rules.filter(([path, ok]) => (isNew || ok(at(was, path))) && !ok(at(becomes, path))).map(([, , words]) => words);
  const pods = isNew ? loose(CONFINED_POD.slice(0, 5), before, after) : loose(CONFINED_POD, before, after);
  const containers = containersOf(change, change.after).flatMap((container) => {
    const was = containersOf(change, change.before).find((other) => at(other, "name") === at(container, "name"));
    return was === undefined && !isNew
      ? loose(CONFINED, CONFINED_CONTAINER, container)
      : loose(CONFINED, was, container);
  });
  const mounts = added(hostPaths(before), hostPaths(after)).map((path) => `mount the node's ${path}`);
  return [...new Set([...pods, ...containers, ...mounts])];
}

/** What a container that comes is measured by. */
const CONFINED_CONTAINER = {
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};

function hostPaths(template: unknown): unknown[] {
  return listAt(template, "spec.volumes")
    .map((volume) => at(volume, "hostPath.path"))
    .filter((path) => path !== undefined);
}

/** `verb resource.group`, for each that it allows and did not. */
function rights({ before, after }: Change): string[] {
  const all = (inputs: Inputs) =>
    listAt(inputs, "rules").flatMap((rule) =>
      textsAt(rule, "apiGroups").flatMap((group) =>
        textsAt(rule, "resources").flatMap((resource) =>
          textsAt(rule, "verbs").map((verb) => `${verb} ${resource}${group ? `.${group}` : ""}`),
        ),
      ),
    );
  return [...new Set(added(all(before), all(after)))];
}

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
function isDangerous(right: string): boolean {
  return /\*|^(escalate|bind|impersonate) | (secrets|pods\/exec|serviceaccounts\/token|nodes\/proxy)\b/.test(right);
}

function shortened(words: readonly string[]): string {
  return words.length > 5 ? `${words.slice(0, 5).join(", ")} and ${words.length - 5} more` : words.join(", ");
}
