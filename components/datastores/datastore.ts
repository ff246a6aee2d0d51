import type * as pulumi from "@pulumi/pulumi";
import type { DatastorePlan, Plan } from "../../config/plan.ts";
import type { Field } from "../../config/schema/tier.ts";
import type { Namespace } from "../namespace.ts";
import { escapeForUrl, plain, type SecretValue } from "../secrets/secret-text.ts";
import type { Secrets } from "../secrets/secrets.ts";
import { BundledServer } from "./bundled.ts";
import { engines } from "./engines.ts";

export interface DatastoreArgs<D extends DatastorePlan = DatastorePlan> {
  plan: Plan;
  datastore: D;
  namespace: Namespace;
  secrets: Secrets;
}

export type ConnectionField = { value: pulumi.Input<string>; secret: false } | { value: SecretValue; secret: true };

/** A way to a datastore. Whoever holds it cannot tell a bundled store from an external one. */
export interface Connection {
  /** A value for a client's environment; secret where it holds the password. */
  field(field: Field, database?: string): ConnectionField;
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
      return connectionTo(args, [new BundledServer(name, { ...args, datastore }, opts)]);
    case "external":
      return connectionTo(args, []);
  }
}

function connectionTo({ plan, datastore }: DatastoreArgs, ready: pulumi.Resource[]): Connection {
  const { endpoint } = datastore;
  const engine = engines[datastore.engine];
  return {
    ready,
    hostElsewhere: datastore.mode === "bundled" ? `${endpoint.host}.${plan.namespace}.svc` : endpoint.host,
    field(field, database) {
      switch (field) {
        case "password":
          return { value: plain(datastore.name), secret: true };
        case "url":
          return engine.urlHoldsPassword
            ? {
                value: { secret: datastore.name, write: ({ url }) => engine.url(endpoint, url, database) },
                secret: true,
              }
            : { value: engine.url(endpoint, escapeForUrl(""), database), secret: false };
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
