/** Reads a namespace back from the API server. */

import { setTimeout as sleep } from "node:timers/promises";
import {
  AppsV1Api,
  AutoscalingV2Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
  PolicyV1Api,
  RbacAuthorizationV1Api,
  SchedulingV1Api,
} from "@kubernetes/client-node";

const NAME = "app.kubernetes.io/name";

export interface Labelled {
  metadata?: { name?: string; uid?: string; labels?: Record<string, string> };
}

/** An object of a kind that Kubernetes itself does not know. */
export interface CustomObject extends Labelled {
  // biome-ignore lint/suspicious/noExplicitAny: each kind has a form of its own
  spec: any;
  status?: { conditions?: { type: string; status: string }[]; [field: string]: unknown };
}

/** Clients for what the tests look at. */
export function clientsFor(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return {
    core: config.makeApiClient(CoreV1Api),
    apps: config.makeApiClient(AppsV1Api),
    batch: config.makeApiClient(BatchV1Api),
    autoscaling: config.makeApiClient(AutoscalingV2Api),
    policy: config.makeApiClient(PolicyV1Api),
    networking: config.makeApiClient(NetworkingV1Api),
    rbac: config.makeApiClient(RbacAuthorizationV1Api),
    scheduling: config.makeApiClient(SchedulingV1Api),
    custom: config.makeApiClient(CustomObjectsApi),
  };
}

export type Clients = ReturnType<typeof clientsFor>;

/** Everything of an application in its namespace, as the API server has it. */
export async function readNamespace(clients: Clients, namespace: string) {
  const { core, apps, batch, autoscaling, policy, networking, rbac } = clients;
  const items = async <T>(list: Promise<{ items: T[] }>) => (await list).items.map(plain);
  const of = { namespace };
  const customs = (group: string, version: string, plural: string) =>
    readCustomObjects(clients, { group, version, namespace, plural });
  return {
    pods: await items(core.listNamespacedPod(of)),
    services: await items(core.listNamespacedService(of)),
    configMaps: (await items(core.listNamespacedConfigMap(of))).filter(
      (it) => it.metadata?.name !== "kube-root-ca.crt",
    ),
    secrets: await items(core.listNamespacedSecret(of)),
    claims: await items(core.listNamespacedPersistentVolumeClaim(of)),
    quotas: await items(core.listNamespacedResourceQuota(of)),
    limitRanges: await items(core.listNamespacedLimitRange(of)),
    serviceAccounts: (await items(core.listNamespacedServiceAccount(of))).filter(
      (it) => it.metadata?.name !== "default",
    ),
    deployments: await items(apps.listNamespacedDeployment(of)),
    statefulSets: await items(apps.listNamespacedStatefulSet(of)),
    jobs: await items(batch.listNamespacedJob(of)),
    cronJobs: await items(batch.listNamespacedCronJob(of)),
    autoscalers: await items(autoscaling.listNamespacedHorizontalPodAutoscaler(of)),
    disruptionBudgets: await items(policy.listNamespacedPodDisruptionBudget(of)),
    networkPolicies: await items(networking.listNamespacedNetworkPolicy(of)),
    ingresses: await items(networking.listNamespacedIngress(of)),
    serviceMonitors: await customs("monitoring.coreos.com", "v1", "servicemonitors"),
    podMonitors: await customs("monitoring.coreos.com", "v1", "podmonitors"),
    prometheusRules: await customs("monitoring.coreos.com", "v1", "prometheusrules"),
    verticalAutoscalers: await customs("autoscaling.k8s.io", "v1", "verticalpodautoscalers"),
    middlewares: await customs("traefik.io", "v1alpha1", "middlewares"),
    scaledObjects: await customs("keda.sh", "v1alpha1", "scaledobjects"),
    roles: await items(rbac.listNamespacedRole(of)),
    roleBindings: await items(rbac.listNamespacedRoleBinding(of)),
  };
}

/** Asks again where the API server has only begun to serve a kind that was defined a moment ago, and answers 429. */
export async function readCustomObjects(
  { custom }: Clients,
  of: { group: string; version: string; namespace: string; plural: string },
): Promise<CustomObject[]> {
  const list = () =>
    custom.listNamespacedCustomObject(of).catch((error) => {
      if (error.code === 429) return undefined;
      throw error;
    });
  return (await eventually(list, (answer) => answer !== undefined)).items;
}

/** Without the client's classes, so that it can be held against a literal; times are left as the client has them. */
function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T;
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) as T;
}

export type NamespaceContents = Awaited<ReturnType<typeof readNamespace>>;

/** The one object of `objects` that belongs to the tier or datastore. */
export function the<T extends Labelled>(objects: readonly T[], component: string): T {
  const found = objects.filter((object) => object.metadata?.labels?.[NAME] === component);
  if (found.length !== 1) throw new Error(`expected one object of "${component}", found ${found.length}`);
  return found[0] as T;
}

/** Asks again and again until `check` says yes; fails with what it saw last after a generous while. */
export async function eventually<T>(look: () => Promise<T>, check: (seen: T) => boolean, seconds = 120): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (check(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`did not come about within ${seconds} s; last seen: ${JSON.stringify(seen)}`);
    await sleep(500);
  }
}
