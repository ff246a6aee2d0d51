import type { Layers } from "../layers.ts";
import type { AddonSettings } from "../schema/addons.ts";
import { namespaceOf } from "../storage.ts";
import { POD_SECURITY, type PodSecurity } from "./addon.ts";
import { type AddonName, catalogue } from "./catalogue.ts";

/** A namespace that add-ons live in; one for each, but for those that belong together. */
export interface AddonNamespacePlan {
  name: string;
  podSecurity: PodSecurity;
  protect: boolean;
}

const KUBERNETES_OWN = ["default", "kube-system", "kube-public", "kube-node-lease"];

export function resolveNamespaces(layers: Layers, on: ReadonlyMap<AddonName, AddonSettings>): AddonNamespacePlan[] {
  const plans = new Map<string, AddonNamespacePlan>();
  for (const [name, settings] of on) {
    const { namespace, podSecurity, keepsData } = catalogue[name];
    const wanted = settings.namespace ?? namespace;
    checkNamespace(layers, name, wanted);
    const shared = plans.get(wanted);
    plans.set(wanted, {
      name: wanted,
      podSecurity: laxest(podSecurity, shared?.podSecurity ?? "restricted"),
      protect: (shared?.protect ?? false) || (keepsData === true && layers.profile.protectData),
    });
  }
  return [...plans.values()];
}

/** The namespace is made, and one day removed, with the add-on; so it must be nobody else's. */
function checkNamespace(layers: Layers, addon: AddonName, namespace: string): void {
  const isApplications = namespace === namespaceOf(layers);
  if (!isApplications && !KUBERNETES_OWN.includes(namespace)) return;
  layers.mistakes.push({
    path: `landfall:addons.${addon}.namespace`,
    got: namespace,
    problem: isApplications ? "it is the application's" : "it is Kubernetes' own",
    allowed: "a namespace for add-ons alone, which is made and removed with them",
    fix: `leave it out, for ${catalogue[addon].namespace}`,
  });
}

function laxest(a: PodSecurity, b: PodSecurity): PodSecurity {
  return POD_SECURITY.indexOf(a) > POD_SECURITY.indexOf(b) ? a : b;
}
