/** What a plan asks of a cluster that is there, each question by itself. */
import type { Plan } from "../config/plan.ts";
import { checkAddons } from "./addons.ts";
import type { Ask, Warn } from "./api-server.ts";
import { checkAutoscalers } from "./autoscalers.ts";
import { checkConfinement } from "./confinement.ts";
import { checkDistribution } from "./distribution-checks.ts";
import { checkEdge } from "./edge.ts";
import { missingKinds } from "./kinds.ts";
import { ClusterError, type Context } from "./kubeconfig-file.ts";
import { checkNamespace } from "./namespace.ts";
import { checkOperators } from "./operators.ts";
import { checkSecretStore } from "./secrets.ts";
import { checkSnapshots } from "./snapshots.ts";
import { checkStorageClasses } from "./storage.ts";

/** A question, and what it is about in a few words. */
export interface Preflight {
  what: string;
  /** @throws ClusterError where the plan cannot land. Whatever the credentials may not see is not refused. */
  check(ask: Ask, plan: Plan, warn: Warn, context: Context): Promise<void>;
}

export const PREFLIGHT: readonly Preflight[] = [
  { what: "Kubernetes", check: checkVersion },
  { what: "Namespace", check: checkNamespace },
  { what: "What it was made with", check: checkDistribution },
  { what: "Storage classes", check: checkStorageClasses },
  { what: "Snapshots", check: checkSnapshots },
  { what: "The way in", check: checkEdge },
  { what: "Autoscaling", check: checkAutoscalers },
  { what: "Monitoring", check: checkMonitoring },
  { what: "Add-ons", check: checkAddons },
  { what: "Store of secrets", check: checkSecretStore },
  { what: "AppArmor", check: checkConfinement },
  { what: "Operators of datastores", check: checkOperators },
];

/** Oldest minor of Kubernetes 1 that has, switched on, all that Landfall asks for. */
export const OLDEST_MINOR = 30;

async function checkVersion(ask: Ask, _plan: Plan, _warn: Warn, context: Context): Promise<void> {
  const version = await ask<{ major: string; minor: string; gitVersion: string }>("/version");
  if (!version) return; // hidden from these credentials
  const minor = Number.parseInt(version.minor, 10);
  if (version.major === "1" && minor >= OLDEST_MINOR) return;
  throw new ClusterError(
    `The cluster of context "${context.name}" runs Kubernetes ${version.gitVersion}.\n  allowed  1.${OLDEST_MINOR} or newer`,
    "upgrade the cluster, or land on another one",
  );
}

/** Kinds of the Prometheus operator that the plan needs, by the API that serves them. */
async function checkMonitoring(ask: Ask, { monitoring, addons }: Plan): Promise<void> {
  if (!monitoring) return;
  const needed = {
    "monitoring.coreos.com/v1": ["ServiceMonitor", "PodMonitor", "PrometheusRule"],
    "monitoring.coreos.com/v1alpha1": monitoring.notifications ? ["AlertmanagerConfig"] : [],
  };
  const wanted = Object.entries(needed).flatMap(([apiVersion, kinds]) => kinds.map((kind) => ({ apiVersion, kind })));
  const missing = await missingKinds(ask, addons, wanted);
  if (missing.length === 0) return;
  throw new ClusterError(
    `landfall:monitoring: the cluster does not know ${missing.map(({ kind }) => kind).join(", ")} (monitoring.coreos.com).`,
    "set landfall:addons.kube-prometheus-stack: true, install the Prometheus operator yourself, or remove landfall:monitoring",
  );
}
