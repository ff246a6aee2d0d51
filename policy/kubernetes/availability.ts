import type { StackCheck } from "../check.ts";
import { at, isProps, type Member, type Props } from "../subject.ts";
import { podLabels } from "./pods.ts";

const COUNTED = /^kubernetes:apps\/v1:(Deployment|StatefulSet)$/;
const BUDGET = "kubernetes:policy/v1:PodDisruptionBudget";
const AUTOSCALER = /^kubernetes:(autoscaling\/v2:HorizontalPodAutoscaler|keda\.sh\/v1alpha1:ScaledObject)$/;

export const disruptionBudgets: StackCheck = {
  violations(members) {
    const budgets = members.filter(({ type }) => type === BUDGET);
    return members
      .filter(({ type }) => COUNTED.test(type))
      .map((member) => ({ member, replicas: fewest(member, members) }))
      .filter(({ member, replicas }) => replicas > 1 && !budgets.some((budget) => covers(budget, member)))
      .map(({ member, replicas }) => ({
        resource: member.name,
        problem: `runs ${replicas} replicas, all of which a drain may take at once`,
      }));
  },
};

/** How many pods there are at least. */
function fewest(member: Member, members: readonly Member[]): number {
  const { type, props } = member;
  const floors = members
    .filter((other) => AUTOSCALER.test(other.type) && at(other.props, "metadata", "namespace") === namespaceOf(member))
    .filter(({ props: { spec } }) => {
      const target = at(spec, "scaleTargetRef");
      const kind = at(target, "kind") ?? "Deployment";
      return at(target, "name") === at(props, "metadata", "name") && type.endsWith(`:${kind}`);
    })
    .map(({ props: { spec } }) => at(spec, "minReplicas") ?? at(spec, "minReplicaCount") ?? 1);
  return Number(floors[0] ?? at(props, "spec", "replicas") ?? 1);
}

function namespaceOf({ props }: Member): unknown {
  return at(props, "metadata", "namespace");
}

function covers(budget: Member, member: Member): boolean {
  const selector = at(budget.props, "spec", "selector", "matchLabels");
  const labels = podLabels(member);
  return namespaceOf(budget) === namespaceOf(member) && isProps(selector) && matches(selector, labels);
}

function matches(selector: Props, labels: Props): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}
