import { isBrought } from "../config/addons.ts";
import type { Plan, TierPlan } from "../config/plan.ts";
import type { Ask, Warn } from "./api-server.ts";
import { ClusterError } from "./kubeconfig-file.ts";

interface Groups {
  groups: { name: string; versions: { groupVersion: string }[] }[];
}

/** Kinds by the API that serves them, and the keys that ask for them. */
const KINDS: { api: string; keysOf: (plan: Plan) => string[]; problem: string; fix: string }[] = [
  {
    api: "autoscaling.k8s.io/v1",
    keysOf: ({ tiers, datastores }) => [
      ...tiers.flatMap((it) => (it.verticalAutoscale ? [`tiers.${it.name}.verticalAutoscale`] : [])),
      ...datastores.flatMap((it) =>
        it.mode === "bundled" && it.verticalAutoscale ? [`datastores.${it.name}.verticalAutoscale`] : [],
      ),
    ],
    problem: "the cluster knows no VerticalPodAutoscaler (autoscaling.k8s.io/v1)",
    fix: "set landfall:addons.vertical-pod-autoscaler: true, install the Vertical Pod Autoscaler (github.com/kubernetes/autoscaler)",
  },
  {
    api: "keda.sh/v1alpha1",
    keysOf: ({ tiers }) => tiers.flatMap(({ name, events }) => (events ? [`tiers.${name}.events`] : [])),
    problem: "the cluster knows no ScaledObject (keda.sh/v1alpha1)",
    fix: "set landfall:addons.keda: true, install KEDA (keda.sh)",
  },
];

/** Figures by the API that serves them, who brings it, and which tiers count by them. */
const METRICS: { api: string; asks: (tier: TierPlan) => boolean; source: string }[] = [
  {
    api: "metrics.k8s.io",
    asks: ({ autoscale, events }) =>
      autoscale?.cpu !== undefined ||
      autoscale?.memory !== undefined ||
      (events?.triggers.some(({ kind }) => kind === "cpu" || kind === "memory") ?? false),
    source: "metrics-server (landfall:addons.metrics-server: true)",
  },
  {
    api: "custom.metrics.k8s.io",
    asks: ({ autoscale }) => autoscale?.metrics?.some((metric) => "pods" in metric) ?? false,
    source: "an adapter such as prometheus-adapter",
  },
  {
    api: "external.metrics.k8s.io",
    asks: ({ autoscale }) => autoscale?.metrics?.some((metric) => "external" in metric) ?? false,
    source: "an adapter such as prometheus-adapter",
  },
];

/** Refuses objects that the cluster does not know, and warns of autoscalers that would see nothing. */
export async function checkAutoscalers(ask: Ask, plan: Plan, warn: Warn): Promise<void> {
  const kinds = KINDS.map((kind) => ({ ...kind, key: kind.keysOf(plan)[0] })).filter(({ key }) => key !== undefined);
  const metrics = METRICS.map((metric) => ({ ...metric, tiers: plan.tiers.filter(metric.asks) })).filter(
    ({ tiers }) => tiers.length > 0,
  );
  if (kinds.length === 0 && metrics.length === 0) return;
  const served = (await ask<Groups>("/apis"))?.groups;
  if (!served) return; // hidden from these credentials
  const apis = new Set(
    served.flatMap(({ name, versions }) => [name, ...versions.map(({ groupVersion }) => groupVersion)]),
  );
  for (const { api, key, problem, fix } of kinds) {
    if (apis.has(api) || isBrought(plan.addons, api.split("/")[0] as string)) continue;
    throw new ClusterError(`landfall:${key}: ${problem}.`, `${fix}, or do without: landfall:${key}: false`);
  }
  for (const { api, tiers, source } of metrics) {
    if (apis.has(api) || isBrought(plan.addons, api)) continue;
    const names = tiers.map(({ name }) => `"${name}"`).join(", ");
    await warn(
      `The cluster does not serve ${api}, so the autoscaling of ${names} has no figures: ` +
        `the replicas stay as they are until ${source} is installed.`,
    );
  }
}
