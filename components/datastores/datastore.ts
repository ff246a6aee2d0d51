import * as pulumi from "@pulumi/pulumi";
import type { Cloud } from "../../cloud/cloud.ts";
import type { DatastorePlan, Plan } from "../../config/plan.ts";
import type { Field } from "../../config/schema/tier.ts";
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
      return connectionTo(datastore, { password, ...store, hostElsewhere });
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

interface Reached extends Pick<Connection, "hostElsewhere" | "ready"> {
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
