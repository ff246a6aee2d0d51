/** What goes with one pod, one node or one zone, and what a drain waits for. */
import { ZONE_LABEL, zonesOfDisks } from "../capacity-workloads.ts";
import type { Finding } from "../proof.ts";
import { has, matches, type Selector } from "../reachability/selectors.ts";
import { insteadOfOnePod, insteadOfOneServer } from "../servers.ts";
import type { ClusterObject } from "../snapshot.ts";
import { type Subject, toldIf } from "./subject.ts";

export function onlyOne({
  snapshot,
  plan,
  title,
  object,
  template,
  replicas,
  tier,
  store,
  component,
}: Subject): Finding[] {
  if (replicas.min > 1) return [];
  if (store) {
    const [zone] = zonesOfDisks(snapshot, object, template.spec, 1);
    return [
      {
        severity: toldIf(store.servers.length === 1),
        subject: title,
        sentence: `It has one server: nobody reaches its data while its pod moves to another node${zone ? `, nor while ${zone} is down, where its volume is` : ""}.`,
        fix: insteadOfOneServer(store, plan.cluster),
      },
    ];
  }
  const fewest = tier?.events?.min ?? tier?.replicas;
  if (fewest === 0 && replicas.min === 0) return []; // it starts with its first event, or is stopped for a move
  const alone =
    tier?.kind === "singleton" ? "It is declared as a singleton" : `At its fewest it has ${replicas.min} pods`;
  return [
    {
      severity: toldIf(tier !== undefined && (tier.kind === "singleton" || fewest === replicas.min)),
      subject: title,
      sentence: `${replicas.min === 1 ? alone.replace("1 pods", "one pod") : alone}: it is away while that pod moves to another node.`,
      fix: insteadOfOnePod(component, tier),
    },
  ];
}

interface Budget {
  minAvailable?: number | string;
  maxUnavailable?: number | string;
}

export function budgets({ snapshot, plan, title, template, replicas, tier, store }: Subject): Finding[] {
  const labels = template.metadata?.labels ?? {};
  const found = snapshot
    .of("PodDisruptionBudget", plan.namespace)
    .filter(({ spec }) => matches(spec.selector ?? {}, labels));
  const [first, ...others] = found;
  if (first === undefined) {
    const declared = tier
      ? (tier.minAvailable ?? tier.maxUnavailable) !== undefined
      : (store?.disruptionBudget ?? false);
    if (replicas.min < 2) return [];
    return [
      {
        severity: toldIf(!declared),
        subject: title,
        sentence: "It has no PodDisruptionBudget: a drain of several nodes may take all of its pods at once.",
        fix: declared ? "bring it back with pulumi up --refresh" : "set minAvailable or maxUnavailable",
      },
    ];
  }
  if (others.length > 0) {
    return [
      {
        severity: "failure",
        subject: title,
        sentence: `${found.length} PodDisruptionBudgets select its pods (${namesOf(found)}): the API server evicts none of them, so a node cannot be drained.`,
        fix: "leave one of them",
      },
    ];
  }
  return evictable(first.spec, replicas.min) > 0 ? [] : [blocking(title, first, replicas.min)];
}

function blocking(title: string, budget: ClusterObject, fewest: number): Finding {
  const { minAvailable, maxUnavailable }: Budget = budget.spec;
  const says = minAvailable === undefined ? `maxUnavailable ${maxUnavailable}` : `minAvailable ${minAvailable}`;
  return {
    severity: "failure",
    subject: title,
    sentence: `PodDisruptionBudget ${budget.metadata.name} (${says}, of ${fewest} pods) lets none of its pods go: a node with one of them can never be drained, and an upgrade of the cluster stops there.`,
    fix: "set maxUnavailable: 1, or a minAvailable below the fewest replicas",
  };
}

/** Pods that may go at once; percentages are rounded up. */
function evictable({ minAvailable, maxUnavailable }: Budget, pods: number): number {
  const count = (amount: number | string) =>
    typeof amount === "number" ? amount : Math.ceil((Number.parseInt(amount, 10) * pods) / 100);
  if (maxUnavailable !== undefined) return count(maxUnavailable);
  return pods - count(minAvailable ?? 1);
}

interface Spread {
  topologyKey: string;
  whenUnsatisfiable: string;
  labelSelector?: Selector;
}
interface Apart {
  topologyKey: string;
  labelSelector?: Selector;
}

export function zones({ snapshot, plan, title, template, replicas }: Subject): Finding[] {
  if (replicas.min < 2) return [];
  const labels = template.metadata?.labels ?? {};
  const nodes = snapshot.of("Node");
  const places = zonesFor(nodes, template.spec);
  const severity = toldIf(plan.profileName !== "production");
  if (places.size < 2) {
    // A pool that is as small as it gets may have other zones to grow into; a cluster has not.
    const isCluster = zonesFor(nodes, {}).size < 2;
    return [
      {
        severity: isCluster ? severity : "warning",
        subject: title,
        sentence: `All machines that its pods may run on are in one zone${places.size === 1 ? ` (${[...places].join("")})` : ""}: all of them go with it.`,
        fix: "give its node pool machines in several zones",
      },
    ];
  }
  const meansItself = ({ topologyKey, labelSelector }: Apart) =>
    topologyKey === ZONE_LABEL && labelSelector !== undefined && matches(labelSelector, labels);
  const spreads: Spread[] = (template.spec.topologySpreadConstraints ?? []).filter(meansItself);
  const apart = template.spec.affinity?.podAntiAffinity ?? {};
  const required: Apart[] = apart.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (required.some(meansItself) || spreads.some(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule"))
    return [];
  const preferred = spreads.length > 0;
  return [
    {
      severity: preferred ? "warning" : severity,
      subject: title,
      sentence: preferred
        ? "Its pods are rather spread over zones, but all of them may come to be in one."
        : "Nothing spreads its pods over zones: all of them may come to be in one, and go with it.",
      fix: `add a topologySpreadConstraint for ${ZONE_LABEL} with whenUnsatisfiable: DoNotSchedule, as profile production has it`,
    },
  ];
}

interface Term {
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Of the nodes that its selectors allow. */
// biome-ignore lint/suspicious/noExplicitAny: a PodSpec
function zonesFor(nodes: readonly ClusterObject[], { nodeSelector = {}, affinity }: any): Set<string> {
  const terms: Term[] = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const fitting = nodes.filter(({ metadata: { labels = {} } }) => {
    const ofTerms = terms.length === 0 || terms.some(({ matchExpressions }) => matches({ matchExpressions }, labels));
    return has(labels, nodeSelector) && ofTerms;
  });
  return new Set(fitting.flatMap(({ metadata }) => metadata.labels?.[ZONE_LABEL] ?? []));
}

export function readiness({ snapshot, plan, title, template }: Subject): Finding[] {
  const containers: { readinessProbe?: object }[] = template.spec.containers;
  if (containers.some(({ readinessProbe }) => readinessProbe)) return [];
  const labels = template.metadata?.labels ?? {};
  const served = snapshot
    .of("Service", plan.namespace)
    .some(({ spec }) => spec.selector !== undefined && has(labels, spec.selector));
  return [
    {
      severity: toldIf(!served),
      subject: title,
      sentence: served
        ? "It has no readiness probe: it is sent requests before it can answer, at every update."
        : "It has no readiness probe: an update goes on whether the new pod works or not.",
      fix: "set readiness",
    },
  ];
}

function namesOf(objects: readonly ClusterObject[]): string {
  return objects.map(({ metadata }) => metadata.name).join(", ");
}
