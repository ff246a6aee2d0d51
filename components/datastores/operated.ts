import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ArchivePlan } from "../../config/archive.ts";
import type { BundledDatastore } from "../../config/plan.ts";
import { labelsOf } from "../labels.ts";
import { allowLinks } from "../network.ts";
import { serversApart } from "../pod.ts";
import { plain } from "../secrets/secret-text.ts";
import type { SecretArgs } from "../secrets/secrets.ts";
import type { Archiving, Operated } from "./cluster.ts";
import type { DatastoreArgs } from "./datastore.ts";

export interface OperatedArgs extends DatastoreArgs<BundledDatastore> {
  operated: Operated;
}

/**
 * A datastore whose servers an operator makes: its custom resource, the password, and the ways in. Pods, volumes,
 * Services and disruption budgets are the operator's, and go with the custom resource.
 */
export class OperatedServers extends pulumi.ComponentResource {
  constructor(name: string, args: OperatedArgs, opts: pulumi.ComponentResourceOptions) {
    super("landfall:datastores:OperatedServers", name, {}, opts);
    const { plan, datastore, namespace, operated, secrets } = args;

    const labels = labelsOf(plan, datastore.name);
    const metadata = { namespace: namespace.namespaceName, labels };
    const inside = { parent: this, deletedWith: namespace.takesAlong, dependsOn: namespace };
    const secret = secrets.store(
      `${name}-credentials`,
      {
        metadata: { ...metadata, labels: { ...labels, ...operated.credentials.labels } },
        type: operated.credentials.type,
        values: { username: datastore.endpoint.username, password: plain(datastore.secret) },
      },
      inside,
    );
    const archive = plan.backups.find((backup) => backup.datastore === datastore)?.archive;
    const archived = archive ? [declareArchive(name, { ...args, archive }, metadata, inside)] : [];
    const network = allowLinks(name, { plan, component: datastore.name, namespace: metadata.namespace }, inside);
    const { apiVersion, kind } = operated.resource;
    const servers = new k8s.apiextensions.CustomResource(
      `${name}-servers`,
      {
        apiVersion,
        kind,
        metadata: {
          ...metadata,
          name: datastore.name,
          // Whoever uses the store waits until its servers are up.
          annotations: { "pulumi.com/waitFor": "condition=Ready" },
        },
        spec: operated.spec({
          image: datastore.image,
          imagePullSecrets: namespace.imagePullSecrets,
          imagePullPolicy: plan.imagePullPolicy,
          servers: datastore.servers.length,
          endpoint: datastore.endpoint,
          credentials: secret.at("password").name,
          volumes: Object.fromEntries(datastore.volumes.map((volume) => [volume.name, volume.storage])),
          storageClass: datastore.storageClass,
          settings: datastore.settings,
          resources: datastore.resources,
          apart: plan.profile.spread,
          topologySpreadConstraints: serversApart(plan, datastore.name).topologySpreadConstraints,
          nodeSelector: datastore.scheduling?.nodeSelector,
          tolerations: datastore.scheduling?.tolerations,
          archive: archive && datastore.name,
          recovery: datastore.recovery,
        }),
      },
      {
        ...inside,
        protect: datastore.protect,
        dependsOn: [namespace, network, ...archived],
        // Servers are made one after the other, each with a copy of the first; a recovery reads all that there is.
        customTimeouts: { create: datastore.recovery ? "24h" : "20m" },
      },
    );
    if (archive && operated.archiving) {
      const { schedule, scheduleSpec } = operated.archiving;
      new k8s.apiextensions.CustomResource(
        `${name}-archive-schedule`,
        { ...schedule, metadata, spec: scheduleSpec(datastore.name, archive.schedule) },
        { ...inside, dependsOn: [namespace, servers] },
      );
    }

    this.registerOutputs({});
  }
}

/** Where the log goes, and what opens that. */
function declareArchive(
  name: string,
  { datastore, operated, secrets, archive }: OperatedArgs & { archive: ArchivePlan },
  metadata: SecretArgs["metadata"],
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
  const { endpoint, region, accessKeyId, secret } = archive.to;
  const keys = secrets.store(
    `${name}-archive-keys`,
    {
      metadata,
      values: {
        ACCESS_KEY_ID: accessKeyId,
        SECRET_ACCESS_KEY: plain(secret),
        ...(region === undefined ? {} : { REGION: region }),
      },
    },
    opts,
  );
  const { resource, spec } = operated.archiving as Archiving;
  return new k8s.apiextensions.CustomResource(
    `${name}-archive`,
    {
      ...resource,
      metadata: { ...metadata, name: datastore.name },
      spec: spec({
        path: archive.path,
        endpoint,
        keys: {
          accessKeyId: keys.at("ACCESS_KEY_ID"),
          secretAccessKey: keys.at("SECRET_ACCESS_KEY"),
          ...(region === undefined ? {} : { region: keys.at("REGION") }),
        },
        retentionDays: archive.retentionDays,
        encryption: archive.encryption,
      }),
    },
    opts,
  );
}
