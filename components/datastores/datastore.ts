import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../cloud/cloud.ts";
import type { BundledDatastore, DatastorePlan, Plan } from "../../config/plan.ts";
import type { Field } from "../../config/schema/tier.ts";
import { operatedAs } from "../../config/servers.ts";
import { labelsOf } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import { escapeForUrl, type SecretText, type SecretValue, writtenAs } from "../secrets/secret-text.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { BundledServer } from "./bundled.ts";
import type { Endpoint } from "./engine.ts";
import { engines } from "./engines.ts";
import { OperatedServers } from "./operated.ts";

export interface DatastoreArgs<D extends DatastorePlan = DatastorePlan> {
  plan: Plan;
  datastore: D;
  namespace: Namespace;
  secrets: Secrets;
}

export type ConnectionField = { value: pulumi.Input<string>; secret: false } | { value: SecretValue; secret: true };

/** What a tier has its own word on in a URL. */
export interface UrlChoices {
  database?: string;
  /** What it says beside. */
  withTls?: Readonly<Record<string, string>>;
}

/** A way to a datastore. Whoever holds it cannot tell a bundled store from an external one. */
export interface Connection {
  /** A value for a client's environment; secret where it holds the password. */
  field(field: Field, choices?: UrlChoices): ConnectionField;
  /** Whether clients have it: neither user nor password for a store that asks them who they are. */
  has(field: Field): boolean;
  /** For who copies whole stores. */
  endpoint: pulumi.Output<Endpoint>;
  /** Its host, as pods of other namespaces dial it. */
  hostElsewhere: pulumi.Input<string>;
  /** What has to be up before a client starts. */
  ready: pulumi.Resource[];
  /** Name of the ConfigMap that clients mount the store's authority from; left out for one that is known. */
  certificates?: pulumi.Output<string>;
}

/** Makes the datastore, where it is ours to make, and returns the way to it. */
export function createDatastore(
  name: string,
  args: DatastoreArgs & { cloud: Cloud },
  opts: pulumi.ComponentResourceOptions,
): Connection {
  const { datastore, plan } = args;
  switch (datastore.mode) {
    case "bundled": {
      const ready = [createServers(name, { ...args, datastore }, opts)];
      const hostElsewhere = `${datastore.endpoint.host}.${plan.namespace}.svc`;
      return connectionTo(datastore, { endpoint: datastore.endpoint, ready, hostElsewhere });
    }
    case "managed": {
      const password = args.secrets.known(datastore.secret);
      const store = args.cloud.managed(name, { datastore, password }, opts);
      const { certificates: pem } = store;
      const certificates = pem === undefined ? undefined : authority(name, args, pem, opts);
      return connectionTo(datastore, {
        ...store,
        hostElsewhere: store.endpoint.apply(({ host }) => host),
        certificates,
      });
    }
    case "external": {
      const { endpoint } = datastore;
      return connectionTo(datastore, { endpoint, ready: [], hostElsewhere: endpoint.host });
    }
  }
}

/** The way to another server that is as this one in all but its host. */
export function at(host: string, connection: Connection): Connection {
  return { ...connection, endpoint: connection.endpoint.apply((endpoint) => ({ ...endpoint, host })) };
}

/** The certificates that clients trust the store by. */
function authority(
  name: string,
  { plan, datastore, namespace }: DatastoreArgs,
  certificates: pulumi.Input<string>,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Output<string> {
  const map = new k8s.core.v1.ConfigMap(
    `${name}-certificates`,
    {
      metadata: { namespace: namespace.namespaceName, labels: labelsOf(plan, datastore.name) },
      immutable: true,
      data: { [`${datastore.name}.pem`]: certificates },
    },
    { parent: opts.parent, deletedWith: namespace.takesAlong, dependsOn: namespace },
  );
  return map.metadata.name;
}

function createServers(
  name: string,
  args: DatastoreArgs<BundledDatastore>,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Resource {
  const operated = operatedAs(args.datastore);
  return operated ? new OperatedServers(name, { ...args, operated }, opts) : new BundledServer(name, args, opts);
}

interface Reached extends Pick<Connection, "hostElsewhere" | "ready" | "certificates"> {
  endpoint: pulumi.Input<Endpoint>;
  /** Where the cloud has made it; else it is the plan's secret of the store's name. */
  password?: pulumi.Output<string>;
}

function connectionTo(datastore: DatastorePlan, { endpoint, password, ...rest }: Reached): Connection {
  const engine = engines[datastore.engine];
  const byIdentity = datastore.mode === "managed" && datastore.access === "identity";
  const from = (text: (endpoint: Endpoint) => string): pulumi.Input<string> =>
    pulumi.Output.isInstance(endpoint) ? endpoint.apply(text) : text(endpoint as Endpoint);
  const open = (text: (endpoint: Endpoint) => string): ConnectionField => ({ value: from(text), secret: false });
  const secret = (write: SecretText["write"]): ConnectionField => ({
    value: password
      ? password.apply((value) => pulumi.output(write(writtenAs(value))))
      : { secret: datastore.secret, write },
    secret: true,
  });
  return {
    ...rest,
    endpoint: pulumi.output(endpoint) as pulumi.Output<Endpoint>,
    has: (field) => !(byIdentity && (field === "username" || field === "password")),
    field(field, { database, withTls } = {}) {
      const asked = (endpoint: Endpoint) => ({ ...endpoint, options: { ...endpoint.options, ...withTls } });
      switch (field) {
        case "password":
          return secret(({ plain }) => plain);
        case "url":
          return engine.urlHoldsPassword
            ? secret(({ url }) => from((endpoint) => engine.url(asked(endpoint), url, database)))
            : open((endpoint) => engine.url(asked(endpoint), escapeForUrl(""), database));
        case "port":
          return open(({ port }) => String(port));
        case "bucket":
          return open(({ buckets }) => buckets[0] ?? "");
        default:
          return open((endpoint) => endpoint[field]);
      }
    },
  };
}
