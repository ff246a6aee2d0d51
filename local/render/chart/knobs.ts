/** Where in an object the figures are that people tune. */
import type { Plan } from "../../../config/plan.ts";
import type { Manifest } from "../objects.ts";
import { Value, type Values } from "./values.ts";

// biome-ignore lint/suspicious/noExplicitAny: objects of Kubernetes, each kind of its own form
type Tree = any;

const NAME = "app.kubernetes.io/name";

/** Puts the values in the object's places of them; `manifest` is changed. */
export function tune(manifest: Manifest, plan: Plan, values: Values): void {
  const object = manifest as Tree;
  const component = manifest.metadata.labels?.[NAME];
  const section = component ? [sectionOf(component, plan), component] : [];
  switch (manifest.kind) {
    case "Deployment":
      if (object.spec.replicas !== undefined) put(object.spec, "replicas", [...section, "replicas"], values);
      tunePod(object.spec.template.spec, section, values);
      break;
    case "Job":
    case "StatefulSet": // how many servers a store has is its form, not its size
      tunePod(object.spec.template.spec, section, values);
      break;
    case "CronJob":
      object.spec.schedule = quoted(values.at([...section, "schedule"], object.spec.schedule));
      tunePod(object.spec.jobTemplate.spec.template.spec, section, values);
      break;
    case "HorizontalPodAutoscaler":
      tuneAutoscaler(object.spec, [...section, "autoscale"], values);
      break;
    case "ScaledObject":
      for (const [field, name] of [
        ["minReplicaCount", "min"],
        ["maxReplicaCount", "max"],
      ] as const) {
        if (object.spec[field] !== undefined) put(object.spec, field, [...section, "events", name], values);
      }
      break;
    case "PodDisruptionBudget":
      for (const field of ["minAvailable", "maxUnavailable"]) {
        if (object.spec[field] !== undefined) put(object.spec, field, [...section, field], values);
      }
      break;
    case "PersistentVolumeClaim":
      tuneClaim(object, component === undefined ? ["volumes", manifest.metadata.name] : section, values);
      break;
    case "ResourceQuota":
      object.spec.hard = values.at(["quota"], object.spec.hard, "block");
      break;
    case "Ingress":
      if (object.spec.ingressClassName) put(object.spec, "ingressClassName", ["ingressClass"], values);
      break;
  }
}

/** The part of values.yaml that is about the component. */
export function sectionOf(component: string, { tiers, datastores }: Plan): "tiers" | "datastores" | "others" {
  if (tiers.some(({ name }) => name === component)) return "tiers";
  return datastores.some(({ name }) => name === component) ? "datastores" : "others";
}

/** Of the tier that a migration is of, where that has the same. */
export function sharedPath(path: readonly string[], value: unknown, values: Values): readonly string[] {
  const [section, component = "", ...rest] = path;
  const tier = [section as string, component.replace(/-migrate$/, ""), ...rest];
  return component.endsWith("-migrate") && values.has(tier, value) ? tier : path;
}

function tunePod(pod: Tree, section: readonly string[], values: Values): void {
  for (const kind of ["containers", "initContainers"] as const) {
    for (const container of (pod[kind] ?? []) as Tree[]) {
      const isMain = container.name === section.at(-1);
      const path = isMain ? section : [...section, "containers", container.name];
      const image = [...path, "image"];
      container.image = values.at(sharedPath(image, container.image, values), container.image, "line");
      container.resources = values.at([...path, "resources"], container.resources ?? {}, "block");
    }
  }
  if (pod.imagePullSecrets === undefined) {
    pod.imagePullSecrets = values.at(["imagePullSecrets"], [], "optionalBlock");
  }
  if (section[0] !== "others") {
    if (pod.nodeSelector === undefined) pod.nodeSelector = values.at([...section, "nodeSelector"], {}, "optionalBlock");
    if (pod.tolerations === undefined) pod.tolerations = values.at([...section, "tolerations"], [], "optionalBlock");
  }
}

function tuneAutoscaler(spec: Tree, section: readonly string[], values: Values): void {
  put(spec, "minReplicas", [...section, "min"], values);
  put(spec, "maxReplicas", [...section, "max"], values);
  for (const metric of (spec.metrics ?? []) as Tree[]) {
    if (metric.type !== "Resource") continue;
    put(metric.resource.target, "averageUtilization", [...section, metric.resource.name], values);
  }
}

function tuneClaim(claim: Tree, section: readonly string[], values: Values): void {
  const { name, labels } = claim.metadata;
  const component = labels?.[NAME];
  // data-postgres-0 is the volume "data" of each server.
  const volume = component ? new RegExp(`^(.+)-${component}-\\d+$`).exec(name)?.[1] : undefined;
  const storage = volume ? [...section, "storage", volume] : [...section, "storage"];
  put(claim.spec.resources.requests, "storage", storage, values);
  claim.spec.storageClassName = values.at([...section, "storageClass"], claim.spec.storageClassName ?? "", "optional");
}

function put(tree: Tree, field: string, path: readonly string[], values: Values): void {
  tree[field] = values.at(path, tree[field]);
}

/** For texts that YAML would read otherwise, such as `0 2 * * *` or a size without a unit. */
function quoted({ expression }: Value): Value {
  return new Value(`${expression} | quote`);
}
