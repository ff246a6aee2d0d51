import * as pulumi from "@pulumi/pulumi";
import type { Plan, TierPlan } from "../config/plan.ts";
import type { Ask } from "./api-server.ts";
import { ClusterError } from "./kubeconfig-file.ts";

interface Groups {
  groups: { name: string; versions: { groupVersion: string }[] }[];
}

/** An API that autoscaling needs, who brings it, and which tiers ask for it. */
interface Needed {
  api: string;
  asks: (tier: TierPlan) => boolean;
}

const KINDS: (Needed & { key: string; problem: string; fix: string })[] = [
  {
    api: "autoscaling.k8s.io/v1",
    asks: ({ verticalAutoscale }) => verticalAutoscale !== undefined,
    key: "verticalAutoscale",
    problem: "the cluster knows no VerticalPodAutoscaler (autoscaling.k8s.io/v1)",
    fix: "install the Vertical Pod Autoscaler (github.com/kubernetes/autoscaler)",
  },
  {
    api: "keda.sh/v1alpha1",
    asks: ({ events }) => events !== undefined,
    key: "events",
    problem: "the cluster knows no ScaledObject (keda.sh/v1alpha1)",
    fix: "install KEDA (keda.sh)",
  },
];

const METRICS: (Needed & { source: string })[] = [
  {
    api: "metrics.k8s.io",
    asks: ({ autoscale, events }) =>
      autoscale?.cpu !== undefined ||
      autoscale?.memory !== undefined ||
      (events?.triggers.some(({ kind }) => kind === "cpu" || kind === "memory") ?? false),
    source: "metrics-server",
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
export async function checkAutoscalers(ask: Ask, { tiers }: Plan): Promise<void> {
  if (![...KINDS, ...METRICS].some(({ asks }) => tiers.some(asks))) return;
  const served = (await ask<Groups>("/apis"))?.groups;
  if (!served) return; // hidden from these credentials
  const apis = new Set(
    served.flatMap(({ name, versions }) => [name, ...versions.map(({ groupVersion }) => groupVersion)]),
  );
  for (const { api, asks, key, problem, fix } of KINDS) {
    const tier = tiers.find(asks);
    if (!tier || apis.has(api)) continue;
    const off = `landfall:tiers.${tier.name}.${key}`;
    throw new ClusterError(`${off}: ${problem}.`, `${fix}, or do without: ${off}: false`);
  }
  for (const { api, asks, source } of METRICS) {
    const names = tiers.filter(asks).map(({ name }) => `"${name}"`);
    if (names.length === 0 || apis.has(api)) continue;
    await pulumi.log.warn(
      `The cluster does not serve ${api}, so the autoscaling of ${names.join(", ")} has no figures: ` +
        `the replicas stay as they are until ${source} is installed.`,
    );
  }
}
