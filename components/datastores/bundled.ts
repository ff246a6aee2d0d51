import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BundledDatastore } from "../../config/plan.ts";
import { labelsOf, selectorOf } from "../labels.ts";
import { allowLinks } from "../network.ts";
import { containerSecurity, podSecurity, scratch } from "../pod.ts";
import type { DatastoreArgs } from "./datastore.ts";
import { engines } from "./engines.ts";

/** A datastore that runs in the cluster: one server, one volume, a Service that clients dial. */
export class BundledServer extends pulumi.ComponentResource {
  constructor(name: string, args: DatastoreArgs<BundledDatastore>, opts: pulumi.ComponentResourceOptions) {
    super("landfall:datastores:BundledServer", name, {}, opts);

    const metadata = {
      namespace: args.namespace.namespaceName,
      labels: labelsOf(args.plan, args.datastore.name),
    };
    const inside = { parent: this, deletedWith: args.namespace.resource, dependsOn: args.namespace };
    const durable = { ...inside, protect: args.plan.profile.protectData };

    const secret = credentials(name, args, metadata, inside);
    const volume = claim(name, args.datastore, metadata, durable);
    const network = allowLinks(
      name,
      { plan: args.plan, component: args.datastore.name, namespace: metadata.namespace },
      inside,
    );
    service(name, args, metadata, inside);
    statefulSet(name, args, { metadata, secret, volume }, { ...durable, dependsOn: [args.namespace, network] });
    if (args.datastore.disruptionBudget) disruptionBudget(name, args, metadata, inside);

    this.registerOutputs({});
  }
}

interface Metadata {
  namespace: pulumi.Output<string>;
  labels: Record<string, string>;
}

function credentials(
  name: string,
  { datastore, password }: DatastoreArgs<BundledDatastore>,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
  const stringData = { username: datastore.endpoint.username, password };
  return new k8s.core.v1.Secret(`${name}-credentials`, { metadata, immutable: true, stringData }, opts);
}

/** A claim of its own, not a template of the StatefulSet: it grows in place, and replacing the server spares it. */
function claim(
  name: string,
  { name: component, storage, storageClass }: BundledDatastore,
  { namespace, labels }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolumeClaim {
  return new k8s.core.v1.PersistentVolumeClaim(
    `${name}-data`,
    {
      metadata: {
        name: `${component}-data`,
        namespace,
        labels,
        // A class that binds at first use waits for the pod, which waits for this claim.
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: storageClass,
        resources: { requests: { storage } },
      },
    },
    opts,
  );
}

function service(
  name: string,
  { plan, datastore }: DatastoreArgs<BundledDatastore>,
  { namespace, labels }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata: {
        name: datastore.endpoint.host,
        namespace,
        labels,
        // The StatefulSet's readiness says it all, without the provider's fixed wait on every Service.
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        selector: selectorOf(plan, datastore.name),
        ports: Object.entries(engines[datastore.engine].ports).map(([port, number]) => ({
          name: port,
          port: number,
          targetPort: port,
        })),
      },
    },
    opts,
  );
}

function statefulSet(
  name: string,
  { plan, datastore }: DatastoreArgs<BundledDatastore>,
  made: { metadata: Metadata; secret: k8s.core.v1.Secret; volume: k8s.core.v1.PersistentVolumeClaim },
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.StatefulSet {
  const engine = engines[datastore.engine];
  const { namespace, labels } = made.metadata;
  const { volumes, volumeMounts } = scratch(engine.writable);
  const server = engine.server({
    endpoint: datastore.endpoint,
    dataDirectory: engine.dataDirectory,
    passwordSecret: { name: made.secret.metadata.name, key: "password" },
  });
  return new k8s.apps.v1.StatefulSet(
    `${name}-server`,
    {
      metadata: { name: datastore.name, namespace, labels },
      spec: {
        replicas: 1,
        serviceName: datastore.endpoint.host,
        selector: { matchLabels: selectorOf(plan, datastore.name) },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            securityContext: podSecurity(engine.uid, engine.gid),
            terminationGracePeriodSeconds: engine.terminationGracePeriodSeconds,
            containers: [
              {
                name: datastore.name,
                image: datastore.image,
                ...server,
                ports: Object.entries(engine.ports).map(([port, containerPort]) => ({ name: port, containerPort })),
                resources: datastore.resources,
                securityContext: containerSecurity,
                volumeMounts: [{ name: "data", mountPath: engine.dataDirectory }, ...volumeMounts],
              },
            ],
            volumes: [{ name: "data", persistentVolumeClaim: { claimName: made.volume.metadata.name } }, ...volumes],
          },
        },
      },
    },
    opts,
  );
}

/** Lets a drain move the one pod, and says to the evicting tool that it is one at a time. */
function disruptionBudget(
  name: string,
  { plan, datastore }: DatastoreArgs<BundledDatastore>,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.policy.v1.PodDisruptionBudget {
  const selector = { matchLabels: selectorOf(plan, datastore.name) };
  return new k8s.policy.v1.PodDisruptionBudget(
    `${name}-disruption-budget`,
    { metadata, spec: { maxUnavailable: 1, selector } },
    opts,
  );
}
