import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../cloud/cloud.ts";
import type { DatastorePlan, Plan } from "../../config/plan.ts";
import type { Field } from "../../config/schema/tier.ts";
import { labelsOf } from "../labels.ts";
import type { Namespace } from "../namespace.ts";
import { BundledServer } from "./bundled.ts";
import type { Endpoint } from "./engine.ts";
import { engines } from "./engines.ts";

export interface DatastoreArgs<D extends DatastorePlan = DatastorePlan> {
  plan: Plan;
  datastore: D;
  namespace: Namespace;
  /** Left out where the engine has none. */
  password?: pulumi.Output<string>;
}

/** A way to a datastore. Whoever holds it cannot tell a bundled store from an external one. */
export interface Connection {
  /** A value for a client's environment; secret where it holds the password. */
  field(field: Field, database?: string): { value: pulumi.Input<string>; secret: boolean };
  /** Whether clients have it: neither user nor password for a store that asks them who they are. */
  has(field: Field): boolean;
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
  const { datastore, plan, password } = args;
  switch (datastore.mode) {
    case "bundled": {
      const ready = [new BundledServer(name, { ...args, datastore }, opts)];
      const hostElsewhere = `${datastore.endpoint.host}.${plan.namespace}.svc`;
      return connectionTo(datastore, { endpoint: datastore.endpoint, password, ready, hostElsewhere });
    }
    case "managed": {
      const store = args.cloud.managed(name, { datastore, password }, opts);
      const hostElsewhere = store.endpoint.apply(({ host }) => host);
      const { certificates: pem } = store;
      const certificates = pem === undefined ? undefined : authority(name, args, pem, opts);
      return connectionTo(datastore, { password, ...store, hostElsewhere, certificates });
    }
    case "external":
      return connectionTo(datastore, {
        endpoint: datastore.endpoint,
        password,
        ready: [],
        hostElsewhere: datastore.endpoint.host,
      });
  }
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
    { parent: opts.parent, deletedWith: namespace.resource, dependsOn: namespace },
  );
  return map.metadata.name;
}

interface Reached extends Pick<Connection, "hostElsewhere" | "ready" | "certificates"> {
  endpoint: pulumi.Input<Endpoint>;
  password?: pulumi.Output<string>;
}

function connectionTo(datastore: DatastorePlan, { endpoint, password, ...rest }: Reached): Connection {
  const engine = engines[datastore.engine];
  const byIdentity = datastore.mode === "managed" && datastore.access === "identity";
  const open = (value: (endpoint: Endpoint) => string) => ({
    value: pulumi.Output.isInstance(endpoint) ? endpoint.apply(value) : value(endpoint as Endpoint),
    secret: false,
  });
  return {
    ...rest,
    has: (field) => !(byIdentity && (field === "username" || field === "password")),
    field(field, database) {
      switch (field) {
        case "password":
          return { value: password ?? "", secret: true };
        case "url":
          if (!engine.urlHoldsPassword || !password) return open((endpoint) => engine.url(endpoint, "", database));
          return {
            value: pulumi.all([endpoint, password]).apply(([endpoint, value]) => engine.url(endpoint, value, database)),
            secret: true,
          };
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
