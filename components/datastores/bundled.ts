import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { BundledDatastore } from "../../config/plan.ts";
import { peersSecretOf } from "../../config/secrets.ts";
import { dialledComponent } from "../../config/servers.ts";
import { horizontalPodAutoscaler } from "../autoscaling/horizontal.ts";
import { verticalPodAutoscaler } from "../autoscaling/vertical.ts";
import { labelsOf, selectorOf } from "../labels.ts";
import { allowLinks } from "../network.ts";
import { onMachines, podSecurity, pulled, type Spread, scratch, serversApart } from "../pod.ts";
import { reloading } from "../secrets/reloading.ts";
import { plain } from "../secrets/secret-text.ts";
import type { StoredSecret } from "../secrets/secrets.ts";
import { containersBefore, failoverOf, serverContainers } from "./containers.ts";
import type { DatastoreArgs } from "./datastore.ts";
import type { ServerSettings } from "./engine.ts";
import { engines } from "./engines.ts";
import { proxy } from "./proxy.ts";

type Args = DatastoreArgs<BundledDatastore>;

/** Key of the password that servers know each other by. */
const PEERS_KEY = "peers";

/** A datastore that runs in the cluster: its servers, their volumes, a Service that clients dial. */
export class BundledServer extends pulumi.ComponentResource {
  constructor(name: string, args: Args, opts: pulumi.ComponentResourceOptions) {
    super("landfall:datastores:BundledServer", name, {}, opts);
    const { plan, datastore, namespace } = args;

    const metadata = { namespace: namespace.namespaceName, labels: labelsOf(plan, datastore.name) };
    const inside = { parent: this, deletedWith: namespace.takesAlong, dependsOn: namespace };
    const durable = { ...inside, protect: datastore.protect };

    const settings = settingsOf(args, credentials(name, args, metadata, inside));
    const volumes = claims(name, datastore, metadata, durable);
    const network = allowLinks(name, { plan, component: datastore.name, namespace: metadata.namespace }, inside);
    service(name, args, metadata, inside);
    if (datastore.servers.length > 1) headlessService(name, args, metadata, inside);
    statefulSet(name, args, { metadata, settings }, { ...durable, dependsOn: [namespace, network, ...volumes] });
    const failover = failoverOf(datastore);
    if (datastore.failover && failover) {
      proxy(`${name}-proxy`, { ...args, proxy: datastore.failover.proxy, failover, settings }, inside);
    }
    const target = { kind: "StatefulSet", name: datastore.name } as const;
    if (datastore.autoscale) {
      const { autoscale, servers } = datastore;
      horizontalPodAutoscaler(name, { target, replicas: servers.length, autoscale, metadata }, inside);
    }
    if (datastore.verticalAutoscale) {
      const { name: store, servers, verticalAutoscale: autoscale } = datastore;
      verticalPodAutoscaler(name, { target, container: store, replicas: servers.length, autoscale, metadata }, inside);
    }
    if (datastore.disruptionBudget || datastore.servers.length > 1) disruptionBudget(name, args, metadata, inside);

    this.registerOutputs({});
  }
}

interface Metadata {
  namespace: pulumi.Output<string>;
  labels: Record<string, string>;
}

function credentials(
  name: string,
  { datastore, secrets }: Args,
  metadata: Metadata,
  opts: pulumi.CustomResourceOptions,
): StoredSecret | undefined {
  if (engines[datastore.engine].passwordLength === undefined) return undefined;
  const values = {
    username: datastore.endpoint.username,
    password: plain(datastore.secret),
    ...(datastore.failover ? { [PEERS_KEY]: plain(peersSecretOf(datastore.name)) } : {}),
  };
  return secrets.store(`${name}-credentials`, { metadata, values }, opts);
}

function settingsOf({ datastore }: Args, secret: StoredSecret | undefined): ServerSettings {
  return {
    endpoint: datastore.endpoint,
    dataDirectory: engines[datastore.engine].dataDirectory,
    passwordSecret: secret?.at("password"),
    peersSecret: datastore.failover && secret?.at(PEERS_KEY),
    settings: datastore.settings,
    servers: serverHosts(datastore),
  };
}

/**
 * A claim for each volume of each server, under the name by which the StatefulSet looks for it. As resources of their
 * own they grow in place, and replacing the StatefulSet spares them.
 */
function claims(
  name: string,
  { servers, volumes, storageClass }: BundledDatastore,
  { namespace, labels }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.PersistentVolumeClaim[] {
  return servers.flatMap((server, index) =>
    volumes.map(
      (volume) =>
        new k8s.core.v1.PersistentVolumeClaim(
          `${name}-${volume.name}-${index}`,
          {
            metadata: {
              name: `${volume.name}-${server}`,
              namespace,
              labels,
              // A class that binds at first use waits for the pod, which waits for this claim.
              annotations: { "pulumi.com/skipAwait": "true" },
            },
            spec: claimSpec(volume.storage, storageClass),
          },
          opts,
        ),
    ),
  );
}

function claimSpec(storage: string, storageClassName: string | undefined) {
  return { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage } } };
}

/** The StatefulSet's readiness says it all, without the provider's fixed wait on every Service. */
const withoutWait = { "pulumi.com/skipAwait": "true" };

function service(
  name: string,
  { plan, datastore }: Args,
  { namespace, labels }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  return new k8s.core.v1.Service(
    `${name}-service`,
    {
      metadata: { name: datastore.endpoint.host, namespace, labels, annotations: withoutWait },
      spec: {
        selector: selectorOf(plan, dialledComponent(datastore)),
        ports: servicePorts(engines[datastore.engine].ports),
      },
    },
    opts,
  );
}

/** Gives each server a name, which the others find it by while it is not ready yet. */
function headlessService(
  name: string,
  { plan, datastore }: Args,
  { namespace, labels }: Metadata,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
  const { ports, cluster } = engines[datastore.engine];
  return new k8s.core.v1.Service(
    `${name}-headless`,
    {
      metadata: { name: headlessName(datastore), namespace, labels, annotations: withoutWait },
      spec: {
        clusterIP: "None",
        publishNotReadyAddresses: true,
        selector: selectorOf(plan, datastore.name),
        ports: servicePorts({ ...ports, ...cluster?.ports }),
      },
    },
    opts,
  );
}

function headlessName({ name }: BundledDatastore): string {
  return `${name}-headless`;
}

/** Names by which each server is known to the others; the Service's where there is one server. */
export function serverHosts(datastore: BundledDatastore): string[] {
  const { servers, endpoint } = datastore;
  return servers.length > 1 ? servers.map((server) => `${server}.${headlessName(datastore)}`) : [endpoint.host];
}

function servicePorts(ports: Readonly<Record<string, number>>): k8s.types.input.core.v1.ServicePort[] {
  return Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: name }));
}

function statefulSet(
  name: string,
  { plan, datastore, namespace: { imagePullSecrets } }: Args,
  { metadata: { namespace, labels }, settings }: { metadata: Metadata; settings: ServerSettings },
  opts: pulumi.CustomResourceOptions,
): k8s.apps.v1.StatefulSet {
  const engine = engines[datastore.engine];
  const clustered = datastore.servers.length > 1;
  const { volumes, volumeMounts } = scratch(engine.writable);
  const before = containersBefore(datastore, settings, volumeMounts);
  const apart: Partial<Spread> = clustered ? serversApart(plan, datastore.name) : {};
  return new k8s.apps.v1.StatefulSet(
    `${name}-server`,
    {
      metadata: { name: datastore.name, namespace, labels, ...reloading(plan) },
      spec: {
        // Left out where an autoscaler decides: stating it would fight the autoscaler at every update.
        replicas: datastore.autoscale ? undefined : datastore.servers.length,
        serviceName: clustered ? headlessName(datastore) : datastore.endpoint.host,
        // Servers that look for each other would wait in line for ever.
        podManagementPolicy: clustered ? "Parallel" : undefined,
        selector: { matchLabels: selectorOf(plan, datastore.name) },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            imagePullSecrets,
            securityContext: podSecurity(plan.confinement, datastore.uid, datastore.gid),
            terminationGracePeriodSeconds: engine.terminationGracePeriodSeconds,
            topologySpreadConstraints: apart.topologySpreadConstraints,
            ...onMachines(datastore.scheduling, apart.affinity),
            initContainers: before && pulled(plan, before),
            containers: pulled(plan, serverContainers(datastore, settings, volumeMounts)),
            volumes,
          },
        },
        volumeClaimTemplates: datastore.volumes.map((volume) => ({
          metadata: { name: volume.name },
          spec: claimSpec(volume.storage, datastore.storageClass),
        })),
      },
    },
    // The claims are there before it looks for them, and grow by themselves; its own wish cannot be changed anyway.
    { ...opts, ignoreChanges: ["spec.volumeClaimTemplates"] },
  );
}

/** Lets a drain move one pod at a time. */
function disruptionBudget(
  name: string,
  { plan, datastore }: Args,
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
