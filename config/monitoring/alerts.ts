import type { Alert, Severity } from "../schema/monitoring.ts";
import type { Component, Scene } from "./components.ts";
import { type Measured, measure } from "./figures.ts";
import { fillIn } from "./promql.ts";

export interface AlertPlan {
  name: string;
  expr: string;
  for: string;
  labels: Record<string, string> & { severity: Severity };
  summary: string;
  description?: string;
}

/** When a figure is alarming, and in what words: `{{ $value }}` is Prometheus' own template. */
interface Alarm {
  when: (component: Component) => string;
  for: string;
  severity: Severity;
  /** Follows the component's name. */
  summary: string;
  /** The figure in a sentence. */
  description: string;
}

export function resolveAlerts(scene: Scene): AlertPlan[] {
  return Object.entries(scene.layers.application.monitoring?.alerts ?? {}).flatMap(([name, alert]) => {
    const path = `${scene.layers.source}: monitoring.alerts.${name}`;
    if (alert.kind === "promql") {
      const { severity, summary, description } = alert;
      return [
        {
          name,
          expr: fillIn(scene, `${path}.expr`, alert.expr),
          for: alert.for,
          labels: { severity, ...labelsOf(scene) },
          summary,
          description,
        },
      ];
    }
    const alarm = alarmOf(alert);
    return measure(scene, path, alert).map((measured) => planOf(scene, name, alert, alarm, measured));
  });
}

function planOf(
  scene: Scene,
  name: string,
  alert: Exclude<Alert, { kind: "promql" }>,
  alarm: Alarm,
  { component, labels, expr, by }: Measured,
): AlertPlan {
  const which = [by && `${by} {{ $labels.${by} }}`, labels.queue && `queue ${labels.queue}`].filter(Boolean).join(" ");
  return {
    name,
    expr: `${expr} ${alarm.when(component)}`,
    for: alert.for ?? alarm.for,
    labels: { severity: alert.severity ?? alarm.severity, ...labelsOf(scene), component: component.name, ...labels },
    summary: `${component.name}: ${alarm.summary}`,
    description: `${component.name} in ${scene.namespace}${which && ` (${which})`}: ${alarm.description}`,
  };
}

/** Alertmanager routes by the namespace, which a sum over series no longer has. */
function labelsOf({ namespace, layers }: Scene): Record<string, string> {
  return { namespace, application: layers.application.name };
}

function alarmOf(alert: Exclude<Alert, { kind: "promql" }>): Alarm {
  const share = "{{ $value | humanizePercentage }}";
  switch (alert.kind) {
    case "errorRate": {
      const { abovePercent = 5 } = alert;
      return {
        ...above(abovePercent),
        for: "5m",
        severity: "critical",
        summary: `more than ${abovePercent} % of the requests fail`,
        description: `${share} of the requests are answered with 5xx.`,
      };
    }
    case "responseTime": {
      const { aboveSeconds = 1, percentile = 95 } = alert;
      return {
        when: () => `> ${aboveSeconds}`,
        for: "5m",
        severity: "warning",
        summary: `slow, with a ${percentile}th percentile above ${aboveSeconds} s`,
        description: `${percentile} % of the requests take up to {{ $value | humanizeDuration }}.`,
      };
    }
    case "cpuUsage":
    case "memoryUsage": {
      const { abovePercent = 90 } = alert;
      const what = alert.kind === "cpuUsage" ? "CPU" : "memory";
      return {
        ...above(abovePercent),
        for: "10m",
        severity: "warning",
        summary: `more than ${abovePercent} % of its ${what} limit in use`,
        description: `uses ${share} of its ${what} limit.`,
      };
    }
    case "podRestarts": {
      const { above: most = 3, window = "15m" } = alert;
      return {
        when: () => `> ${most}`,
        for: "0s",
        severity: "warning",
        summary: `restarted more than ${most} times within ${window}`,
        description: `{{ $value | humanize }} restarts within ${window}.`,
      };
    }
    case "availableReplicas":
      return {
        // More than the stack runs would be an alarm for ever.
        when: ({ replicas }) => `< ${Math.min(alert.below ?? replicas, replicas)}`,
        for: "5m",
        severity: "critical",
        summary: "too few replicas are ready",
        description: "{{ $value }} replicas are ready.",
      };
    case "replicasAtMaximum":
      return {
        when: ({ mostReplicas }) => `>= ${mostReplicas}`,
        for: "15m",
        severity: "warning",
        summary: "scaled to its maximum",
        description: "{{ $value }} replicas are ready, and the autoscaler may add no more.",
      };
    case "scrapeFailing":
      return {
        when: () => "< 1",
        for: "10m",
        severity: "warning",
        summary: "its metrics cannot be read",
        description: `${share} of its targets answer.`,
      };
    case "datastoreDown":
      return {
        when: () => "< 1",
        for: "2m",
        severity: "critical",
        summary: "a server is down",
        description: `${share} of its servers answer.`,
      };
    case "datastoreMemory": {
      const { abovePercent = 90 } = alert;
      return {
        ...above(abovePercent),
        for: "5m",
        severity: "warning",
        summary: `more than ${abovePercent} % of its memory in use`,
        description: `uses ${share} of its memory.`,
      };
    }
    case "datastoreConnections": {
      const { abovePercent = 80 } = alert;
      return {
        ...above(abovePercent),
        for: "5m",
        severity: "warning",
        summary: `more than ${abovePercent} % of its connections in use`,
        description: `${share} of its connections are in use.`,
      };
    }
    case "datastoreStorage": {
      const { abovePercent = 85 } = alert;
      return {
        ...above(abovePercent),
        for: "10m",
        severity: "warning",
        summary: `more than ${abovePercent} % of its storage in use`,
        description: `${share} of the volume is in use.`,
      };
    }
    case "queueBacklog": {
      const { above: most = 100 } = alert;
      return {
        when: () => `> ${most}`,
        for: "10m",
        severity: "warning",
        summary: `more than ${most} messages wait`,
        description: "{{ $value | humanize }} messages wait.",
      };
    }
  }
}

function above(percent: number): Pick<Alarm, "when"> {
  return { when: () => `> ${percent / 100}` };
}
