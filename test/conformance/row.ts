/** A number of an application's document, and where it is seen in the cluster. */
import type { V1Container, V1PersistentVolumeClaim, V2HorizontalPodAutoscaler } from "@kubernetes/client-node";
import type { ProfileName } from "../../config/schema.ts";
import { type Labelled, type NamespaceContents, the } from "../support/read.ts";
import type { WayIn } from "../support/way-in.ts";

export type Seen = NamespaceContents & { wayIn: WayIn };

export interface Row {
  /** Line of the document. */
  line: number;
  /** What it says there. */
  says: string;
  /** @default all profiles */
  profiles?: readonly ProfileName[];
  /** Whether it is of the Ingresses, which another way in does without. */
  ingress?: true;
  see: (seen: Seen) => unknown;
  is: unknown;
}

export function tierOf({ deployments }: NamespaceContents, tier: string) {
  return the(deployments, tier).spec;
}

export function containerOf(seen: NamespaceContents, tier: string): V1Container {
  return tierOf(seen, tier)?.template.spec?.containers[0] as V1Container;
}

export function serverOf({ statefulSets }: NamespaceContents, store: string) {
  return the(statefulSets, store).spec;
}

export function resourcesOf(container: V1Container | undefined) {
  const pick = (side: { [kind: string]: string } | undefined) => `${side?.cpu} ${side?.memory}`;
  return `${pick(container?.resources?.requests)} to ${pick(container?.resources?.limits)}`;
}

/** Such as `3 to 10 at cpu 70, memory 80`. */
export function scalingOf({ autoscalers }: NamespaceContents, component: string): string {
  const { spec } = the(autoscalers, component);
  const targets = (spec?.metrics ?? []).flatMap(({ resource }) =>
    resource ? [`${resource.name} ${resource.target.averageUtilization}`] : [],
  );
  return `${spec?.minReplicas} to ${spec?.maxReplicas} at ${targets.join(", ")}`;
}

/** Such as `100% or 4 pods in 30 s, after 0 s`. */
export function pace({ spec }: V2HorizontalPodAutoscaler, way: "scaleUp" | "scaleDown"): string {
  const rules = spec?.behavior?.[way];
  const policies = (rules?.policies ?? []).map(({ type, value }) =>
    type === "Percent" ? `${value}%` : `${value} pods`,
  );
  return `${policies.join(" or ")} in ${rules?.policies?.[0]?.periodSeconds} s, after ${rules?.stabilizationWindowSeconds} s`;
}

/** Sizes of the claims whose names begin so, with their classes and access modes. */
export function claimsOf({ claims }: NamespaceContents, name: string): string[] {
  const isMeant = ({ metadata }: V1PersistentVolumeClaim) =>
    metadata?.name === name || metadata?.name?.replace(/-\d+$/, "") === name;
  return claims
    .filter(isMeant)
    .map(({ spec }) => `${spec?.resources?.requests?.storage} ${spec?.storageClassName} ${spec?.accessModes?.join()}`);
}

export function portsOf({ services }: NamespaceContents, name: string): string {
  const ports = services.find(({ metadata }) => metadata?.name === name)?.spec?.ports ?? [];
  return ports.map(({ port }) => port).join(", ");
}

/** Those that are the application's, not a component's of its own. */
export function declared<T extends Labelled>(objects: readonly T[]): T[] {
  return objects.filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === undefined);
}

/** What an alert asks, of each component. */
export function expressionsOf({ prometheusRules }: NamespaceContents, alert: string): string[] {
  return prometheusRules
    .flatMap(({ spec }) => spec.groups as { rules: { alert?: string; expr: string }[] }[])
    .flatMap(({ rules }) => rules.flatMap((rule) => (rule.alert === alert ? rule.expr : [])));
}

/** Its threshold, such as `> 0.05`. */
export function thresholdOf(seen: NamespaceContents, alert: string): string[] {
  return [...new Set(expressionsOf(seen, alert).map((expr) => /[<>]=? [\d.]+$/.exec(expr.trim())?.[0] ?? expr))];
}

/** When CronJobs run and how many copies they keep, by component. */
export function schedulesOf({ cronJobs }: NamespaceContents): Record<string, string> {
  const schedules = cronJobs.map(({ metadata, spec }): [string, string] => {
    const script = spec?.jobTemplate.spec?.template.spec?.containers[0]?.command?.at(-1) ?? "";
    const kept = Number(/tail -n \+(\d+)/.exec(script)?.[1]) - 1;
    return [metadata?.labels?.["app.kubernetes.io/name"] ?? "", `${spec?.schedule}, ${kept} kept`];
  });
  // That copies are restored as well, and watched, is more than any document asks for.
  return Object.fromEntries(schedules.filter(([name]) => !name.endsWith("-restore-check")));
}

const MORE_THAN_ASKED = ["BackupFailed", "BackupTooOld", "RestoreCheckFailed"];

/** Hosts and paths of the Ingresses, and whether they have a certificate. */
export function pathsOf({ ingresses }: NamespaceContents): string[] {
  const paths = ingresses.flatMap(({ spec }) =>
    (spec?.rules ?? []).flatMap(({ http }) =>
      (http?.paths ?? []).map(({ path, backend }) => `${path} ${backend.service?.name}`),
    ),
  );
  return [...new Set(paths)].sort();
}

/** Origins that may call, as Traefik lets them. */
export function originsOf({ middlewares }: NamespaceContents): string[] {
  return [
    ...new Set(middlewares.flatMap(({ spec }) => (spec.headers?.accessControlAllowOriginList ?? []) as string[])),
  ];
}

/** Whether plain HTTP is led to HTTPS, for good. */
export function redirectsOf({ middlewares }: NamespaceContents): unknown[] {
  return middlewares.flatMap(({ spec }) => spec.redirectScheme ?? []);
}

/** Names of the alerts, or of the recording rules. */
export function rulesOf({ prometheusRules }: NamespaceContents, kind: "alert" | "record"): string[] {
  const names = prometheusRules
    .flatMap(({ spec }) => spec.groups as { rules: { [kind: string]: string }[] }[])
    .flatMap(({ rules }) => rules.flatMap((rule) => rule[kind] ?? []));
  return [...new Set(names)].filter((name) => !MORE_THAN_ASKED.includes(name)).sort();
}

/** Components that are scraped, with how often. */
export function scrapesOf({ serviceMonitors, podMonitors }: NamespaceContents): string[] {
  const scraped = [...serviceMonitors, ...podMonitors].map(({ spec }) => {
    const [endpoint] = spec.endpoints ?? spec.podMetricsEndpoints;
    return `${spec.selector.matchLabels["app.kubernetes.io/name"]} ${endpoint.interval}`;
  });
  return scraped.sort();
}

/** Rate limits that Traefik applies, such as `100 in 1m`. */
export function limitsOf({ middlewares }: NamespaceContents): string[] {
  const limits = middlewares.flatMap(({ spec }) =>
    spec.rateLimit ? [`${spec.rateLimit.average} in ${spec.rateLimit.period}`] : [],
  );
  return [...new Set(limits)].sort();
}

/** Names of the response headers that Traefik adds. */
export function headersOf({ middlewares }: NamespaceContents): string[] {
  const names = middlewares.flatMap(({ spec }) => Object.keys(spec.headers?.customResponseHeaders ?? {}));
  return [...new Set(names)].sort();
}

/** Metrics beside CPU and memory, with their targets. */
export function metricsOf({ autoscalers }: NamespaceContents, component: string): string[] {
  return (the(autoscalers, component).spec?.metrics ?? []).flatMap(({ pods }) =>
    pods ? [`${pods.metric.name} ${pods.target.averageValue}`] : [],
  );
}

/** Pods that a voluntary disruption has to leave, as the disruption controller works it out. */
export function mustStay({ disruptionBudgets }: NamespaceContents, component: string) {
  return the(disruptionBudgets, component).status?.desiredHealthy;
}

/** Profiles of seccomp and AppArmor that pods have, each once. */
export function confinementsOf({ pods }: NamespaceContents): string[] {
  const profiles = pods.map(
    ({ spec }) => `${spec?.securityContext?.seccompProfile?.type} ${spec?.securityContext?.appArmorProfile?.type}`,
  );
  return [...new Set(profiles)].sort();
}
