/** How fast an autoscaler may go, as its object says it, and whether it went like that. */

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#default-behavior */
const DEFAULTS = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Pods", value: 4, periodSeconds: 15 },
      { type: "Percent", value: 100, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  },
} as const;

/** A sample is late by the time between two looks, the controller's clock by as much. */
const SLACK_SECONDS = 1.5;

export interface Rule {
  stabilizationWindowSeconds: number;
  selectPolicy: "Max" | "Min" | "Disabled";
  policies: readonly { type: "Pods" | "Percent"; value: number; periodSeconds: number }[];
}

export interface Behavior {
  scaleUp: Rule;
  scaleDown: Rule;
}

export function behaviorOf({ scaleUp, scaleDown }: Partial<Behavior> = {}): Behavior {
  return { scaleUp: { ...DEFAULTS.scaleUp, ...scaleUp }, scaleDown: { ...DEFAULTS.scaleDown, ...scaleDown } };
}

/** The same behaviour in a fraction of the time; Kubernetes counts in whole seconds. */
export function faster({ scaleUp, scaleDown }: Behavior, factor: number): Behavior {
  const shorter = (rule: Rule): Rule => ({
    ...rule,
    stabilizationWindowSeconds: Math.round(rule.stabilizationWindowSeconds / factor),
    policies: rule.policies.map((policy) => ({
      ...policy,
      periodSeconds: Math.max(Math.round(policy.periodSeconds / factor), 1),
    })),
  });
  return { scaleUp: shorter(scaleUp), scaleDown: shorter(scaleDown) };
}

/** So many replicas were asked for from that second on. */
export interface Asked {
  at: number;
  replicas: number;
}

/** Every change that went further than the rates allow, in words. */
export function tooFast(asked: readonly Asked[], { scaleUp, scaleDown }: Behavior): string[] {
  return asked.slice(1).flatMap(({ at, replicas }, index) => {
    const { replicas: before } = asked[index] as Asked;
    const rule = replicas > before ? scaleUp : scaleDown;
    const limit = limitOf(asked.slice(0, index + 1), at, rule, replicas > before ? 1 : -1);
    const isWithin = replicas > before ? replicas <= limit : replicas >= limit;
    return isWithin ? [] : [`from ${before} to ${replicas} at once, where ${limit} was the limit`];
  });
}

/** As the controller reckons it: from the replicas at the beginning of each policy's period. */
function limitOf(past: readonly Asked[], at: number, { selectPolicy, policies }: Rule, direction: 1 | -1): number {
  const { replicas: now } = past.at(-1) as Asked;
  if (selectPolicy === "Disabled") return now;
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const changes = past
      .slice(1)
      .map((one, index) => ({ at: one.at, by: one.replicas - (past[index] as Asked).replicas }));
    const recent = changes.filter((one) => at - one.at < periodSeconds - SLACK_SECONDS && one.by * direction > 0);
    const start = now - recent.reduce((sum, { by }) => sum + by, 0);
    if (type === "Pods") return start + direction * value;
    const scaled = start * (1 + (direction * value) / 100);
    return direction > 0 ? Math.ceil(scaled) : Math.floor(scaled);
  });
  const furthest = (selectPolicy === "Max") === direction > 0;
  return furthest ? Math.max(...limits) : Math.min(...limits);
}

/** Whether it moved before a figure had held as long as its window says. @param since when the figure changed */
export function tooSoon(asked: readonly Asked[], since: number, { stabilizationWindowSeconds }: Rule): boolean {
  const first = asked.find(({ at }) => at > since);
  return first !== undefined && first.at - since < stabilizationWindowSeconds - SLACK_SECONDS;
}
