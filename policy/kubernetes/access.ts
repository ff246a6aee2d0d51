/** Who may ask what of the API server. */
import type { ResourceCheck } from "../check.ts";
import { at, listAt, textsAt } from "../subject.ts";
import { podOf, WORKLOADS } from "./pods.ts";

const ROLES = /^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?Role$/;
const ROLES_AND_BINDINGS = /^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?Role(Binding)?$/;
/** Roles that Kubernetes brings along: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles */
const ADMINISTRATORS = ["cluster-admin", "admin", "edit"];

export const noDefaultTokens: ResourceCheck = {
  types: WORKLOADS,
  problems(subject) {
    const { automountServiceAccountToken: mounts, serviceAccountName: account } = podOf(subject);
    if (mounts === false) return [];
    if (mounts === undefined) return ["does not say whether it has a token"];
    return account === undefined || account === "default" ? ["has the default account's token"] : [];
  },
};

export const noWildcardRbac: ResourceCheck = {
  types: ROLES_AND_BINDINGS,
  problems({ props }) {
    const role = at(props, "roleRef", "name");
    const wildcards = listAt(props, "rules").flatMap((rule) =>
      ["apiGroups", "resources", "verbs", "nonResourceURLs"].filter((key) => textsAt(rule, key).includes("*")),
    );
    return [
      ...[...new Set(wildcards)].map((key) => `has all ${key}`),
      ...(ADMINISTRATORS.includes(String(role)) ? [`binds to ${role}`] : []),
    ];
  },
};

const LISTING = ["list", "watch", "*"];

export const noListingOfSecrets: ResourceCheck = {
  types: ROLES,
  problems: ({ props }) =>
    listAt(props, "rules")
      .filter((rule) => textsAt(rule, "resources").includes("secrets") && textsAt(rule, "resourceNames").length === 0)
      .map((rule) => textsAt(rule, "verbs").filter((verb) => LISTING.includes(verb)))
      .filter((verbs) => verbs.length > 0)
      .map((verbs) => `may ${verbs.join(", ")} Secrets`),
};
