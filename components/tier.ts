import { basename } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, TierPlan } from "../config/plan.ts";
import { SURGE } from "../config/quota.ts";
import type { Account } from "./access.ts";
import { autoscaling } from "./autoscaling/autoscaling.ts";
import type { Connection } from "./datastores/datastore.ts";
import { CERTIFICATES } from "./datastores/engine.ts";
import { serviceAnnotations } from "./edge/ingresses.ts";
import { type Environment, environmentOf } from "./environment.ts";
import { labelsOf, selectorOf } from "./labels.ts";
import type { Namespace } from "./namespace.ts";
import { allowLinks } from "./network.ts";
import { containerSecurity, onMachines, podSecurity, probesOf, pulled, scratch, spread } from "./pod.ts";
import { reloading } from "./secrets/reloading.ts";
import type { Secrets } from "./secrets/secrets.ts";

export interface TierArgs {
  plan: Plan;
  tier: TierPlan;
  namespace: Namespace;
  connections: Record<string, Connection>;
  /** Shared volumes by name. */
  volumes: Record<string, k8s.core.v1.PersistentVolumeClaim>;
  priorityClasses: Record<string, k8s.scheduling.v1.PriorityClass>;
  secrets: Secrets;
  account: Account;
}

/** One tier of the application: what it runs, how it is reached, how it scales. */
export class Tier extends pulumi.ComponentResource {
  constructor(name: string, args: TierArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:application:Tier", name, {}, opts);
    const { plan, tier, namespace } = args;

    const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, tier.name) };
    const inside = { parent: this, deletedWith: namespace.takesAlong, dependsOn: namespace };

    const network = allowLinks(name, { plan, component: tier.name, namespace: metadata.namespace }, inside);
    const environment = environmentOf(name, { ...args, metadata }, inside);
    const files = filesOf(name, tier, metadata, inside);
    const template = podTemplate(args, environment, files);
    const running = { ...inside, dependsOn: [namespace, network] };

    if (tier.kind === "job") {
      runOnce(name, args, template, metadata, running);
    } else {
      const deployment = deploy(name, args, template, metadata, running);
      if (tier.port !== undefined) expose(name, args, metadata, inside);
      autoscaling(name, { ...args, metadata, deployment, selector: selectorOf(plan, tier.name) }, inside);
    }

    this.registerOutputs({});
  }
}

interface Metadata {
  namespace: pulumi.Output<string>;
  labels: Record<string, string>;
}

function podTemplate(
  { plan, tier, namespace, account, volumes: shared, priorityClasses, connections }: TierArgs,
  environment: Environment,
  files: Files,
): k8s.types.input.core.v1.PodTemplateSpec & { spec: k8s.types.input.core.v1.PodSpec } {
  const { volumes, volumeMounts } = scratch(tier.writable);
  const mounts = Object.entries(tier.mounts);
  const certificates = certificatesOf(tier, connections);
  return {
    metadata: { labels: { ...labelsOf(plan, tier.name), ...account.podLabels } },
    spec: {
      serviceAccountName: account.serviceAccount.metadata.name,
      automountServiceAccountToken: tier.mountToken,
      enableServiceLinks: false,
      imagePullSecrets: namespace.imagePullSecrets,
      securityContext: podSecurity(tier.confinement, tier.uid),
      terminationGracePeriodSeconds: tier.terminationGracePeriodSeconds,
      priorityClassName: tier.priorityClass && priorityClasses[tier.priorityClass]?.metadata.name,
      containers: pulled(plan, [
        {
          name: tier.name,
          image: tier.image,
          command: tier.command,
          args: tier.args,
          ...environment,
          ports: portsOf(tier),
          ...probesOf({ readiness: tier.readiness, liveness: tier.liveness, startup: tier.startup }),
          resources: tier.resources,
          securityContext: containerSecurity,
          volumeMounts: [
            ...volumeMounts,
            ...mounts.map(([name, mountPath]) => ({ name, mountPath })),
            ...files.volumeMounts,
            ...certificates.map(({ name }) => ({ name, mountPath: CERTIFICATES, readOnly: true })),
          ],
        },
      ]),
      volumes: [
        ...volumes,
        ...mounts.map(([name]) => ({
          name,
          persistentVolumeClaim: { claimName: (shared[name] as k8s.core.v1.PersistentVolumeClaim).metadata.name },
        })),
        ...files.volumes,
        ...certificates,
      ],
    },
  };
}

interface Files {
  volumes: k8s.types.input.core.v1.Volume[];
  volumeMounts: k8s.types.input.core.v1.VolumeMount[];
}

/** Each at its own path, beside what the image has there. The map is named anew with its contents, so that the pods roll. */
function filesOf(
  name: string,
  { files = {} }: TierPlan,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): Files {
  const texts = Object.entries(files).map(([path, text], index) => ({ path, text, key: `${index}-${basename(path)}` }));
  if (texts.length === 0) return { volumes: [], volumeMounts: [] };
  const data = Object.fromEntries(texts.map(({ key, text }) => [key, text]));
  const map = new k8s.core.v1.ConfigMap(`${name}-files`, { metadata, immutable: true, data }, opts);
  return {
    volumes: [{ name: "configuration-files", configMap: { name: map.metadata.name } }],
    volumeMounts: texts.map(({ path, key }) => ({
      name: "configuration-files",
      mountPath: path,
      subPath: key,
      readOnly: true,
    })),
  };
}

/** The authorities of all stores that the tier uses, as one volume; none where all are known. */
function certificatesOf({ after }: TierPlan, connections: TierArgs["connections"]): k8s.types.input.core.v1.Volume[] {
  const maps = after.flatMap((name) => connections[name]?.certificates ?? []);
  if (maps.length === 0) return [];
  return [{ name: "store-certificates", projected: { sources: maps.map((name) => ({ configMap: { name } })) } }];
}

function portsOf({ port, metricsPort }: TierPlan): k8s.types.input.core.v1.ContainerPort[] | undefined {
  const ports = [
    ...(port === undefined ? [] : [{ name: "http", containerPort: port }]),
    ...(metricsPort === undefined || metricsPort === port ? [] : [{ name: "metrics", containerPort: metricsPort }]),
  ];
  return ports.length > 0 ? ports : undefined;
}

/** For Kubernetes to say so first. */
const NOTICE_SECONDS = 10;

/** The provider goes by a time of its own, and by what Kubernetes says of the deadline only when that is over. */
function patience({ progressDeadlineSeconds }: TierPlan): string {
  return `${progressDeadlineSeconds + NOTICE_SECONDS}s`;
}

function deploy(
  name: string,
  { plan, tier }: TierArgs,
  template: ReturnType<typeof podTemplate>,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.Deployment {
  const { topologySpreadConstraints, affinity } = spread(plan, tier.name, tier.near);
  const spec = { ...template.spec, topologySpreadConstraints, ...onMachines(tier.scheduling, affinity) };
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata: { ...metadata, ...reloading(plan) },
      spec: {
        // Left out where an autoscaler decides: stating it would fight the autoscaler at every update.
        replicas: tier.autoscale || tier.events ? undefined : tier.replicas,
        revisionHistoryLimit: 5,
        progressDeadlineSeconds: tier.progressDeadlineSeconds,
        strategy:
          tier.kind === "singleton"
            ? { type: "Recreate" }
            : { type: "RollingUpdate", rollingUpdate: { maxSurge: SURGE, maxUnavailable: 0 } },
        selector: { matchLabels: selectorOf(plan, tier.name) },
        template: { ...template, spec },
      },
    },
    { ...opts, customTimeouts: { create: patience(tier), update: patience(tier) } },
  );
}

/** A job that has to end well before what depends on it starts; another one runs when its image or settings change. */
function runOnce(
  name: string,
  { tier }: TierArgs,
  template: ReturnType<typeof podTemplate>,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.Job {
  const spec = { ...template.spec, ...onMachines(tier.scheduling), restartPolicy: "Never" };
  return new k8s.batch.v1.Job(
    `${name}-job`,
    {
      metadata,
      spec: { backoffLimit: 3, template: { ...template, spec } },
    },
    opts,
  );
}

function expose(
  name: string,
  { plan, tier }: TierArgs,
  { namespace, labels }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata: {
        name: tier.name,
        namespace,
        labels,
        // The Deployment's readiness says it all, without the provider's fixed wait on every Service.
        annotations: { "pulumi.com/skipAwait": "true", ...serviceAnnotations(plan, tier.name) },
      },
      spec: {
        selector: selectorOf(plan, tier.name),
        ports: [{ name: "http", port: tier.servicePort as number, targetPort: "http" }],
      },
    },
    opts,
  );
}
