import type * as pulumi from "@pulumi/pulumi";
import type { BundledDatastore, DatastorePlan, Plan } from "../../config/plan.ts";
import type { Field } from "../../config/schema/tier.ts";
import { operatedAs } from "../../config/servers.ts";
import type { Namespace } from "../namespace.ts";
import { BundledServer } from "./bundled.ts";
import { engines } from "./engines.ts";
import { OperatedServers } from "./operated.ts";

export interface DatastoreArgs<D extends DatastorePlan = DatastorePlan> {
  plan: Plan;
  datastore: D;
  namespace: Namespace;
  /** Left out where the engine has none. */
  password?: pulumi.Output<string>;
  /** What its servers know each other by; left out where none of them leads. */
  peersPassword?: pulumi.Output<string>;
}

/** A way to a datastore. Whoever holds it cannot tell a bundled store from an external one. */
export interface Connection {
  /** A value for a client's environment; secret where it holds the password. */
  field(field: Field, database?: string): { value: pulumi.Input<string>; secret: boolean };
  /** Its host, as pods of other namespaces dial it. */
  hostElsewhere: pulumi.Input<string>;
  /** What has to be up before a client starts. */
  ready: pulumi.Resource[];
}

/** Makes the datastore, where it is ours to make, and returns the way to it. */
export function createDatastore(name: string, args: DatastoreArgs, opts: pulumi.ComponentResourceOptions): Connection {
  const { datastore } = args;
  switch (datastore.mode) {
    case "bundled":
      return connectionTo(args, [createServers(name, { ...args, datastore }, opts)]);
    case "external":
      return connectionTo(args, []);
  }
}

function createServers(
  name: string,
  args: DatastoreArgs<BundledDatastore>,
  opts: pulumi.ComponentResourceOptions,
): pulumi.Resource {
  const operated = operatedAs(args.datastore);
  return operated ? new OperatedServers(name, { ...args, operated }, opts) : new BundledServer(name, args, opts);
}

function connectionTo({ plan, datastore, password }: DatastoreArgs, ready: pulumi.Resource[]): Connection {
  const { endpoint } = datastore;
  const engine = engines[datastore.engine];
  return {
    ready,
    hostElsewhere: datastore.mode === "bundled" ? `${endpoint.host}.${plan.namespace}.svc` : endpoint.host,
    field(field, database) {
      switch (field) {
        case "password":
          return { value: password ?? "", secret: true };
        case "url":
          return engine.urlHoldsPassword && password
            ? { value: password.apply((value) => engine.url(endpoint, value, database)), secret: true }
            : { value: engine.url(endpoint, "", database), secret: false };
        case "port":
          return { value: String(endpoint.port), secret: false };
        case "bucket":
          return { value: endpoint.buckets[0] ?? "", secret: false };
        default:
          return { value: endpoint[field], secret: false };
      }
    },
  };
}
