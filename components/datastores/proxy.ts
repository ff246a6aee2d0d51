import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BundledDatastore, ProxyPlan } from "../../config/plan.ts";
import { labelsOf, selectorOf } from "../labels.ts";
import { allowLinks } from "../network.ts";
import { containerSecurity, onMachines, podSecurity, pulled, spread } from "../pod.ts";
import type { Failover } from "./cluster.ts";
import type { DatastoreArgs } from "./datastore.ts";
import type { ServerSettings } from "./engine.ts";
import { engines } from "./engines.ts";

export interface ProxyArgs extends DatastoreArgs<BundledDatastore> {
  proxy: ProxyPlan;
  failover: Failover;
  settings: ServerSettings;
}

/** Pods that lead clients to the server that leads, whichever that is. */
export function proxy(name: string, args: ProxyArgs, opts: pulumi.CustomResourceOptions): k8s.apps.v1.Deployment {
  const { plan, datastore, proxy, failover, settings, namespace } = args;
  const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, proxy.name) };
  const selector = { matchLabels: selectorOf(plan, proxy.name) };
  const network = allowLinks(name, { plan, component: proxy.name, namespace: metadata.namespace }, opts);
  const data = failover.proxy.configuration(settings);
  const configuration = new k8s.core.v1.ConfigMap(`${name}-configuration`, { metadata, immutable: true, data }, opts);
  new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption-budget`,
    { metadata, spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector } },
    opts,
  );
  const { topologySpreadConstraints, affinity } = spread(plan, proxy.name);
  return new k8s.apps.v1.Deployment(
    `${name}-deployment`,
    {
      metadata,
      spec: {
        replicas: proxy.replicas,
        selector,
        // Clients that are cut off dial again, and have to find another one.
        strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          metadata: { labels: metadata.labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            imagePullSecrets: namespace.imagePullSecrets,
            securityContext: podSecurity(plan.confinement, proxy.image.uid, proxy.image.gid),
            topologySpreadConstraints,
            ...onMachines(datastore.scheduling, affinity),
            containers: pulled(plan, [container(args)]),
            volumes: [{ name: "configuration", configMap: { name: configuration.metadata.name } }],
          },
        },
      },
    },
    { ...opts, dependsOn: [namespace, network] },
  );
}

function container({ datastore, proxy, failover, settings }: ProxyArgs): k8s.types.input.core.v1.Container {
  const { health, command, directory, env } = failover.proxy;
  const ports = { ...engines[datastore.engine].ports, health: health.port };
  return {
    name: proxy.name,
    image: proxy.image.reference,
    command,
    env: env(settings),
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort })),
    // One that finds no leader is sent nobody; starting it again would not help.
    readinessProbe: { httpGet: { path: health.path, port: "health" }, periodSeconds: 5, timeoutSeconds: 3 },
    livenessProbe: { tcpSocket: { port: "health" }, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6 },
    resources: proxy.resources,
    securityContext: containerSecurity,
    volumeMounts: [{ name: "configuration", mountPath: directory, readOnly: true }],
  };
}
