import { join } from "node:path";
import type { Step } from "../progress.ts";
import { KUBERNETES_VERSION, type Manifests } from "../toolchain/toolchain.ts";
import { type Api, ApiError, type KubernetesObject } from "./api.ts";
import { applyDefinitions, type Definition, digest, isServed, readDefinitions } from "./definitions.ts";
import { freePodCidrs, type NodeSpec, nodeObject } from "./nodes.ts";
import { metricsApi, type Platform, reclaimPolicy } from "./objects.ts";
import type { Ports } from "./ports.ts";
import { untilDescribed, untilSchemaIsMade } from "./stage-resources.ts";
import { readStages } from "./stages.ts";

/** All that a cluster is given beside what Kubernetes itself brings. */
export interface Preparation {
  definitions: Definition[];
  stages: KubernetesObject[];
  platform: Platform;
  nodes: readonly NodeSpec[];
  /** Each changes whenever what it is of does. */
  digests: { definitions: string; nodes: string; rest: string };
}

interface Node extends KubernetesObject {
  spec: { podCIDR: string };
}

const MARK = "/api/v1/namespaces/kube-system/configmaps/landfall-local-cluster";

export function preparationOf(
  { customResourceDefinitions, kwok }: Manifests,
  nodes: readonly NodeSpec[],
  platform: Platform,
): Preparation {
  const definitions = [join(kwok, "crd/bases"), customResourceDefinitions].flatMap(readDefinitions).filter(isServed);
  const stages = readStages(kwok);
  return {
    definitions,
    stages,
    platform,
    nodes,
    digests: {
      definitions: digest(...definitions.map(({ text }) => text)),
      nodes: digest(JSON.stringify(nodes)),
      rest: digest(JSON.stringify([platform, reclaimPolicy, stages])),
    },
  };
}

/** What this start was: of a new cluster, of its processes, or neither. */
interface Begun {
  started: boolean;
  isNew: boolean;
}

/**
 * Gives the cluster what it lacks. The mark of what it has lies in the cluster, so that it lives and dies with the
 * data. What names a port is applied after each start.
 */
export async function prepare(api: Api, wanted: Preparation, ports: Ports, { started, isNew }: Begun, step: Step) {
  const done = await markOf(api);
  const { definitions, nodes, rest } = wanted.digests;
  const isDefined = done?.definitions === definitions;
  const work: Promise<void>[] = [];
  if (started || done?.nodes !== nodes) work.push(applyNodes(api, wanted.nodes, ports));
  if (started || done?.rest !== rest) work.push(applyMetricsApi(api, ports));
  if (!isDefined || done?.rest !== rest) work.push(applyRest(api, wanted, isDefined, step));
  if (work.length > 0) {
    await Promise.all(work);
    await mark(api, wanted.digests);
  }
  if (isNew) await untilSchemaIsMade(api);
}

/** Gives a cluster what all begin with, which takes most of the time: the custom resource definitions. */
export async function prepareTemplate(api: Api, { definitions, digests }: Preparation, step: Step): Promise<void> {
  await applyDefinitions(api, definitions, step);
  await mark(api, { definitions: digests.definitions });
}

async function mark(api: Api, data: Partial<Preparation["digests"]>): Promise<void> {
  await api.apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "landfall-local-cluster", namespace: "kube-system" },
    data,
  });
}

async function applyRest(
  api: Api,
  { definitions, stages, platform }: Preparation,
  isDefined: boolean,
  step: Step,
): Promise<void> {
  const objects = [...platform.objects, ...reclaimPolicy];
  await Promise.all([
    ...(isDefined ? [] : [applyDefinitions(api, definitions, step)]),
    ...objects.map((object) => api.apply(object)),
  ]);
  // Stages last: kwok gives up on one whose resource it cannot look up yet.
  await untilDescribed(api, definitions, stages);
  await Promise.all([...platform.customObjects, ...stages].map((object) => api.apply(object)));
}

async function applyNodes(api: Api, nodes: readonly NodeSpec[], { kwokControllerPort }: Ports): Promise<void> {
  const items = await api.list<Node>("/api/v1/nodes");
  const names = new Set(nodes.map(({ name }) => name));
  const ranges = new Map(items.map(({ metadata, spec }) => [metadata.name, spec.podCIDR]));
  const free = freePodCidrs([...ranges.values()]);
  const rangeOf = (name: string) => ranges.get(name) ?? free.next().value;
  await Promise.all([
    ...nodes.map((node) => api.apply(nodeObject(node, rangeOf(node.name), KUBERNETES_VERSION, kwokControllerPort))),
    ...items
      .filter(({ metadata }) => !names.has(metadata.name))
      .map(({ metadata }) => api.request("DELETE", `/api/v1/nodes/${metadata.name}`)),
  ]);
}

async function applyMetricsApi(api: Api, { metricsServerPort }: Ports): Promise<void> {
  await Promise.all(metricsApi(metricsServerPort).map((object) => api.apply(object)));
}

async function markOf(api: Api): Promise<Partial<Preparation["digests"]> | undefined> {
  try {
    return (await api.get<{ data?: Partial<Preparation["digests"]> }>(MARK)).data;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
