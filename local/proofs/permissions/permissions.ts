/** What each ServiceAccount may do, by the API server's own word, and whether that is what is declared. */
import type { Send } from "../../../cloud/api-server.ts";
import type { Plan } from "../../../config/plan.ts";
import { SNAPSHOTS, SNAPSHOTS_RULES } from "../../../config/snapshots.ts";
import { type Finding, type Proof, proved } from "../proof.ts";
import type { ClusterObject, Snapshot } from "../snapshot.ts";
import { type Workload, workloadsOf } from "../workloads.ts";
import { beyond, covers, describeRight, RISKY, type Right, type Rule, rightsIn, riskOf } from "./rights.ts";

export interface Permissions {
  accounts: Account[];
}

export interface Account {
  name: string;
  /** In the namespace, such as `get configmaps`. */
  rights: string[];
  /** In the whole cluster or in other namespaces. */
  elsewhere: string[];
  /** What gets its token. */
  tokens: string[];
}

/** Another namespace: what an account may do in it, it may do in all, unless a RoleBinding there says so. */
const ANOTHER = "kube-public";

export async function provePermissions(plan: Plan, snapshot: Snapshot, send: Send): Promise<Proof<Permissions>> {
  const names = snapshot.of("ServiceAccount", plan.namespace).map(({ metadata }) => metadata.name);
  const workloads = workloadsOf(snapshot, plan.namespace);
  const judged = await Promise.all(names.map((name) => judge(plan, snapshot, send, name)));
  const tokens = tokensOf(plan, snapshot, workloads);
  const accounts = judged.map(({ account }) => ({
    ...account,
    tokens: tokens.mounted.filter((one) => one.account === account.name).map(({ title }) => title),
  }));
  const findings = [...judged.flatMap((one) => one.findings), ...tokens.findings];
  const rights = accounts.reduce((sum, account) => sum + account.rights.length, 0);
  return proved(
    {
      name: "permissions",
      title: "Every ServiceAccount may do what is declared, and nothing else",
      summary: `${accounts.length} accounts with ${rights} rights, ${tokens.mounted.length} pod templates with a token`,
    },
    findings,
    { accounts },
  );
}

async function judge(plan: Plan, snapshot: Snapshot, send: Send, name: string) {
  const user = `system:serviceaccount:${plan.namespace}:${name}`;
  const others = [ANOTHER, ...namespacesBinding(snapshot, plan.namespace, name)];
  const [own, risky, ...foreign] = await Promise.all([
    reviewRules(send, user, plan.namespace),
    reviewRisks(send, user, plan.namespace),
    ...others.map((namespace) => reviewRules(send, user, namespace)),
  ]);
  const declared = declaredRights(plan, name);
  const elsewhere = rightsIn([...foreign.flat(), ...clusterRules(risky)]);
  const rights = rightsIn([...own, ...risky.filter(({ everywhere }) => !everywhere).map(({ rule }) => rule)]);
  const wide = beyond(elsewhere, []);
  const more = beyond(rights, [...declared, ...wide]);
  const missing = declared.filter((right) => !rights.some((other) => covers(other, right)));
  const account = {
    name,
    rights: beyond(rights, wide).map(describeRight).sort(),
    elsewhere: wide.map(describeRight).sort(),
  };
  const findings = [
    ...told(
      name,
      wide,
      "may do beyond its namespace what nothing declares",
      "remove the ClusterRoleBinding, or bind a Role of the namespace",
    ),
    ...told(
      name,
      more,
      "may do what nothing declares",
      "remove the RoleBinding or the rule, or declare it in the application's roles",
    ),
    ...(missing.length > 0 ? [lacks(name, missing)] : []),
  ];
  return { account, findings };
}

/** One finding for all rights of an account, with the reasons why some of them are worse than they look. */
function told(name: string, rights: readonly Right[], problem: string, fix: string): Finding[] {
  if (rights.length === 0) return [];
  const reasons = new Set(rights.flatMap((right) => riskOf(right) ?? []));
  const because = reasons.size > 0 ? ` (${[...reasons].join("; ")})` : "";
  return [
    {
      severity: "failure",
      subject: `ServiceAccount/${name}`,
      sentence: `It ${problem}: ${rights.map(describeRight).join(", ")}${because}.`,
      fix,
    },
  ];
}

function lacks(name: string, rights: readonly Right[]): Finding {
  return {
    severity: "failure",
    subject: `ServiceAccount/${name}`,
    sentence: `It may not do what is declared: ${rights.map(describeRight).join(", ")}.`,
    fix: "bring the Role and its RoleBinding back with pulumi up --refresh",
  };
}

function declaredRights(plan: Plan, account: string): Right[] {
  const tiers = plan.tiers.filter(({ serviceAccount }) => serviceAccount === account).map(({ name }) => name);
  const rules: Rule[] = Object.values(plan.roles).flatMap(({ rules, bindings }) =>
    Object.values(bindings).some((bound) => bound.some((tier) => tiers.includes(tier))) ? rules : [],
  );
  return rightsIn(plan.snapshots && account === SNAPSHOTS ? [...rules, ...SNAPSHOTS_RULES] : rules);
}

/** As the account, asks what it may do; the API server adds up its Roles and ClusterRoles. */
async function reviewRules(send: Send, user: string, namespace: string): Promise<Rule[]> {
  const body = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } };
  const path = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  const review = await send<{ status: { resourceRules: Rule[] } }>("POST", path, body, user);
  return review?.status.resourceRules ?? [];
}

interface Risky {
  everywhere: boolean;
  rule: Rule;
}

/** Asks for each risky right by itself: authorizers beside RBAC, as clouds have them, list no rules. */
async function reviewRisks(send: Send, user: string, namespace: string): Promise<Risky[]> {
  const scopes = [{ namespace, everywhere: false }, { everywhere: true }];
  const asked = scopes.flatMap((scope) => RISKY.map((right) => ({ ...scope, right })));
  const answers = await Promise.all(
    asked.map(async ({ right, everywhere, ...scope }) => {
      const { verb, group, resource: full } = right;
      const [resource, subresource] = full.split("/");
      const resourceAttributes = { verb, group, resource, subresource, ...scope };
      const groups = ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"];
      const body = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: { user, groups, resourceAttributes },
      };
      const review = await send<{ status: { allowed: boolean } }>(
        "POST",
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        body,
      );
      const rule = { verbs: [verb], apiGroups: [group], resources: [full] };
      return review?.status.allowed ? [{ everywhere, rule }] : [];
    }),
  );
  return answers.flat();
}

function clusterRules(risky: readonly Risky[]): Rule[] {
  return risky.filter(({ everywhere }) => everywhere).map(({ rule }) => rule);
}

/** Other namespaces with a RoleBinding for it. */
function namespacesBinding(snapshot: Snapshot, namespace: string, account: string): string[] {
  const isIt = ({ kind, name, namespace: home }: { kind: string; name: string; namespace?: string }) =>
    (kind === "ServiceAccount" && name === account && home === namespace) ||
    (kind === "Group" && name === `system:serviceaccounts:${namespace}`);
  const bindings = snapshot
    .of("RoleBinding")
    .filter(({ metadata, subjects }) => metadata.namespace !== namespace && (subjects ?? []).some(isIt));
  return [...new Set(bindings.map(({ metadata }) => metadata.namespace as string))];
}

interface Mounted {
  account: string;
  title: string;
}

function tokensOf(plan: Plan, snapshot: Snapshot, workloads: readonly Workload[]) {
  const accounts = new Map(snapshot.of("ServiceAccount", plan.namespace).map((one) => [one.metadata.name, one]));
  const declared = [
    ...plan.tiers.filter(({ mountToken }) => mountToken).map(({ name }) => name),
    ...(plan.snapshots ? [SNAPSHOTS] : []),
  ];
  const mounted: Mounted[] = [];
  const findings: Finding[] = [];
  for (const { title, component, template } of workloads) {
    const account: string = template.spec.serviceAccountName ?? "default";
    const isMounted = mountsToken(template.spec, accounts.get(account));
    if (isMounted) mounted.push({ account, title });
    if (isMounted === declared.includes(component)) continue;
    findings.push({
      severity: "failure",
      subject: title,
      sentence: isMounted
        ? "Its pods get a token for the API server, which nothing declares: whoever gets into one acts as its account."
        : "Its pods get no token for the API server, which a role of the application is bound to.",
      fix: isMounted ? "set automountServiceAccountToken: false" : "bring it back with pulumi up --refresh",
    });
  }
  return { mounted, findings };
}

interface TokenSource {
  serviceAccountToken?: { audience?: string };
}

// biome-ignore lint/suspicious/noExplicitAny: a PodSpec
function mountsToken(spec: any, account: ClusterObject | undefined): boolean {
  const projected = (spec.volumes ?? []).some((volume: { projected?: { sources?: TokenSource[] } }) =>
    // One with an audience of its own is for somebody else, such as a cloud.
    volume.projected?.sources?.some(({ serviceAccountToken: token }) => token && token.audience === undefined),
  );
  return projected || (spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true);
}
