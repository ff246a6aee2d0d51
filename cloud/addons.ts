import { addonFor } from "../config/addons/catalogue.ts";
import type { AddonPlan } from "../config/addons.ts";
import type { Plan } from "../config/plan.ts";
import type { Ask, List, Named } from "./api-server.ts";
import { ClusterError } from "./kubeconfig-file.ts";

interface Groups {
  groups: { name: string }[];
}

interface Namespace {
  metadata: { labels?: Record<string, string> };
}

/**
 * Refuses an add-on that somebody else has installed already, for two of a kind fight over the same objects; and one
 * that lacks what it is built upon. Ours, of an earlier update, is told by its namespace.
 */
export async function checkAddons(ask: Ask, plan: Plan): Promise<void> {
  const { list } = plan.addons;
  if (list.length === 0) return;
  const served = (await ask<Groups>("/apis"))?.groups.map(({ name }) => name);
  if (!served) return; // hidden from these credentials
  for (const addon of list) {
    checkNeeds(plan, addon, served);
    const found = addon.adopt ? [] : await already(ask, addon, served);
    if (found.length === 0 || (await isOurs(ask, plan, addon))) continue;
    throw new ClusterError(
      `landfall:addons.${addon.name}: the cluster has ${found.join(", ")} already, which another installation of ${addon.title} brought.`,
      `do without the add-on; or, if only that was left behind, set landfall:addons.${addon.name}.adopt: true`,
    );
  }
}

function checkNeeds({ addons }: Plan, { name, needs }: AddonPlan, served: readonly string[]): void {
  const brought = addons.list.flatMap(({ brings }) => brings.groups);
  const lacking = needs.find((group) => !served.includes(group) && !brought.includes(group));
  if (lacking === undefined) return;
  const setting = addonFor(lacking);
  throw new ClusterError(
    `landfall:addons.${name}: the cluster does not serve ${lacking}, which it is built upon.`,
    `install that first${setting ? `, or set ${setting}` : ""}`,
  );
}

/** What of the add-on's the cluster has, in words. */
async function already(ask: Ask, { brings }: AddonPlan, served: readonly string[]): Promise<string[]> {
  const classes = async (path: string, wanted: string | undefined, what: string) => {
    if (wanted === undefined) return [];
    const items = (await ask<List<Named>>(path))?.items ?? [];
    return items.some(({ metadata }) => metadata.name === wanted) ? [`the ${what} class "${wanted}"`] : [];
  };
  return [
    ...brings.groups.filter((group) => served.includes(group)),
    ...(await classes("/apis/networking.k8s.io/v1/ingressclasses", brings.ingressClass, "ingress")),
    ...(await classes("/apis/gateway.networking.k8s.io/v1/gatewayclasses", brings.gatewayClass, "gateway")),
  ];
}

async function isOurs(ask: Ask, { application, stack }: Plan, { namespace }: AddonPlan): Promise<boolean> {
  const labels = (await ask<Namespace>(`/api/v1/namespaces/${namespace}`))?.metadata.labels;
  return (
    labels?.["app.kubernetes.io/managed-by"] === "landfall" &&
    labels["app.kubernetes.io/part-of"] === application &&
    labels["app.kubernetes.io/instance"] === stack
  );
}
