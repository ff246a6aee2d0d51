/** Rights, one verb on one resource at a time, and which of them open more than they say. */

export interface Rule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

export interface Right {
  verb: string;
  /** `""` for the core group, `*` for all. */
  group: string;
  /** With its subresource, such as `pods/exec`. */
  resource: string;
  /** Left out where it holds for every object. */
  name?: string;
}

/** What every account may: learn what it may, and what the API server serves. system:basic-user and system:discovery. */
const ANYBODYS: readonly Right[] = [
  ...["selfsubjectaccessreviews", "selfsubjectrulesreviews"].map((resource) => ({
    verb: "create",
    group: "authorization.k8s.io",
    resource,
  })),
  { verb: "create", group: "authentication.k8s.io", resource: "selfsubjectreviews" },
];

interface Risk {
  verbs: readonly string[];
  group: string;
  resources: readonly string[];
  because: string;
}

/** https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
const RISKS: readonly Risk[] = [
  {
    verbs: ["get", "list", "watch"],
    group: "",
    resources: ["secrets"],
    because: "whoever has it reads every password there",
  },
  {
    verbs: ["create"],
    group: "",
    resources: ["pods"],
    because: "a pod of one's own mounts any secret and runs as any account",
  },
  {
    verbs: ["create", "update", "patch"],
    group: "apps",
    resources: ["deployments", "statefulsets", "daemonsets"],
    because: "a pod of one's own mounts any secret and runs as any account",
  },
  {
    verbs: ["create", "get"],
    group: "",
    resources: ["pods/exec", "pods/attach"],
    because: "it runs commands in any pod, with that pod's secrets",
  },
  {
    verbs: ["create"],
    group: "",
    resources: ["serviceaccounts/token"],
    because: "it makes tokens of other accounts",
  },
  {
    verbs: ["escalate", "bind"],
    group: "rbac.authorization.k8s.io",
    resources: ["roles", "clusterroles"],
    because: "it gives itself any right",
  },
  {
    verbs: ["create", "update", "patch"],
    group: "rbac.authorization.k8s.io",
    resources: ["roles", "rolebindings", "clusterrolebindings"],
    because: "it hands rights on",
  },
  {
    verbs: ["impersonate"],
    group: "",
    resources: ["users", "groups", "serviceaccounts"],
    because: "it acts as anybody",
  },
  { verbs: ["*"], group: "*", resources: ["*"], because: "it may do everything" },
];

/** Each of them, to ask the API server for. */
export const RISKY: readonly Right[] = RISKS.flatMap(({ verbs, group, resources }) =>
  verbs.flatMap((verb) => resources.map((resource) => ({ verb, group, resource }))),
);

export function rightsIn(rules: readonly Rule[]): Right[] {
  const all = rules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
    verbs.flatMap((verb) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource): Right[] =>
          resourceNames.length > 0
            ? resourceNames.map((name) => ({ verb, group, resource, name }))
            : [{ verb, group, resource }],
        ),
      ),
    ),
  );
  return [...new Map(all.map((right) => [describeRight(right), right])).values()];
}

/** Whether one right has the other in it. */
export function covers(wide: Right, narrow: Right): boolean {
  const fits = (pattern: string, value: string) => pattern === "*" || pattern === value;
  return (
    fits(wide.verb, narrow.verb) &&
    fits(wide.group, narrow.group) &&
    (fits(wide.resource, narrow.resource) || wide.resource === `*/${narrow.resource.split("/")[1]}`) &&
    (wide.name === undefined || wide.name === narrow.name)
  );
}

/** Those that none of the others has in it. */
export function beyond(rights: readonly Right[], others: readonly Right[]): Right[] {
  return rights.filter((right) => ![...others, ...ANYBODYS].some((other) => covers(other, right)));
}

/** Why it opens more than it says; undefined where it does not. */
export function riskOf(right: Right): string | undefined {
  if (right.verb === "*" || right.resource === "*" || right.group === "*")
    return "a star takes in what comes later, too";
  const risk = RISKS.find(({ verbs, group, resources }) =>
    verbs.some((verb) => resources.some((resource) => covers(right, { verb, group, resource, name: right.name }))),
  );
  return risk?.because;
}

/** `get secrets`, `create jobs.batch`, `get configmaps/settings`. */
export function describeRight({ verb, group, resource, name }: Right): string {
  return `${verb} ${resource}${group ? `.${group}` : ""}${name ? ` "${name}"` : ""}`;
}
